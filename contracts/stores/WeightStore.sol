// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {IWeightStore} from "../interfaces/IWeightStore.sol";
import {ChunkDigest} from "../lib/ChunkDigest.sol";

/// @title What all stores share: order, digest, progress and the way to the board
/// @dev A store says in `_keep` where the bytes of a chunk go.
abstract contract WeightStore is IWeightStore {
    // -------------------------------------------------------------- constants

    /// @inheritdoc IWeightStore
    IBoard public immutable override board;

    // ---------------------------------------------------------------- storage

    /// @dev `payloadBytes` counts what was accepted. The first four share a slot.
    struct Progress {
        uint64 sequence;
        uint32 nextIndex;
        uint32 count;
        uint128 payloadBytes;
        bytes32 digest;
    }

    mapping(address worker => Progress) private _progress;
    /// @inheritdoc IWeightStore
    mapping(address worker => mapping(uint64 sequence => bytes32)) public override digestOf;

    // ------------------------------------------------------------ constructor

    constructor(IBoard board_) {
        board = board_;
    }

    // ------------------------------------------------------------------ logic

    /// @inheritdoc IWeightStore
    function submit(uint64 sequence, uint32 index, uint32 count, bytes calldata chunk)
        external
        virtual
        override
    {
        _accept(sequence, index, count, chunk);
    }

    /// @inheritdoc IWeightStore
    function submitArray(uint64 sequence, uint32 index, uint32 count, int256[] calldata weights)
        external
        virtual
        override
    {
        // The same words of call data seen as bytes: copying them would cost 3 gas a word and more
        // for the memory, and would need the rest of this contract twice.
        bytes calldata chunk;
        assembly ("memory-safe") {
            chunk.offset := weights.offset
            chunk.length := shl(5, weights.length)
        }
        _accept(sequence, index, count, chunk);
    }

    /// @inheritdoc IWeightStore
    function progressOf(address worker)
        external
        view
        override
        returns (uint64 sequence, uint32 nextIndex, uint32 count, bytes32 digest)
    {
        Progress memory made = _progress[worker];
        return (made.sequence, made.nextIndex, made.count, made.digest);
    }

    /// @dev Keep the bytes of a chunk where the store keeps them.
    function _keep(uint64 sequence, uint32 index, bytes calldata chunk) internal virtual;

    function _accept(uint64 sequence, uint32 index, uint32 count, bytes calldata chunk) internal {
        if (chunk.length == 0) revert EmptyChunk();
        if (index >= count) revert IndexOutOfRange(index, count);
        if (count == 1) {
            _accepted(sequence, index, count);
            _keep(sequence, index, chunk);
            _finish(sequence, count, chunk.length, ChunkDigest.extend(0, chunk));
            return;
        }
        Progress memory made = index == 0
            ? _begin(sequence, count)
            : _resume(sequence, index, count);
        made.nextIndex = index + 1;
        made.payloadBytes += uint128(chunk.length);
        made.digest = ChunkDigest.extend(made.digest, chunk);
        _progress[msg.sender] = made;
        _accepted(sequence, index, count);
        _keep(sequence, index, chunk);
        if (made.nextIndex == count) _finish(sequence, count, made.payloadBytes, made.digest);
    }

    /// @dev Asked before the first chunk, so that a worker who can't finish does not pay for all.
    function _begin(uint64 sequence, uint32 count) private view returns (Progress memory) {
        board.requireNext(msg.sender, sequence);
        return Progress(sequence, 0, count, 0, 0);
    }

    function _resume(uint64 sequence, uint32 index, uint32 count)
        private
        view
        returns (Progress memory made)
    {
        made = _progress[msg.sender];
        bool begun = made.sequence == sequence && made.count == count;
        uint32 expected = begun ? made.nextIndex : 0;
        if (index != expected) revert WrongChunk(expected, index);
    }

    function _accepted(uint64 sequence, uint32 index, uint32 count) internal {
        emit ChunkAccepted(msg.sender, sequence, index, count);
    }

    function _finish(uint64 sequence, uint32 count, uint256 payloadBytes, bytes32 digest)
        internal
    {
        digestOf[msg.sender][sequence] = digest;
        emit Submitted(msg.sender, sequence, count, payloadBytes, digest);
        board.complete(msg.sender, sequence, count, digest);
    }
}
