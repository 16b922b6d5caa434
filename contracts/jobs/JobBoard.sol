// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {ChunkDigest} from "../lib/ChunkDigest.sol";

/// @title The board: one server publishes jobs, workers take them and return full weights
contract JobBoard is IJobBoard {
    // -------------------------------------------------------------- constants

    /// @inheritdoc IJobBoard
    address public immutable override server;

    // ---------------------------------------------------------------- storage

    // One slot for the three: returning a result reads and writes it once.

    /// @inheritdoc IJobBoard
    uint64 public override currentJob;
    uint64 private _lastJob;
    uint64 private _nextBatchIndex;

    /// @inheritdoc IJobBoard
    mapping(address store => bool) public override isStore;
    /// @inheritdoc IJobBoard
    mapping(uint64 job => Job) public override jobOf;
    /// @inheritdoc IJobBoard
    mapping(address worker => Assignment) public override assignmentOf;

    // ------------------------------------------------------------ constructor

    constructor() {
        server = msg.sender;
    }

    modifier onlyServer() {
        if (msg.sender != server) revert NotServer(msg.sender);
        _;
    }

    // ------------------------------------------------------ logic: the server

    /// @inheritdoc IJobBoard
    function authorise(address store) external override onlyServer {
        isStore[store] = true;
        emit StoreAuthorised(store);
    }

    /// @inheritdoc IJobBoard
    function publish(uint32 weightCount, uint32 chunkCount, bytes32 weightsDigest)
        external
        override
        onlyServer
        returns (uint64 job)
    {
        if (weightCount == 0 || chunkCount == 0) revert EmptyJob();
        job = ++_lastJob;
        jobOf[job] = Job(weightCount, chunkCount, 0, weightsDigest, 0);
        emit JobOpened(job, weightCount, chunkCount, weightsDigest);
    }

    /// @inheritdoc IJobBoard
    function publishChunk(uint64 job, uint32 index, bytes calldata chunk)
        external
        override
        onlyServer
    {
        Job storage open = jobOf[job];
        (uint32 chunkCount, uint32 expected) = (open.chunkCount, open.nextIndex);
        if (chunkCount == 0) revert UnknownJob(job);
        if (expected == chunkCount) revert AlreadyPublished(job);
        if (index != expected && index != 0) revert WrongChunk(expected, index);
        bytes32 chained = ChunkDigest.extend(index == 0 ? bytes32(0) : open.chained, chunk);
        (open.nextIndex, open.chained) = (index + 1, chained);
        emit WeightsChunk(job, index);
        if (index + 1 == chunkCount) _published(job, open, chained);
    }

    function _published(uint64 job, Job storage open, bytes32 chained) private {
        if (chained != open.weightsDigest) revert WrongDigest(open.weightsDigest, chained);
        if (job > currentJob) currentJob = job;
        emit WeightsPublished(job, open.weightCount, chained);
    }

    // ----------------------------------------------------- logic: the workers

    /// @inheritdoc IJobBoard
    function join() external override {
        Assignment memory held = assignmentOf[msg.sender];
        if (held.job != 0) revert AlreadyRegistered(msg.sender);
        if (currentJob == 0) revert NoJob();
        emit WorkerJoined(msg.sender);
        _hand(msg.sender, held.sequence);
    }

    /// @inheritdoc IJobBoard
    function leave() external override {
        Assignment memory held = assignmentOf[msg.sender];
        if (held.job == 0) revert NotRegistered(msg.sender);
        // The count stays: a result's number is never given out twice.
        assignmentOf[msg.sender] = Assignment(0, 0, held.sequence);
        emit WorkerLeft(msg.sender);
    }

    // ------------------------------------------------------ logic: the stores

    /// @inheritdoc IJobBoard
    function complete(address worker, uint64 sequence, uint32 chunks, bytes32 digest)
        external
        override
    {
        if (!isStore[msg.sender]) revert NotStore(msg.sender);
        uint64 job = _requireNext(worker, sequence);
        emit ResultReturned(worker, job, sequence, chunks, digest);
        _hand(worker, sequence + 1);
    }

    /// @inheritdoc IJobBoard
    function requireNext(address worker, uint64 sequence) external view override {
        _requireNext(worker, sequence);
    }

    function _requireNext(address worker, uint64 sequence) private view returns (uint64 job) {
        Assignment memory held = assignmentOf[worker];
        if (held.job == 0) revert NotRegistered(worker);
        if (held.sequence != sequence) revert WrongSequence(held.sequence, sequence);
        return held.job;
    }

    /// @dev Batch indices run on over all jobs and workers: no two assignments share one.
    function _hand(address worker, uint64 sequence) private {
        (uint64 job, uint64 batchIndex) = (currentJob, _nextBatchIndex);
        _nextBatchIndex = batchIndex + 1;
        assignmentOf[worker] = Assignment(job, batchIndex, sequence);
        emit WeightsHanded(worker, job, batchIndex);
    }
}
