// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "./IBoard.sol";

/// @title Where a worker's result goes: one contract for each place that weights can be kept in
/// @notice A result is the full weights of one worker, cut into `count` chunks of one transaction
/// each and numbered by `sequence`, the number of results the worker returned before. Chunks come in
/// order; index 0 starts an unfinished result again. The last one returns the result to the board.
/// @dev Every accepted transaction emits exactly one ChunkAccepted, every complete result exactly
/// one Submitted: a client proves its transactions by these without a receipt each.
interface IWeightStore {
    /// @notice A chunk has to hold something.
    error EmptyChunk();
    /// @notice A chunk's index lies in [0, count).
    error IndexOutOfRange(uint32 index, uint32 count);
    /// @notice `expected` is the next chunk of this result; 0 where it has not begun.
    error WrongChunk(uint32 expected, uint32 given);
    /// @notice This store does not take `bytes`.
    error BytesNotTaken();
    /// @notice This store does not take `int256[]`.
    error ArrayNotTaken();

    /// @notice One transaction of a result was accepted.
    event ChunkAccepted(
        address indexed worker, uint64 indexed sequence, uint32 index, uint32 count
    );
    /// @notice A result is complete and returned to the board.
    /// @param chunks How many chunks carried it.
    /// @param payloadBytes Their bytes together.
    /// @param digest Their digest by the rule of ChunkDigest.
    event Submitted(
        address indexed worker,
        uint64 indexed sequence,
        uint32 chunks,
        uint256 payloadBytes,
        bytes32 digest
    );

    /// @notice Return one chunk of a result as packed bytes, in whatever encoding the worker chose.
    /// @dev Reverts EmptyChunk, IndexOutOfRange, WrongChunk, BytesNotTaken, and with the board's
    /// NotRegistered and WrongSequence: at index 0 and again at the last chunk.
    /// @param sequence How many results the caller has returned before.
    /// @param index This chunk's index, from 0.
    /// @param count How many chunks the result has; 1 keeps no progress and is cheapest.
    /// @param chunk The bytes.
    function submit(uint64 sequence, uint32 index, uint32 count, bytes calldata chunk) external;

    /// @notice The same with the weights as `int256[]`; the chunk's bytes are the raw 32-byte words.
    /// @dev Reverts as `submit` does, with ArrayNotTaken for BytesNotTaken.
    function submitArray(uint64 sequence, uint32 index, uint32 count, int256[] calldata weights)
        external;

    /// @notice Who hands out jobs to this store's workers: a board, a gate before one, a market.
    function board() external view returns (IBoard);

    /// @notice The digest of a complete result; zero where there is none.
    function digestOf(address worker, uint64 sequence) external view returns (bytes32);

    /// @notice How far the worker's newest result of several chunks has come.
    /// @return sequence The result's number.
    /// @return nextIndex The index to go on with; equal to `count` when all were accepted.
    /// @return count How many chunks it has.
    /// @return digest The digest of the chunks accepted so far.
    function progressOf(address worker)
        external
        view
        returns (uint64 sequence, uint32 nextIndex, uint32 count, bytes32 digest);
}
