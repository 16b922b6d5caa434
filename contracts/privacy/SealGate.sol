// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICommitGate} from "../interfaces/ICommitGate.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {CommitGate} from "./CommitGate.sol";

/// @title Ciphertext first, its key after the round's close
/// @dev The commitment's digest is that of the ciphertext, its secret is the key. It has to bind the
/// key: authenticated encryption alone does not (a ciphertext for AES-GCM can be made to open under
/// two keys), and a worker could choose its weights after it saw everybody else's.
///
/// The worker has returned all it has with the ciphertext, so the next weights come with that. What
/// it still owes is the key; without it the commitment is forfeited at the deadline. Whether the key
/// gives weights is for readers to find out: the chain does not decrypt.
contract SealGate is CommitGate {
    // ------------------------------------------------------------ constructor

    constructor(IJobBoard board_, uint64 roundBlocks_, uint64 revealBlocks_)
        CommitGate(board_, roundBlocks_, revealBlocks_)
    {}

    // ------------------------------------------------------------------ logic

    /// @notice Reverts as the board's, and NoCommitment, RevealTooLate.
    function requireNext(address worker, uint64 sequence) external view override {
        _live(worker, sequence);
        board.requireNext(worker, sequence);
    }

    /// @notice As the board's, with NoCommitment and RevealTooLate.
    function complete(address worker, uint64 sequence, uint32 chunks, bytes32 digest)
        external
        override
        onlyStore
    {
        _live(worker, sequence).digest = digest;
        board.complete(worker, sequence, chunks, digest);
    }

    function _opened(address worker, uint64 sequence, bytes32 digest) internal override {
        bytes32 arrived = pending[worker][sequence].digest;
        if (arrived == 0) revert NotComplete(worker, sequence);
        if (digest != arrived) revert CommitmentMismatch(arrived, digest);
        delete pending[worker][sequence];
    }
}
