// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBountyMarket} from "../interfaces/IBountyMarket.sol";
import {IBountyTypes} from "../interfaces/IBountyTypes.sol";

/// @title One job of the bounty market: in which phase it is, and who leads
library Bounties {
    /// @dev What was written last; time moves a job on from there.
    enum Stage { Announcing, Claiming, Judging, Closed }

    struct Vote {
        bytes32 word;
        IBountyTypes.Ballot step;
    }

    /// @dev `mark` is Announcing's or Claiming's end, or the block of the publication.
    struct Job {
        IBountyTypes.Terms terms;
        address owner;
        uint48 mark;
        uint8 turn;
        Stage stage;
        IBountyTypes.Outcome outcome;
        address leader;
        uint32 standing;
        uint32 commitments;
        uint64 pool;
        uint64 held;
        mapping(address solver => IBountyTypes.Entry) entries;
        mapping(uint8 turn => IBountyTypes.Tally) tallies;
        mapping(uint8 turn => mapping(address voter => Vote)) votes;
    }

    // -------------------------------------------------------------- constants

    /// @dev Winners a job may have one after the other.
    uint8 internal constant TURNS = 8;
    uint256 private constant _MOST_TASK_BYTES = 256;

    // ------------------------------------------------------------ logic: terms

    /// @notice Reverts IncompleteJob, FeeTooHigh, StakeTooLow, QuorumTooLow, NoTime.
    function check(IBountyTypes.Terms calldata terms, uint256 taskBytes, uint32 leastQuorum)
        internal
        pure
    {
        if (
            terms.taskDigest == 0 || terms.evaluationDigest == 0 || terms.bounty == 0
                || terms.deposit == 0 || taskBytes == 0 || taskBytes > _MOST_TASK_BYTES
        ) revert IBountyMarket.IncompleteJob();
        uint64 bounty = terms.bounty;
        if (terms.fee > bounty) revert IBountyMarket.FeeTooHigh(bounty, terms.fee);
        uint64 least = (bounty - 1) / TURNS + 1;
        if (least < terms.fee) least = terms.fee;
        if (terms.stake < least) revert IBountyMarket.StakeTooLow(least, terms.stake);
        if (terms.quorum < leastQuorum) {
            revert IBountyMarket.QuorumTooLow(leastQuorum, terms.quorum);
        }
        if (
            terms.openBlocks < 2 || terms.revealBlocks < 2 || terms.claimBlocks < 2
                || terms.publishBlocks < 2 || terms.voteBlocks < 2
        ) revert IBountyMarket.NoTime();
    }

    // ----------------------------------------------------------- logic: phases

    /// @notice The phase and its end (0: it has none). Reverts UnknownJob.
    function where(Job storage job, uint64 id)
        internal
        view
        returns (IBountyTypes.Phase phase, uint256 endsAt)
    {
        if (job.owner == address(0)) revert IBountyMarket.UnknownJob(id);
        Stage stage = job.stage;
        if (stage == Stage.Closed) return (IBountyTypes.Phase.Closed, 0);
        endsAt = job.mark;
        if (stage == Stage.Judging) {
            endsAt += job.terms.voteBlocks;
            if (block.number < endsAt) return (IBountyTypes.Phase.Voting, endsAt);
            endsAt += job.terms.voteBlocks;
            if (block.number < endsAt) return (IBountyTypes.Phase.Counting, endsAt);
            return (IBountyTypes.Phase.Due, 0);
        }
        bool claiming = stage == Stage.Claiming;
        if (block.number < endsAt) {
            phase = claiming ? IBountyTypes.Phase.Claiming : IBountyTypes.Phase.Announcing;
            return (phase, endsAt);
        }
        if (!claiming) endsAt += job.terms.revealBlocks;
        if (block.number < endsAt) return (IBountyTypes.Phase.Revealing, endsAt);
        endsAt += job.terms.publishBlocks;
        if (job.leader == address(0) || block.number >= endsAt) return (IBountyTypes.Phase.Due, 0);
        return (IBountyTypes.Phase.Publishing, endsAt);
    }

    /// @notice Reverts UnknownJob, and WrongPhase unless the job is in that phase.
    function requirePhase(Job storage job, uint64 id, IBountyTypes.Phase needed) internal view {
        (IBountyTypes.Phase phase,) = where(job, id);
        if (phase != needed) revert IBountyMarket.WrongPhase(needed, phase);
    }

    /// @notice The leader's entry when the worker is the one to publish now.
    /// @dev Reverts UnknownJob, WrongPhase, NotYourTurn.
    function requireTurn(Job storage job, uint64 id, address worker)
        internal
        view
        returns (IBountyTypes.Entry storage entry)
    {
        requirePhase(job, id, IBountyTypes.Phase.Publishing);
        if (job.leader != worker) revert IBountyMarket.NotYourTurn(job.leader);
        entry = job.entries[worker];
    }

    /// @notice How far the job has come. Reverts UnknownJob.
    function state(Job storage job, uint64 id)
        internal
        view
        returns (IBountyTypes.State memory made)
    {
        uint256 endsAt;
        (made.phase, endsAt) = where(job, id);
        (made.outcome, made.endsAt, made.owner) = (job.outcome, uint48(endsAt), job.owner);
        (made.turn, made.leader) = (job.turn, job.leader);
        (made.pool, made.held) = (job.pool, job.held);
        (made.standing, made.commitments) = (job.standing, job.commitments);
    }

    // ------------------------------------------------------------ logic: leader

    /// @notice Whether the solver's announcement comes before the leader's.
    function leads(Job storage job, IBountyTypes.Entry storage entry) internal view returns (bool) {
        if (job.leader == address(0)) return true;
        IBountyTypes.Entry storage best = job.entries[job.leader];
        if (entry.loss != best.loss) return entry.loss < best.loss;
        return entry.order < best.order;
    }

    /// @notice Reverts AtStake while the solver's announcement has to stay.
    function requireFree(
        Job storage job,
        uint64 id,
        address solver,
        IBountyTypes.Entry storage entry
    ) internal view {
        (IBountyTypes.Phase phase,) = where(job, id);
        bool counts = entry.digest != 0 && phase <= IBountyTypes.Phase.Revealing;
        if (counts || job.leader == solver) revert IBountyMarket.AtStake(solver, id);
    }
}
