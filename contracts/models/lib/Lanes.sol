// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";

/// @title Signed 32-bit values in storage, eight a word, the first in its lowest bits
/// @notice With nine decimals they reach from −2.147 to 2.147: enough for what has unit length, and
/// for every mean of it. 2,763 gas a value to write, 263 to read.
library Lanes {
    // -------------------------------------------------------------- constants

    uint256 internal constant A_WORD = 8;
    uint256 private constant _BITS = 32;

    // ------------------------------------------------------------------ logic

    /// @notice The value in a word's lowest lane.
    function lowest(uint256 word) internal pure returns (int256) {
        return int32(uint32(word));
    }

    /// @notice The word without its lowest lane: the others one lane down.
    function rest(uint256 word) internal pure returns (uint256) {
        return word >> _BITS;
    }

    /// @notice The word with a value in a lane that is empty; `value` fits 32 bits.
    function with(uint256 word, uint256 lane, int256 value) internal pure returns (uint256) {
        return word | uint256(uint32(int32(value))) << (_BITS * lane);
    }

    /// @notice Put values from place `first` on, where there are none yet.
    function put(
        mapping(uint256 index => uint256 word) storage words,
        uint256 first,
        int64[] calldata values
    ) internal {
        uint256 word = first % A_WORD == 0 ? 0 : words[first / A_WORD];
        for (uint256 i = 0; i < values.length; i++) {
            int64 value = values[i];
            if (int32(value) != value) revert IClassifier.FeatureOutOfRange(i, value);
            uint256 place = first + i;
            word = with(word, place % A_WORD, value);
            if (place % A_WORD == A_WORD - 1 || i == values.length - 1) {
                words[place / A_WORD] = word;
                word = 0;
            }
        }
    }
}
