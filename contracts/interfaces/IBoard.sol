// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What a weight store asks of whoever hands out the work
/// @notice A store calls `requireNext` before it takes the first of several chunks, and `complete`
/// with the last one. It knows nothing else of jobs: a board, a gate before it or a market.
interface IBoard {
    /// @notice Take a worker's complete result.
    /// @dev Authorised stores only. Reverts as `requireNext`, and NotStore.
    /// @param worker Whose result it is.
    /// @param sequence The result's number, as the board counts results.
    /// @param chunks How many chunks carried it.
    /// @param digest Its digest by the rule of ChunkDigest.
    function complete(address worker, uint64 sequence, uint32 chunks, bytes32 digest) external;

    /// @notice Reverts unless the worker may return this result now.
    function requireNext(address worker, uint64 sequence) external view;
}
