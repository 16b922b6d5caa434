// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "./IBoard.sol";
import {IJobTypes} from "./IJobTypes.sol";
import {IWorkerRegistry} from "./IWorkerRegistry.sol";

/// @title The market: the server deploys a job, n workers do it, the largest group is paid
/// @notice Everybody does the same job, so equal results are the sign of correct ones. A job goes
///
///   Publishing   the server deployed it with n × payment; its weights (and its batch) come in
///   Committing   registered workers pick it up for the deposit and commit themselves to a result
///   Revealing    what was committed to is opened; results are counted by digest
///   Delivering   results by hash only: one member of the largest group brings the whole model
///   Ended        nothing more is taken; anybody may close it
///   Closed       winners claim, the server has back what it does not owe
///
/// Phases follow from counts and block numbers, no transaction is needed to enter one. Committing
/// ends before its deadline when all n have committed, Revealing when all commitments are counted.
///
///   privacy, results   in Committing                  in Revealing                 in Delivering
///   commit, weights    pick, commit                   open, store.submit…          –
///   sealed, weights    pick, commit, store.submit…    open (its secret: the key)   –
///   plain,  weights    pick, store.submit…            –                            –
///   commit, hash       pick, commit                   open                         store.submit…
///   plain,  hash       pick, open (any secret)        –                            store.submit…
///
/// To a store the market is its board and the job's number the result's `sequence`: a worker has one
/// result a job. Only stores that keep weights are authorised.
///
/// Close decides, by what was counted:
///   Void         fewer than the quorum: who was counted has its deposit back
///   Tied         the largest groups are equally large and the rule is None: nobody is paid
///   Undelivered  all members of the largest group let their turn to deliver pass: nobody is paid
///   Won          each member of the largest group is owed payment and deposit. Of a delivered job
///                those whose turn had passed are not
/// All else goes to the server: payments nobody earned, deposits of workers that were silent, did
/// not reveal in time, or revealed a result of another group.
///
/// @dev Waits are counted in blocks: Raft's timestamps are nanoseconds where others' are seconds,
/// and any transaction makes a block there, so that a deadline can always be reached.
/// A commitment is keccak256(abi.encode(chain id, market, worker, job, digest, secret)), as at
/// ICommitGate: worth nothing on another chain, at another market, for another job or worker.
/// Jobs are numbered 1, 2, …; the server is the account that deployed the market.
interface IJobMarket is IBoard, IJobTypes {
    /// @notice As many jobs are open as can be.
    error TooManyJobs(uint32 limit);
    /// @notice No weights, no chunks, no seats, no length of a chunk, or a digest without chunks.
    error EmptyJob();
    /// @notice The quorum lies in [1, seats].
    error QuorumOutOfRange(uint32 quorum, uint32 seats);
    /// @notice Publishing lasts a block at least, the others two (Delivering where there is one): the
    /// block in which a phase begins is over before others than who began it can act in it.
    error NoTime();
    /// @notice Sealed results by hash: a digest is sealed by its commitment already.
    error NothingToSeal();
    /// @notice The wei that came are not those that were asked for.
    error WrongValue(uint256 expected, uint256 given);
    /// @notice The job was never deployed.
    error UnknownJob(uint64 job);
    /// @notice The job has not come so far.
    error TooEarly(Phase needed, Phase now_);
    /// @notice The job is past that.
    error TooLate(Phase needed, Phase now_);
    /// @notice Chunks come in order; index 0 starts an unfinished publication again.
    error WrongChunk(uint32 expected, uint32 given);
    /// @notice All chunks came in before.
    error AlreadyPublished(uint64 job);
    /// @notice What came in does not have the digest announced for it, or that of the winners.
    error WrongDigest(bytes32 expected, bytes32 given);
    /// @notice All seats are taken.
    error NoSeatLeft(uint32 seats);
    /// @notice A worker has picked the job up: it can't be cancelled.
    error PickedUp(uint64 job, uint32 picked);
    /// @notice The account did not pick up this job.
    error NoSeat(address worker, uint64 job);
    /// @notice The worker has taken this step before.
    error AlreadyDone(Step now_);
    /// @notice A step before this one is missing.
    error OutOfOrder(Step needed, Step now_);
    /// @notice The zero commitment stands for none.
    error EmptyCommitment();
    /// @notice What was revealed is not what was committed to.
    error CommitmentMismatch(bytes32 expected, bytes32 given);
    /// @notice The job's privacy and results know no such step.
    error NotInThisMode(Privacy privacy, Results results);
    /// @notice Another member of the largest group delivers now.
    error NotYourTurn(address member);
    /// @notice The job owes this account nothing.
    error NothingOwed(address worker, uint64 job);
    /// @notice The account's balance is empty.
    error NothingToWithdraw(address account);
    /// @notice The account did not take its wei.
    error NotTaken(address account);

