// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title e^(-x) in whole numbers with 18 decimals
/// @notice x = q · ln 2 + r with 0 ≤ r < ln 2, and e^(-x) = e^(-r) / 2^q. e^(-r) is its Taylor
/// series to the 18th power by Horner's rule: 1 - r/1 · (1 - r/2 · (1 - … r/18)), each step rounded
/// down. The error is below 3 units of the last decimal: what the series leaves out is below
/// r^19/19! = 0.01 units; the rounding of step k reaches the result r^(k-1)/(k-1)! as large, below
/// e^r = 2 units in all; ln 2 is 0.42 units short q times, but 2^q times smaller, so 0.21 at most;
/// dividing by 2^q makes all these smaller, and rounds down by one. Source: Muller, "Elementary
/// Functions", 2016, chapters 3 and 11.
library Exponential {
    // -------------------------------------------------------------- constants

    uint256 internal constant ONE = 1e18;
    uint256 private constant _LN_2 = 693_147_180_559_945_309;
    uint256 private constant _LAST_POWER = 18;
    /// @dev e^(-42) is 0.57 units.
    uint256 private constant _END = 42e18;

    // ------------------------------------------------------------------ logic

    /// @notice e^(-x); `x` and what comes back have 18 decimals.
    function negative(uint256 x) internal pure returns (uint256 power) {
        if (x >= _END) return 0;
        uint256 halvings = x / _LN_2;
        uint256 rest = x - halvings * _LN_2;
        power = ONE;
        for (uint256 k = _LAST_POWER; k > 0; --k) {
            power = ONE - rest * power / (k * ONE);
        }
        power >>= halvings;
    }
}
