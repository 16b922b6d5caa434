// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Cutting a sum in parts that add up to it, to the last wei
library Portion {
    // ------------------------------------------------------------------ logic

    /// @notice What of `total` lies between two marks on a scale that ends at `whole`.
    /// @dev Each mark is rounded down once, for both of its neighbours. All are below 2^128.
    function between(uint256 total, uint256 from, uint256 to, uint256 whole)
        internal
        pure
        returns (uint256)
    {
        return total * to / whole - total * from / whole;
    }
}
