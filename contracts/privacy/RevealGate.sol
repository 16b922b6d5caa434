// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICommitGate} from "../interfaces/ICommitGate.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {CommitGate} from "./CommitGate.sol";

/// @title Commit, close, reveal: the full weights come to the chain only after the round's close
/// @dev The commitment is opened first, in a small transaction; then the weights go through the
/// store in the clear, and the digest it chained up is compared at the last chunk.
contract RevealGate is CommitGate {
    // ------------------------------------------------------------ constructor

    constructor(IJobBoard board_, uint64 roundBlocks_, uint64 revealBlocks_)
        CommitGate(board_, roundBlocks_, revealBlocks_)
    {}

    // ------------------------------------------------------------------ logic

    /// @notice Reverts as the board's, and NoCommitment, RevealTooEarly, RevealTooLate, NotOpened:
    /// a worker's first chunk is refused while it would give the weights away.
    function requireNext(address worker, uint64 sequence) external view override {
        _requireOpened(worker, sequence);
        board.requireNext(worker, sequence);
    }

    /// @notice As the board's, with CommitmentMismatch for other weights than those committed to.
    function complete(address worker, uint64 sequence, uint32 chunks, bytes32 digest)
        external
        override
        onlyStore
    {
        bytes32 expected = _requireOpened(worker, sequence);
        if (digest != expected) revert CommitmentMismatch(expected, digest);
        delete pending[worker][sequence];
        board.complete(worker, sequence, chunks, digest);
    }

    function _opened(address worker, uint64 sequence, bytes32 digest) internal override {
        Commitment storage held = pending[worker][sequence];
        if (held.digest != 0) revert AlreadyOpened(worker, sequence);
        held.digest = digest;
    }

    function _requireOpened(address worker, uint64 sequence) private view returns (bytes32 digest) {
        Commitment storage held = _live(worker, sequence);
        digest = held.digest;
        if (digest != 0) return digest;
        _requireClosed(held);
        revert NotOpened(worker, sequence);
    }
}
