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

    /// @notice Reverts FeatureOutOfRange with the value, or the end of an int64 that it is beyond.
    function refuse(uint256 position, int256 value) internal pure {
        if (value > type(int64).max) value = type(int64).max;
        if (value < type(int64).min) value = type(int64).min;
        revert IClassifier.FeatureOutOfRange(position, int64(value));
    }
}