    /// @notice A job was deployed; its weights are still to come.
    event JobDeployed(uint64 indexed job, Terms terms);
    /// @notice One chunk of a job's weights lies in this transaction's call data.
    event WeightsChunk(uint64 indexed job, uint32 index);
    /// @notice All of a job's weights are on the chain and match their digest.
    event WeightsPublished(uint64 indexed job, uint32 weightCount, bytes32 weightsDigest);
    /// @notice One chunk of a job's batch lies in this transaction's call data.
    event BatchChunk(uint64 indexed job, uint32 index);
    /// @notice All of a job's batch is on the chain and matches its digest.
    event BatchPublished(uint64 indexed job, uint64 batchIndex, bytes32 batchDigest);
    /// @notice Workers may pick the job up in the blocks before `commitsEnd`.
    event JobStarted(uint64 indexed job, uint64 commitsEnd);
    /// @notice A worker took a seat; `picked` are taken now.
    event Picked(address indexed worker, uint64 indexed job, uint32 picked);
    /// @notice A worker committed itself to a result.
    event Committed(address indexed worker, uint64 indexed job, bytes32 commitment);
    /// @notice A worker's sealed result is complete; `digest` is that of the ciphertext.
    event Sealed(address indexed worker, uint64 indexed job, bytes32 digest);
    /// @notice All n results are bound: no more are taken, reveals are from this block on.
    event CommitsClosed(uint64 indexed job, uint64 closedAt);
    /// @notice A worker opened its commitment. `secret` is the salt, or the key of a sealed result.
    event Opened(address indexed worker, uint64 indexed job, bytes32 digest, bytes32 secret);
    /// @notice A worker's result counts; its group has `votes` now.
    event Counted(address indexed worker, uint64 indexed job, bytes32 digest, uint32 votes);
    /// @notice A worker brought the winning model; `turn` members had let theirs pass.
    event Delivered(address indexed worker, uint64 indexed job, bytes32 digest, uint32 turn);
    /// @notice A job was closed.
    /// @param winners How many can claim payment and deposit (of Void: their deposit).
    /// @param refund Wei that went to the server's balance.
    event JobClosed(
        uint64 indexed job, Outcome outcome, bytes32 digest, uint32 winners, uint256 refund
    );
    /// @notice What a job owes a worker went to its balance.
    event Claimed(address indexed worker, uint64 indexed job, uint256 amount);
    /// @notice An account took its balance out.
    event Withdrawn(address indexed account, uint256 amount);

    /// @notice Let a weight store bring results. Server only; reverts IJobBoard.NotServer.
    function authorise(address store) external;

    /// @notice Deploy a job and put its payments down: seats × payment wei.
    /// @dev Server only. Reverts IJobBoard.NotServer, TooManyJobs, EmptyJob, QuorumOutOfRange,
    /// NoTime, NothingToSeal, WrongValue.
    /// @return job The new job's number.
    function deploy(Terms calldata terms) external payable returns (uint64 job);

    /// @notice Bring in one chunk of a job's weights. The job starts when all chunks are there.
    /// @dev Server only, in Publishing. Reverts IJobBoard.NotServer, UnknownJob, TooLate,
    /// AlreadyPublished, WrongChunk, WrongDigest.
    function publishChunk(uint64 job, uint32 index, bytes calldata chunk) external;

