// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Sums of eight numbers modulo 2^32 in one word
library Lanes {
    // The highest bit of each lane.
    uint256 private constant _HIGH =
        0x80000000_80000000_80000000_80000000_80000000_80000000_80000000_80000000;

    /// @notice The sums, lane by lane; what a lane carries out is dropped.
    function add(uint256 a, uint256 b) internal pure returns (uint256 sum) {
        // Without their highest bits two lanes never carry into the next one; exclusive or adds
        // those bits. The sum of the rest lies below 2^256.
        unchecked {
            sum = ((a & ~_HIGH) + (b & ~_HIGH)) ^ ((a ^ b) & _HIGH);
        }
    }
}
