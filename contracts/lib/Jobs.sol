// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {IJobTypes} from "../interfaces/IJobTypes.sol";
import {Plurality} from "./Plurality.sol";
import {Publication} from "./Publication.sol";

/// @title One job of the market: in which phase it is, and how it ends
library Jobs {
    /// @dev In one slot. `commitsEnd` is Publishing's end until the job has started. `delivered` is
    /// the turn in which the model came + 1; 0: it has not.
    struct Clock {
        bool started;
        IJobTypes.Outcome outcome;
        uint32 picked;
        uint32 committed;
        uint32 counted;
        uint32 delivered;
        uint48 commitsEnd;
        uint48 lastCounted;
    }

    /// @dev `word` is the commitment, and the digest once that is opened.
    struct Seat {
        bytes32 word;
        IJobTypes.Step step;
        uint32 place;
    }

    struct Job {
        IJobTypes.Terms terms;
        Clock clock;
        Publication.Progress weights;
        Publication.Progress batch;
        Plurality.Tally tally;
        mapping(address worker => Seat) seats;
        mapping(bytes32 digest => mapping(uint32 place => address)) members;
    }

    // ------------------------------------------------------------ logic: terms

    /// @notice Reverts EmptyJob, QuorumOutOfRange, NoTime, NothingToSeal for terms that can't be met.
    function check(IJobTypes.Terms calldata terms) internal pure {
        if (
            terms.weightCount == 0 || terms.chunkCount == 0 || terms.seats == 0
                || terms.resultChunkBytes == 0 || (terms.batchDigest == 0) != (terms.batchChunks == 0)
        ) revert IJobMarket.EmptyJob();
        if (terms.quorum == 0 || terms.quorum > terms.seats) {
            revert IJobMarket.QuorumOutOfRange(terms.quorum, terms.seats);
        }
        bool delivers = terms.results == IJobTypes.Results.Hash;
        // A phase begins in the block of the transaction that ends the one before: only who sends
        // that one can act in it then, so a single block would be that account's alone.
        if (
            terms.publishBlocks == 0 || terms.commitBlocks < 2 || terms.revealBlocks < 2
                || terms.deliveryBlocks < (delivers ? 2 : 1)
        ) revert IJobMarket.NoTime();
        if (delivers && terms.privacy == IJobTypes.Privacy.Sealed) {
            revert IJobMarket.NothingToSeal();
        }
    }

    // ------------------------------------------------------------ logic: phases

    /// @notice The phase, its end (0: it has none) and how many turns to deliver have passed.
    function where(Job storage job)
        internal
        view
        returns (IJobTypes.Phase phase, uint256 endsAt, uint32 turn)
    {
        Clock memory clock = job.clock;
        if (clock.outcome != IJobTypes.Outcome.Open) {
            return (IJobTypes.Phase.Closed, 0, turnOf(clock));
        }
        if (block.number < clock.commitsEnd) {
            phase = clock.started ? IJobTypes.Phase.Committing : IJobTypes.Phase.Publishing;
            return (phase, clock.commitsEnd, 0);
        }
        if (!clock.started) return (IJobTypes.Phase.Ended, 0, 0);
        uint256 revealsEnd = _revealsEnd(clock, job.terms.revealBlocks);
        if (block.number < revealsEnd) return (IJobTypes.Phase.Revealing, revealsEnd, 0);
        return _delivery(job, clock, revealsEnd);
    }

    /// @notice Reverts UnknownJob, TooEarly, TooLate unless the job is in that phase.
    function requirePhase(Job storage job, uint64 id, IJobTypes.Phase needed)
        internal
        view
        returns (uint32 turn)
    {
        if (job.clock.commitsEnd == 0) revert IJobMarket.UnknownJob(id);
        IJobTypes.Phase phase;
        (phase,, turn) = where(job);
        if (phase < needed) revert IJobMarket.TooEarly(needed, phase);
        if (phase > needed) revert IJobMarket.TooLate(needed, phase);
    }

    /// @notice The worker's seat when its next step is the one after `needed`, in phase `during`.
    /// @dev Reverts NoSeat, AlreadyDone, TooEarly, TooLate, OutOfOrder: what was done before is told
    /// as such, whatever the phase.
    function requireStep(
        Job storage job,
        uint64 id,
        address worker,
        IJobTypes.Step needed,
        IJobTypes.Phase during
    ) internal view returns (Seat storage seat) {
        seat = job.seats[worker];
        IJobTypes.Step step = seat.step;
        if (step == IJobTypes.Step.None) revert IJobMarket.NoSeat(worker, id);
        if (step > needed) revert IJobMarket.AlreadyDone(step);
        requirePhase(job, id, during);
        if (step < needed) revert IJobMarket.OutOfOrder(needed, step);
    }

    // ------------------------------------------------------------ logic: views

    /// @notice How far the job has come. Reverts UnknownJob.
    function state(Job storage job, uint64 id)
        internal
        view
        returns (IJobTypes.State memory made)
    {
        Clock memory clock = job.clock;
        if (clock.commitsEnd == 0) revert IJobMarket.UnknownJob(id);
        uint256 endsAt;
        (made.phase, endsAt, made.turn) = where(job);
        (made.outcome, made.endsAt) = (clock.outcome, uint64(endsAt));
        (made.picked, made.committed, made.counted) =
            (clock.picked, clock.committed, clock.counted);
        (made.digest, made.votes, made.tied) =
            (job.tally.leader, job.tally.votes, job.tally.tied);
    }

    /// @notice Whether the job was deployed and has not been closed.
    function isOpen(Job storage job) internal view returns (bool) {
        return job.clock.commitsEnd != 0 && job.clock.outcome == IJobTypes.Outcome.Open;
    }

    // ----------------------------------------------------------- logic: verdict

    /// @notice How the job ends if it is closed now.
    function verdict(Job storage job) internal view returns (IJobTypes.Outcome) {
        Clock memory clock = job.clock;
        if (clock.counted < job.terms.quorum) return IJobTypes.Outcome.Void;
        if (!_decided(job)) return IJobTypes.Outcome.Tied;
        bool delivers = job.terms.results == IJobTypes.Results.Hash;
        if (delivers && clock.delivered == 0) return IJobTypes.Outcome.Undelivered;
        return IJobTypes.Outcome.Won;
    }

    /// @notice How many workers can claim how much with that outcome.
    function claims(Job storage job, IJobTypes.Outcome outcome)
        internal
        view
        returns (uint32 claimants, uint256 amount)
    {
        Clock memory clock = job.clock;
        if (outcome == IJobTypes.Outcome.Void) return (clock.counted, job.terms.deposit);
        if (outcome != IJobTypes.Outcome.Won) return (0, 0);
        amount = uint256(job.terms.payment) + job.terms.deposit;
        return (job.tally.votes - turnOf(clock), amount);
    }

    /// @notice What the closed job owes a worker.
    function owed(Job storage job, address worker) internal view returns (uint256 amount) {
        Seat memory seat = job.seats[worker];
        if (seat.step != IJobTypes.Step.Counted) return 0;
        Clock memory clock = job.clock;
        (, amount) = claims(job, clock.outcome);
        bool lost = seat.word != job.tally.leader || seat.place < turnOf(clock);
        if (clock.outcome == IJobTypes.Outcome.Won && lost) return 0;
    }

    /// @notice How many members had let their turn pass when the model was delivered.
    function turnOf(Clock memory clock) internal pure returns (uint32) {
        return clock.delivered == 0 ? 0 : clock.delivered - 1;
    }

    function _decided(Job storage job) private view returns (bool) {
        return !job.tally.tied || job.terms.tieRule == IJobTypes.TieRule.First;
    }

    /// @dev The reveals end with the last one that can come, or at the deadline.
    function _revealsEnd(Clock memory clock, uint32 revealBlocks) private pure returns (uint256) {
        if (clock.counted < clock.committed) return uint256(clock.commitsEnd) + revealBlocks;
        return clock.lastCounted > clock.commitsEnd ? clock.lastCounted : clock.commitsEnd;
    }

    function _delivery(Job storage job, Clock memory clock, uint256 start)
        private
        view
        returns (IJobTypes.Phase, uint256, uint32)
    {
        if (verdict(job) != IJobTypes.Outcome.Undelivered) {
            return (IJobTypes.Phase.Ended, 0, turnOf(clock));
        }
        uint256 length = job.terms.deliveryBlocks;
        uint256 turn = (block.number - start) / length;
        uint32 votes = job.tally.votes;
        if (turn >= votes) return (IJobTypes.Phase.Ended, 0, votes);
        return (IJobTypes.Phase.Delivering, start + (turn + 1) * length, uint32(turn));
    }
}
