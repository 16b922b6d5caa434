// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../../interfaces/IBoard.sol";
import {IBountyTypes} from "./IBountyTypes.sol";
import {ICredits} from "./ICredits.sol";

/// @title The bounty market: whoever trains the best model for a job wins its bounty
/// @notice A job goes
///
///   Announcing   solvers commit themselves to a loss and a model's digest, and reveal both in a
///                later block. Anybody may still beat the best announcement
///   Revealing    the job has expired: no more commitments, what is open may still be revealed
///   Publishing   the leader brings its whole model through a weight store
///   Voting       members measure the model's loss and commit themselves to what they found
///   Counting     they open it: above the announced loss + tolerance it is a vote for Cheat
///   Due          a deadline has passed: anybody may `settle`
///   Claiming     the leader failed: holders of other announcements may claim, the best one leads
///   Closed       the bounty was paid, or is the owner's again
///
/// Phases follow from block numbers; a transaction is needed only for `settle`, whose cost does not
/// depend on what anybody did. Settling does, in Due,
///
///   nobody leads           the owner has the pool back
///   nothing published      the leader's stake goes into the pool
///   Honest, Unproven       the leader wins the pool and has its stake back
///   Cheat                  the leader is banned, all its credits are burnt
///
/// After the second and the fourth another announcement may be claimed while any stands, in at most
/// eight turns in all; then the owner has the pool back. Each turn has its deadlines, so every job
/// ends. Nobody has to claim: a stake is at risk only for the leader at the end, and for claimants.
///
/// The best is the lowest loss, of equal ones the earliest commitment. Commitments are
///   keccak256(abi.encode("ANNOUNCEMENT", chain id, market, solver, job, loss, digest, salt))
///   keccak256(abi.encode("BALLOT", chain id, market, voter, job, turn, loss, salt))
/// They can't be read nor taken over, and who copies a revealed announcement has the later
/// commitment and not the model.
///
/// Cheat is decided by at least `quorum` votes for it that are also more than those for Honest. The
/// losing side's deposits, and those of ballots that were never opened, go to the winning side in
/// equal parts with the fee, which a banned solver's stake pays instead of the bounty. Where Cheat
/// had more votes but not the quorum (Unproven) opened deposits go back and no fee is paid.
/// What can't be divided stays in the pool.
///
/// Nothing is kept sorted and nothing is looped over: an account has one announcement a job, and
/// the leader is compared with one other at a time. A stake is at least an eighth of the bounty, so
/// that keeping all honest solvers out by eight claims of models that do not exist costs as much.
///
/// @dev Waits are counted in blocks, as at IJobMarket. To a store the market is its board and the
/// job's number the result's `sequence`. Only stores that keep weights are to be authorised.
/// Losses are whole millionths. Jobs are numbered 1, 2, …
///
/// Gas on a node (GoQuorum 22.7.4): docs/bounties.md.
interface IBountyMarket is IBoard, IBountyTypes, ICredits {
    /// @notice No task, no evaluation data, no bounty, no deposit, or a task reference that is
    /// empty or longer than 256 bytes.
    error IncompleteJob();
    /// @notice A stake is an eighth of the bounty at least, and not below the fee.
    error StakeTooLow(uint64 least, uint64 given);
    /// @notice The fee is a part of the bounty.
    error FeeTooHigh(uint64 most, uint64 given);
    /// @notice The market wants that many votes at least to convict a solver.
    error QuorumTooLow(uint32 least, uint32 given);
    /// @notice Every wait lasts two blocks at least: who begins a phase is alone in its first one.
    error NoTime();
    /// @notice The job was never posted.
    error UnknownJob(uint64 job);
    /// @notice The job is elsewhere. Where two phases would do, `needed` is the later one.
    error WrongPhase(Phase needed, Phase now_);
    /// @notice An owner does not solve its own job.
    error OwnJob(uint64 job);
    /// @notice The zero commitment stands for none.
    error EmptyCommitment();
    /// @notice The zero digest stands for none.
    error EmptyDigest();
    /// @notice The caller has nothing to open.
    error NoCommitment(address account, uint64 job);
    /// @notice A commitment is opened in a later block than it was made in.
    error TooSoon(uint256 from);
    /// @notice What was opened is not what was committed to.
    error CommitmentMismatch(bytes32 expected, bytes32 given);
    /// @notice The caller's own announcement is as good.
    error NotBetter(uint64 standing, uint64 given);
    /// @notice The caller has no part in the job, or no announcement that stands.
    error NoEntry(address account, uint64 job);
    /// @notice The caller's announcement still counts: it stays.
    error AtStake(address account, uint64 job);
    /// @notice The leader's claim is as good or better.
    error Outbid(address leader);
    /// @notice Another account is the winner.
    error NotYourTurn(address leader);
    /// @notice The model is not the one that was announced.
    error WrongDigest(bytes32 expected, bytes32 given);
    /// @notice These do not judge a model: the job's owner, whoever has a stake in the job, a
    /// sponsor whose credits the solver staked, and who named owner or solver as its sponsor.
    error Interested(address account, uint64 job);
    /// @notice A vote is cast once, and opened once.
    error AlreadyVoted(address account, uint64 job);
    /// @notice The job owes the caller nothing for that turn.
    error NothingOwed(address account, uint64 job);

