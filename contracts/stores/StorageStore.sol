// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {WeightStore} from "./WeightStore.sol";

/// @title Weights packed into storage words, readable by contracts: 22,100 gas for 32 bytes
/// @dev A chunk lies at base = keccak256(worker, sequence, index): its length in bytes at `base`,
/// its words from `base + 1` on, the last one filled up with zeros.
contract StorageStore is WeightStore {
    // ------------------------------------------------------------ constructor

    constructor(IBoard board_) WeightStore(board_) {}

    // ------------------------------------------------------------------ logic

    /// @notice How many bytes a chunk has; 0 where there is none.
    function lengthOf(address worker, uint64 sequence, uint32 index)
        external
        view
        returns (uint256 chunkBytes)
    {
        bytes32 base = _base(worker, sequence, index);
        assembly ("memory-safe") {
            chunkBytes := sload(base)
        }
    }

    /// @notice `count` words of a chunk from word `start` on: 2,100 gas each, so read in pages.
    function wordsOf(address worker, uint64 sequence, uint32 index, uint256 start, uint256 count)
        external
        view
        returns (bytes32[] memory words)
    {
        words = new bytes32[](count);
        bytes32 base = _base(worker, sequence, index);
        // The slots are computed, so Solidity has no name for them.
        assembly ("memory-safe") {
            let slot := add(add(base, 1), start)
            for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                mstore(add(words, shl(5, add(i, 1))), sload(add(slot, i)))
            }
        }
    }

    /// @dev Straight from call data to storage; `bytes` in storage would add a hash, a length of its
    /// own encoding and checks for each word.
    function _keep(uint64 sequence, uint32 index, bytes calldata chunk) internal override {
        bytes32 base = _base(msg.sender, sequence, index);
        assembly ("memory-safe") {
            sstore(base, chunk.length)
            let slot := add(base, 1)
            let source := chunk.offset
            for { let end := add(source, and(chunk.length, not(31))) } lt(source, end) {} {
                sstore(slot, calldataload(source))
                slot := add(slot, 1)
                source := add(source, 32)
            }
            // What follows the chunk in call data is the caller's: only the chunk's bytes are kept.
            let rest := and(chunk.length, 31)
            if rest { sstore(slot, and(calldataload(source), not(shr(shl(3, rest), not(0))))) }
        }
    }

    function _base(address worker, uint64 sequence, uint32 index) private pure returns (bytes32) {
        return keccak256(abi.encode(worker, sequence, index));
    }
}
