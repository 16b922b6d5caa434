// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {IWorkerRegistry} from "../interfaces/IWorkerRegistry.sol";
import {Jobs} from "../lib/Jobs.sol";
import {Publication} from "../lib/Publication.sol";

/// @title The server's side of the market: jobs are deployed, published, closed and looked at
/// @dev JobMarket adds what workers do in them.
abstract contract JobDeployer is IJobMarket {
    using Jobs for Jobs.Job;
    using Publication for Publication.Progress;

    // -------------------------------------------------------------- constants

    /// @inheritdoc IJobMarket
    address public immutable override server;
    /// @inheritdoc IJobMarket
    IWorkerRegistry public immutable override registry;
    /// @inheritdoc IJobMarket
    uint32 public immutable override limit;

    // ---------------------------------------------------------------- storage

    /// @inheritdoc IJobMarket
    uint64 public override lastJob;
    /// @inheritdoc IJobMarket
    uint32 public override openJobs;

    mapping(uint64 job => Jobs.Job) internal _jobs;
    /// @inheritdoc IJobMarket
    mapping(address store => bool) public override isStore;
    /// @inheritdoc IJobMarket
    mapping(address account => uint256) public override balanceOf;

    // ------------------------------------------------------------ constructor

    constructor(IWorkerRegistry registry_, uint32 limit_) {
        (server, registry, limit) = (msg.sender, registry_, limit_);
    }

    modifier onlyServer() {
        if (msg.sender != server) revert IJobBoard.NotServer(msg.sender);
        _;
    }

    // ------------------------------------------------------ logic: the server

    /// @inheritdoc IJobMarket
    function authorise(address store) external override onlyServer {
        isStore[store] = true;
        emit IJobBoard.StoreAuthorised(store);
    }

    /// @inheritdoc IJobMarket
    function deploy(Terms calldata terms)
        external
        payable
        override
        onlyServer
        returns (uint64 job)
    {
        if (openJobs == limit) revert TooManyJobs(limit);
        Jobs.check(terms);
        _requireValue(uint256(terms.seats) * terms.payment);
        job = ++lastJob;
        ++openJobs;
        _jobs[job].terms = terms;
        _jobs[job].clock.commitsEnd = _in(terms.publishBlocks);
        emit JobDeployed(job, terms);
    }

    /// @inheritdoc IJobMarket
    function publishChunk(uint64 job, uint32 index, bytes calldata chunk)
        external
        override
        onlyServer
    {
        Jobs.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Publishing);
        (uint32 count, bytes32 digest) = (open_.terms.chunkCount, open_.terms.weightsDigest);
        bool complete_ = open_.weights.add(job, index, count, digest, chunk);
        emit WeightsChunk(job, index);
        if (!complete_) return;
        emit WeightsPublished(job, open_.terms.weightCount, digest);
        if (open_.batch.nextIndex == open_.terms.batchChunks) _start(job, open_);
    }

    /// @inheritdoc IJobMarket
    function publishBatch(uint64 job, uint32 index, bytes calldata chunk)
        external
        override
        onlyServer
    {
        Jobs.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Publishing);
        (uint32 count, bytes32 digest) = (open_.terms.batchChunks, open_.terms.batchDigest);
        bool complete_ = open_.batch.add(job, index, count, digest, chunk);
        emit BatchChunk(job, index);
        if (!complete_) return;
        emit BatchPublished(job, open_.terms.batchIndex, digest);
        if (open_.weights.nextIndex == open_.terms.chunkCount) _start(job, open_);
    }

    /// @inheritdoc IJobMarket
    function cancel(uint64 job) external override onlyServer {
        Jobs.Job storage open_ = _jobs[job];
        if (open_.clock.commitsEnd == 0) revert UnknownJob(job);
        (Phase phase,,) = open_.where();
        if (phase > Phase.Committing) revert TooLate(Phase.Committing, phase);
        if (open_.clock.picked != 0) revert PickedUp(job, open_.clock.picked);
        _close(job, open_);
    }

    function _start(uint64 job, Jobs.Job storage open_) private {
        uint48 commitsEnd = _in(open_.terms.commitBlocks);
        (open_.clock.started, open_.clock.commitsEnd) = (true, commitsEnd);
        emit JobStarted(job, commitsEnd);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IJobMarket
    function close(uint64 job) external override {
        Jobs.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Ended);
        _close(job, open_);
    }

    function _close(uint64 job, Jobs.Job storage open_) private {
        Outcome outcome = open_.verdict();
        (uint32 claimants, uint256 amount) = open_.claims(outcome);
        uint256 held = uint256(open_.terms.seats) * open_.terms.payment
            + uint256(open_.clock.picked) * open_.terms.deposit;
        uint256 refund = held - claimants * amount;
        open_.clock.outcome = outcome;
        --openJobs;
        balanceOf[server] += refund;
        emit JobClosed(job, outcome, open_.tally.leader, claimants, refund);
    }

    function _requireValue(uint256 expected) internal view {
        if (msg.value != expected) revert WrongValue(expected, msg.value);
    }

    /// @dev The block that many after this one.
    function _in(uint32 blocks) internal view returns (uint48) {
        return uint48(block.number + blocks);
    }

    // ----------------------------------------------------------- logic: views

    /// @inheritdoc IJobMarket
    function termsOf(uint64 job) external view override returns (Terms memory) {
        return _jobs[job].terms;
    }

    /// @inheritdoc IJobMarket
    function stateOf(uint64 job) external view override returns (State memory state) {
        return _jobs[job].state(job);
    }

    /// @inheritdoc IJobMarket
    function jobOf(uint64 job)
        external
        view
        override
        returns (uint32, uint32, uint32, bytes32, bytes32)
    {
        Terms storage terms = _jobs[job].terms;
        Publication.Progress storage made = _jobs[job].weights;
        return (
            terms.weightCount, terms.chunkCount, made.nextIndex, terms.weightsDigest, made.chained
        );
    }

    /// @inheritdoc IJobMarket
    function nextBatchChunk(uint64 job) external view override returns (uint32) {
        return _jobs[job].batch.nextIndex;
    }

    /// @inheritdoc IJobMarket
    function seatOf(address worker, uint64 job)
        external
        view
        override
        returns (Step step, bytes32 word, uint32 place)
    {
        Jobs.Seat memory seat = _jobs[job].seats[worker];
        return (seat.step, seat.word, seat.place);
    }

    /// @inheritdoc IJobMarket
    function votesFor(uint64 job, bytes32 digest) external view override returns (uint32) {
        return _jobs[job].tally.groups[digest].size;
    }

    /// @inheritdoc IJobMarket
    function memberAt(uint64 job, bytes32 digest, uint32 place)
        external
        view
        override
        returns (address)
    {
        return _jobs[job].members[digest][place];
    }

    /// @inheritdoc IJobMarket
    function owedTo(address worker, uint64 job) external view override returns (uint256) {
        return _jobs[job].owed(worker);
    }

    /// @inheritdoc IJobMarket
    function isOpen(uint64 job) external view override returns (bool) {
        return _jobs[job].isOpen();
    }
}