    /// @notice The same for the data of the job's batch.
    function publishBatch(uint64 job, uint32 index, bytes calldata chunk) external;

    /// @notice Close a job that no worker picked up, before its time; it is Void.
    /// @dev Server only. Reverts IJobBoard.NotServer, UnknownJob, TooLate, PickedUp.
    function cancel(uint64 job) external;

    /// @notice Take a seat for the deposit. The caller is busy until the job is closed.
    /// @dev In Committing. Reverts UnknownJob, TooEarly, TooLate, NoSeatLeft, WrongValue, and with
    /// IWorkerRegistry's NotRegistered and Busy (for a second seat, too).
    function pick(uint64 job) external payable;

    /// @notice Bind the caller to a result that nobody can read from it.
    /// @dev In Committing, after `pick`. Reverts EmptyCommitment, NotInThisMode (plain), NoSeat,
    /// AlreadyDone, TooLate.
    function commit(uint64 job, bytes32 commitment) external;

    /// @notice Open the caller's commitment; of plain results by hash: give the digest.
    /// @dev In Revealing, after `commit`, of sealed results after the ciphertext. Reverts
    /// NotInThisMode (plain weights), NoSeat, AlreadyDone, TooEarly, TooLate, OutOfOrder,
    /// CommitmentMismatch.
    /// @param digest The result's, see ChunkDigest and `resultChunkBytes`.
    /// @param secret The salt, or the key of a sealed result.
    function open(uint64 job, bytes32 digest, bytes32 secret) external;

    /// @notice Close an ended job: anybody may. Its cost does not depend on what workers did.
    /// @dev Reverts UnknownJob, TooEarly, TooLate.
    function close(uint64 job) external;

    /// @notice Put what a closed job owes the caller into its balance. Reverts UnknownJob, TooEarly,
    /// NothingOwed (a second time, too).
    function claim(uint64 job) external;

    /// @notice Take the caller's balance out. Reverts NothingToWithdraw, NotTaken.
    function withdraw() external;

    /// @notice What the server asked for.
    function termsOf(uint64 job) external view returns (Terms memory);

    /// @notice How far a job has come. Reverts UnknownJob.
    function stateOf(uint64 job) external view returns (State memory);

    /// @notice A job's weights and how far they have come in, as at IJobBoard.
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

    /// @notice The index of the next chunk of a job's batch.
    function nextBatchChunk(uint64 job) external view returns (uint32);

    /// @notice What a worker did in a job.
    /// @return step The last step it took.
    /// @return word Its commitment; its digest once that is opened.
    /// @return place How many members its group had before its result was counted.
    function seatOf(address worker, uint64 job)
        external
        view
        returns (Step step, bytes32 word, uint32 place);

    /// @notice How many results with this digest are counted.
    function votesFor(uint64 job, bytes32 digest) external view returns (uint32);

    /// @notice The members of a group by their place, of results by hash; zero where there is none.
    function memberAt(uint64 job, bytes32 digest, uint32 place) external view returns (address);

    /// @notice What a closed job owes a worker that has not claimed it, in wei.
    function owedTo(address worker, uint64 job) external view returns (uint256);

    /// @notice What an account can take out, in wei.
    function balanceOf(address account) external view returns (uint256);

    /// @notice The commitment that a worker can open with this digest and secret.
    function commitmentOf(address worker, uint64 job, bytes32 digest, bytes32 secret)
        external
        view
        returns (bytes32);

    /// @notice Whether a job has been deployed and not been closed.
    function isOpen(uint64 job) external view returns (bool);

    /// @notice The newest job; 0 before the first one.
    function lastJob() external view returns (uint64);

    /// @notice How many jobs are open.
    function openJobs() external view returns (uint32);

    /// @notice How many jobs can be open at a time.
    function limit() external view returns (uint32);

    /// @notice Who deploys jobs and authorises stores.
    function server() external view returns (address);

    /// @notice Who can pick up jobs.
    function registry() external view returns (IWorkerRegistry);

    /// @notice Whether results may come in through this store.
    function isStore(address store) external view returns (bool);
}