    /// @notice A job was posted. `task` is the reference under which the task is found.
    event JobPosted(uint64 indexed job, address indexed owner, Terms terms, string task);
    /// @notice A solver committed itself; `order` decides between equal losses.
    event Committed(address indexed solver, uint64 indexed job, uint32 order, bytes32 commitment);
    /// @notice A solver's announcement stands.
    event Announced(
        address indexed solver, uint64 indexed job, uint32 order, uint64 loss, bytes32 digest
    );
    /// @notice A solver left the job and has its stake back.
    event Retired(address indexed solver, uint64 indexed job);
    /// @notice The leader failed: claims are taken before the block `endsAt`.
    event ClaimsOpened(uint64 indexed job, uint8 turn, uint48 endsAt);
    /// @notice A solver claims the bounty and leads.
    event Claimed(address indexed solver, uint64 indexed job, uint8 turn);
    /// @notice The winner's model lies whole in the store; votes are cast from this block on.
    event Published(
        address indexed solver,
        uint64 indexed job,
        uint8 turn,
        address store,
        uint32 chunks,
        bytes32 digest
    );
    /// @notice A member committed itself to what it measured.
    event VoteCast(address indexed voter, uint64 indexed job, uint8 turn, bytes32 ballot);
    /// @notice A member's measured loss, and on which side that is.
    event VoteOpened(
        address indexed voter, uint64 indexed job, uint8 turn, uint64 loss, Ballot side
    );
    /// @notice A model was judged.
    event Judged(
        address indexed solver,
        uint64 indexed job,
        uint8 turn,
        Verdict verdict,
        uint32 honest,
        uint32 cheat,
        uint64 share
    );
    /// @notice A winner did not publish in time; its stake, `lost`, joined the pool.
    event Lapsed(address indexed solver, uint64 indexed job, uint8 turn, uint64 lost);
    /// @notice A job was closed; `winner` is the solver that was paid, or the owner.
    event JobClosed(uint64 indexed job, address indexed winner, Outcome outcome, uint64 amount);

    /// @notice Let a weight store bring models. Operator only; reverts NotOperator.
    function authorise(address store) external;

    /// @notice Post a job; its bounty leaves the caller's own credits.
    /// @dev Members only. Reverts NotRegistered, IsBanned, IncompleteJob, FeeTooHigh, StakeTooLow,
    /// QuorumTooLow, NoTime, TooFewCredits.
    /// @return job The new job's number.
    function post(Terms calldata terms, string calldata task) external returns (uint64 job);

    /// @notice Bind the caller to a loss and a digest that nobody can read from it. The first one
    /// takes the stake, from own credits and then from trust; a later one replaces it.
    /// @dev In Announcing. Reverts EmptyCommitment, NotRegistered, IsBanned, UnknownJob,
    /// WrongPhase, OwnJob, TooFewCredits.
    function commit(uint64 job, bytes32 commitment) external;

    /// @notice Open the caller's commitment: the announcement stands from now on.
    /// @dev In Announcing and Revealing. Reverts NotRegistered, IsBanned, UnknownJob, WrongPhase,
    /// NoCommitment, TooSoon, CommitmentMismatch, EmptyDigest, NotBetter.
    function announce(uint64 job, uint64 loss, bytes32 digest, bytes32 salt) external;

    /// @notice Leave a job and have the stake back: at any time before anything was announced, and
    /// after Revealing for whoever does not lead.
    /// @dev Reverts NoEntry, AtStake.
    function retire(uint64 job) external;

    /// @notice Put the caller's announcement forward after a winner failed.
    /// @dev In Claiming. Reverts NotRegistered, IsBanned, UnknownJob, WrongPhase, NoEntry, Outbid.
    function claim(uint64 job) external;

    /// @notice Commit the caller to the loss that it measured, for the deposit of own credits.
    /// @dev In Voting. Reverts EmptyCommitment, NotRegistered, IsBanned, UnknownJob, WrongPhase,
    /// Interested, AlreadyVoted, TooFewCredits.
    function castVote(uint64 job, bytes32 ballot) external;

    /// @notice Open the caller's ballot. What is no model of the task has the largest loss of all.
    /// @dev In Counting. Reverts NotRegistered, IsBanned, UnknownJob, WrongPhase, NoCommitment,
    /// AlreadyVoted, CommitmentMismatch.
    function openVote(uint64 job, uint64 loss, bytes32 salt) external;

    /// @notice Do what a job that is Due calls for; see above. Anybody may.
    /// @dev Reverts UnknownJob, WrongPhase.
    function settle(uint64 job) external;

    /// @notice Have the caller's deposit and share of a judged turn. Reverts NothingOwed.
    function collect(uint64 job, uint8 turn) external;

    /// @notice The least quorum that jobs may have.
    function leastQuorum() external view returns (uint32);

    /// @notice Whether a store may bring models.
    function isStore(address store) external view returns (bool);

    /// @notice The newest job's number; 0 before the first one.
    function lastJob() external view returns (uint64);

    /// @notice How far a job has come. Reverts UnknownJob.
    function stateOf(uint64 job) external view returns (State memory);

    /// @notice What its owner asked for; all zero for a job never posted.
    function termsOf(uint64 job) external view returns (Terms memory);

    /// @notice A solver's part in a job; all zero where there is none.
    function entryOf(address solver, uint64 job) external view returns (Entry memory);

    /// @notice The votes on a turn's model.
    function tallyOf(uint64 job, uint8 turn) external view returns (Tally memory);

    /// @notice What a voter did in a turn; `word` is its ballot's commitment while it is closed.
    function ballotOf(address voter, uint64 job, uint8 turn)
        external
        view
        returns (bytes32 word, Ballot step);

    /// @notice What the job owes a voter for a turn: deposit and share.
    function owedTo(address voter, uint64 job, uint8 turn) external view returns (uint64);

    /// @notice The commitment to an announcement.
    function announcementOf(
        address solver,
        uint64 job,
        uint64 loss,
        bytes32 digest,
        bytes32 salt
    ) external view returns (bytes32);

    /// @notice The commitment to a vote.
    function voteOf(address voter, uint64 job, uint8 turn, uint64 loss, bytes32 salt)
        external
        view
        returns (bytes32);
}
