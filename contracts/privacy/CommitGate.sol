// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICommitGate} from "../interfaces/ICommitGate.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";

/// @title What both gates share: rounds, commitments, deadlines
/// @dev A gate says in `_opened`, `requireNext` and `complete` in which order things come.
abstract contract CommitGate is ICommitGate {
    // -------------------------------------------------------------- constants

    /// @inheritdoc ICommitGate
    IJobBoard public immutable override board;
    /// @inheritdoc ICommitGate
    uint64 public immutable override roundBlocks;
    /// @inheritdoc ICommitGate
    uint64 public immutable override revealBlocks;

    // ---------------------------------------------------------------- storage

    struct Commitment {
        bytes32 hash;
        bytes32 digest;
        uint64 inRound;
    }

    /// @inheritdoc ICommitGate
    uint64 public override round;
    /// @inheritdoc ICommitGate
    mapping(uint64 round => uint64) public override closesAt;
    /// @inheritdoc ICommitGate
    mapping(address store => bool) public override isStore;
    /// @inheritdoc ICommitGate
    mapping(address worker => mapping(uint64 sequence => Commitment)) public override pending;

    // ------------------------------------------------------------ constructor

    constructor(IJobBoard board_, uint64 roundBlocks_, uint64 revealBlocks_) {
        if (roundBlocks_ == 0 || revealBlocks_ == 0) revert EmptyRound();
        (board, roundBlocks, revealBlocks) = (board_, roundBlocks_, revealBlocks_);
    }

    modifier onlyServer() {
        if (msg.sender != board.server()) revert IJobBoard.NotServer(msg.sender);
        _;
    }

    modifier onlyStore() {
        if (!isStore[msg.sender]) revert IJobBoard.NotStore(msg.sender);
        _;
    }

    // ------------------------------------------------------ logic: the server

    /// @inheritdoc ICommitGate
    function authorise(address store) external override onlyServer {
        isStore[store] = true;
        emit IJobBoard.StoreAuthorised(store);
    }

    /// @inheritdoc ICommitGate
    function closeRound() external override onlyServer {
        if (block.number >= closesAt[round]) revert NoRound();
        closesAt[round] = uint64(block.number);
        emit RoundClosed(round, uint64(block.number));
    }

    // ----------------------------------------------------- logic: the workers

    /// @inheritdoc ICommitGate
    function commit(uint64 sequence, bytes32 commitment) external override {
        if (commitment == 0) revert EmptyCommitment();
        (uint64 job,, uint64 next) = board.assignmentOf(msg.sender);
        if (job == 0) revert IJobBoard.NotRegistered(msg.sender);
        if (sequence < next) revert IJobBoard.WrongSequence(next, sequence);
        Commitment storage held = pending[msg.sender][sequence];
        if (held.hash != 0) {
            if (block.number < _deadline(held)) revert AlreadyCommitted(msg.sender, sequence);
            _forfeit(msg.sender, sequence, held);
        }
        uint64 joined = _joinRound();
        (held.hash, held.inRound) = (commitment, joined);
        emit Committed(msg.sender, sequence, joined, commitment);
    }

    /// @inheritdoc ICommitGate
    function open(uint64 sequence, bytes32 digest, bytes32 secret) external override {
        Commitment storage held = _live(msg.sender, sequence);
        _requireClosed(held);
        bytes32 given = commitmentOf(msg.sender, sequence, digest, secret);
        if (given != held.hash) revert CommitmentMismatch(held.hash, given);
        _opened(msg.sender, sequence, digest);
        emit Opened(msg.sender, sequence, digest, secret);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc ICommitGate
    function forfeit(address worker, uint64 sequence) external override {
        Commitment storage held = pending[worker][sequence];
        if (held.hash == 0) revert NoCommitment(worker, sequence);
        uint64 deadline = _deadline(held);
        if (block.number < deadline) revert NotVoid(deadline);
        _forfeit(worker, sequence, held);
    }

    /// @inheritdoc ICommitGate
    function commitmentOf(address worker, uint64 sequence, bytes32 digest, bytes32 secret)
        public
        view
        override
        returns (bytes32)
    {
        return keccak256(
            abi.encode(block.chainid, address(this), worker, sequence, digest, secret)
        );
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev The caller's commitment to the digest is proven: note it, or compare it.
    function _opened(address worker, uint64 sequence, bytes32 digest) internal virtual;

    /// @dev The commitment, which is neither returned nor void.
    function _live(address worker, uint64 sequence)
        internal
        view
        returns (Commitment storage held)
    {
        held = pending[worker][sequence];
        if (held.hash == 0) revert NoCommitment(worker, sequence);
        uint64 deadline = _deadline(held);
        if (block.number >= deadline) revert RevealTooLate(deadline);
    }

    function _requireClosed(Commitment storage held) internal view {
        uint64 closed = closesAt[held.inRound];
        if (block.number < closed) revert RevealTooEarly(closed);
    }

    function _deadline(Commitment storage held) private view returns (uint64) {
        return closesAt[held.inRound] + revealBlocks;
    }

    function _forfeit(address worker, uint64 sequence, Commitment storage held) private {
        emit Forfeited(worker, sequence, held.hash);
        delete pending[worker][sequence];
    }

    /// @dev Rounds need nobody to open or to close them: a silent server holds up no worker.
    function _joinRound() private returns (uint64 joined) {
        joined = round;
        if (block.number >= closesAt[joined]) {
            round = ++joined;
            closesAt[joined] = uint64(block.number) + roundBlocks;
            emit RoundOpened(joined, closesAt[joined]);
        }
    }
}
