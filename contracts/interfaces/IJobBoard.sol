// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "./IBoard.sol";

/// @title The board: one server publishes jobs, workers take them and return full weights
/// @notice A worker gets weights when it registers and again each time it returned its last result;
/// never otherwise. The weights themselves lie in the call data of `publishChunk`: anyone can read
/// them from the chain. Results come in through the weight stores the server authorised.
/// @dev Jobs are numbered 1, 2, …; 0 means none. The server is the account that deployed the board.
interface IJobBoard is IBoard {
    /// @notice What a worker holds.
    /// @param job The job whose weights it was handed; 0: it is not registered.
    /// @param batchIndex Which batch of the shared training data it trains on.
    /// @param sequence How many results it has returned so far, over all its registrations.
    struct Assignment {
        uint64 job;
        uint64 batchIndex;
        uint64 sequence;
    }

    /// @notice A job and how far its weights have come in.
    /// @param weightCount Number of weights of the model.
    /// @param chunkCount Number of `publishChunk` calls that carry them.
    /// @param nextIndex Index of the next chunk; equal to `chunkCount` when all are there.
    /// @param weightsDigest The digest announced for the weights, see ChunkDigest.
    /// @param chained The digest of the chunks that came in so far.
    struct Job {
        uint32 weightCount;
        uint32 chunkCount;
        uint32 nextIndex;
        bytes32 weightsDigest;
        bytes32 chained;
    }

    /// @notice Only the server may do this.
    error NotServer(address caller);
    /// @notice Only a store the server authorised may return results.
    error NotStore(address caller);
    /// @notice The worker has not joined, or has left.
    error NotRegistered(address worker);
    /// @notice The worker joined before and has not left.
    error AlreadyRegistered(address worker);
    /// @notice No job's weights are complete yet: there is nothing to hand out.
    error NoJob();
    /// @notice A job needs at least one weight and one chunk.
    error EmptyJob();
    /// @notice The job was never opened.
    error UnknownJob(uint64 job);
    /// @notice All the job's weights came in before.
    error AlreadyPublished(uint64 job);
    /// @notice Chunks come in order; index 0 starts an unfinished publication again.
    error WrongChunk(uint32 expected, uint32 given);
    /// @notice The chunks of a job do not chain up to the digest announced for it.
    error WrongDigest(bytes32 expected, bytes32 given);
    /// @notice `given` is not the number of results the worker has returned so far.
    error WrongSequence(uint64 expected, uint64 given);

    /// @notice Results may come in through this store from now on.
    event StoreAuthorised(address indexed store);
    /// @notice A job was opened; its weights are still to come.
    event JobOpened(
        uint64 indexed job, uint32 weightCount, uint32 chunkCount, bytes32 weightsDigest
    );
    /// @notice One chunk of a job's weights lies in this transaction's call data.
    event WeightsChunk(uint64 indexed job, uint32 index);
    /// @notice All of a job's weights are on the chain and match their digest: workers get them now.
    event WeightsPublished(uint64 indexed job, uint32 weightCount, bytes32 weightsDigest);
    /// @notice A worker registered.
    event WorkerJoined(address indexed worker);
    /// @notice A worker gave up its registration and the job it held.
    event WorkerLeft(address indexed worker);
    /// @notice A worker may read the job's weights and train on the batch.
    event WeightsHanded(address indexed worker, uint64 indexed job, uint64 batchIndex);
    /// @notice A worker returned its result number `sequence`, the answer to `job`.
    event ResultReturned(
        address indexed worker, uint64 indexed job, uint64 sequence, uint32 chunks, bytes32 digest
    );

    /// @notice Let a weight store return results. Server only; reverts NotServer.
    function authorise(address store) external;

    /// @notice Open a job. Server only; reverts NotServer, EmptyJob.
    /// @param weightCount Number of weights of the model, at least 1.
    /// @param chunkCount Number of chunks that will carry them, at least 1.
    /// @param weightsDigest Their digest by the rule of ChunkDigest.
    /// @return job The new job's number.
    function publish(uint32 weightCount, uint32 chunkCount, bytes32 weightsDigest)
        external
        returns (uint64 job);

    /// @notice Bring in one chunk of an open job's weights; the last one makes the job current,
    /// unless a later one is already.
    /// @dev Server only. Reverts NotServer, UnknownJob, AlreadyPublished, WrongChunk, WrongDigest.
    function publishChunk(uint64 job, uint32 index, bytes calldata chunk) external;

    /// @notice Register the caller and hand it the current job. Reverts AlreadyRegistered, NoJob.
    function join() external;

    /// @notice End the caller's registration; its count of results stays. Reverts NotRegistered.
    function leave() external;

    /// @notice Record a worker's result and hand it the next weights.
    /// @dev Authorised stores only. Reverts NotStore, NotRegistered, WrongSequence.
    /// @param worker Whose result it is.
    /// @param sequence The result's number: how many the worker has returned before.
    /// @param chunks How many chunks carried it.
    /// @param digest Its digest by the rule of ChunkDigest.
    function complete(address worker, uint64 sequence, uint32 chunks, bytes32 digest)
        external
        override;

    /// @notice Reverts NotRegistered or WrongSequence unless the worker may return this result now.
    function requireNext(address worker, uint64 sequence) external view override;

    /// @notice What the worker holds; see Assignment.
    function assignmentOf(address worker)
        external
        view
        returns (uint64 job, uint64 batchIndex, uint64 sequence);

    /// @notice A job and how far its weights have come in; see Job. Zeros for one never opened.
    function jobOf(uint64 job)
        external
        view
        returns (
            uint32 weightCount,
            uint32 chunkCount,
            uint32 nextIndex,
            bytes32 weightsDigest,
            bytes32 chained
        );

    /// @notice Who may publish jobs and authorise stores.
    function server() external view returns (address);

    /// @notice The job that is handed out now; 0: none.
    function currentJob() external view returns (uint64);

    /// @notice Whether results may come in through this store.
    function isStore(address store) external view returns (bool);
}
