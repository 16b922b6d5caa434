// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAggregation} from "./interfaces/IAggregation.sol";
import {Lanes} from "./lib/Lanes.sol";

/// @title Sums of masked updates: eight numbers modulo 2^32 in each word
/// @notice A unit is a word. Masks that cancel out in the sum leave the plain one (Bonawitz et al.,
/// "Practical Secure Aggregation for Privacy-Preserving Machine Learning", 2017); updates without
/// masks are added just so.
contract LaneAggregation is IAggregation {
    uint256 private constant _WORD = 32;

    // -------------------------------------------------------------- constants

    /// @inheritdoc IAggregation
    uint32 public constant override unitBytes = 32;

    // ------------------------------------------------------------------ logic

    /// @inheritdoc IAggregation
    /// @dev Every word is eight lanes.
    function check(uint256, bytes calldata units) external pure override {
        if (units.length % _WORD != 0) revert NotWholeUnits(units.length, _WORD);
    }

    /// @inheritdoc IAggregation
    function fold(bytes calldata sum, bytes calldata units)
        external
        pure
        override
        returns (bytes memory total)
    {
        uint256 row = sum.length;
        if (row == 0 || row % _WORD != 0) revert NotWholeUnits(row, _WORD);
        if (units.length % row != 0) revert NotWholeUnits(units.length, row);
        total = sum;
        for (uint256 at = 0; at < row; at += _WORD) {
            uint256 lanes = _word(sum, at);
            for (uint256 next = at; next < units.length; next += row) {
                lanes = Lanes.add(lanes, _word(units, next));
            }
            assembly ("memory-safe") {
                mstore(add(add(total, 0x20), at), lanes)
            }
        }
    }

    function _word(bytes calldata words, uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, at))
        }
    }
}
