// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";

/// @title A sample's values as the words they came in
/// @notice Solidity reads an `int64` of call data with checks of its own, which revert without a name
/// where the word is no int64. Here the word is read as it is, and whoever reads it refuses what is
/// beyond its range by name.
library Features {
    /// @notice The word at a position below the sample's length.
    function at(int64[] calldata features, uint256 position) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(features.offset, shl(5, position)))
        }
    }

    /// @notice The squared length of a dense sample: 4,096 squares of 126 bits. Reverts
    /// FeatureOutOfRange for what is no int64.
    function squaredLength(int64[] calldata features) internal pure returns (uint256 sum) {
        unchecked {
            for (uint256 i = 0; i < features.length; ++i) {
                int256 value = at(features, i);
                if (int64(value) != value) refuse(i, value);
                sum += uint256(value * value);
            }
        }
    }

    /// @notice Reverts FeatureOutOfRange with the value, or the end of an int64 that it is beyond.
    function refuse(uint256 position, int256 value) internal pure {
        if (value > type(int64).max) value = type(int64).max;
        if (value < type(int64).min) value = type(int64).min;
        revert IClassifier.FeatureOutOfRange(position, int64(value));
    }
}
