// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {WeightStore} from "./WeightStore.sol";

/// @title Weights stay off the chain; only their digest comes: what full weights are compared with
contract HashStore is WeightStore {
    // ------------------------------------------------------------ constructor

    constructor(IBoard board_) WeightStore(board_) {}

    // ------------------------------------------------------------------ logic

    /// @notice Return a result by its digest alone, in one transaction.
    /// @dev Reverts EmptyChunk for no chunks or no bytes, and with the board's NotRegistered and
    /// WrongSequence. Nothing proves that anybody holds the weights.
    /// @param sequence How many results the caller has returned before.
    /// @param digest The weights' digest by the rule of ChunkDigest.
    /// @param chunks Into how many chunks they were cut for the digest.
    /// @param payloadBytes Their bytes together.
    function submitDigest(uint64 sequence, bytes32 digest, uint32 chunks, uint256 payloadBytes)
        external
    {
        if (chunks == 0 || payloadBytes == 0) revert EmptyChunk();
        _accepted(sequence, 0, 1);
        _finish(sequence, chunks, payloadBytes, digest);
    }

    /// @notice Always reverts BytesNotTaken.
    function submit(uint64, uint32, uint32, bytes calldata) external pure override {
        revert BytesNotTaken();
    }

    /// @notice Always reverts ArrayNotTaken.
    function submitArray(uint64, uint32, uint32, int256[] calldata) external pure override {
        revert ArrayNotTaken();
    }

    /// @dev Never reached: neither way to bring weights is open.
    function _keep(uint64, uint32, bytes calldata) internal pure override {}
}
