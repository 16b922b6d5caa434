// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {BountyBook} from "./BountyBook.sol";
import {IBountyMarket} from "./interfaces/IBountyMarket.sol";
import {Bounties} from "./lib/Bounties.sol";
import {Votes} from "./lib/Votes.sol";

/// @title The bounty market: whoever trains the best model for a job wins its bounty
/// @dev BountyBook holds the owners' side, and what is kept.
contract BountyMarket is BountyBook {
    using Bounties for Bounties.Job;
    using Votes for IBountyMarket.Tally;

    // ------------------------------------------------------------ constructor

    constructor(uint64 supply_, uint32 leastQuorum_) BountyBook(supply_, leastQuorum_) {}

    // ------------------------------------------------------ logic: the solvers

    /// @inheritdoc IBountyMarket
    function commit(uint64 job, bytes32 commitment) external override {
        if (commitment == 0) revert EmptyCommitment();
        Account storage member = _member(msg.sender);
        Bounties.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Announcing);
        if (open_.owner == msg.sender) revert OwnJob(job);
        Entry storage entry = open_.entries[msg.sender];
        if (!_staked(entry)) {
            uint64 stake = open_.terms.stake;
            open_.held += stake;
            (entry.own, entry.trust) = _takeStake(member, job, stake);
        }
        uint32 order = ++open_.commitments;
        (entry.commitment, entry.committedAt, entry.pending) = (commitment, _in(0), order);
        emit Committed(msg.sender, job, order, commitment);
    }

    /// @inheritdoc IBountyMarket
    function announce(uint64 job, uint64 loss, bytes32 digest, bytes32 salt) external override {
        _member(msg.sender);
        Bounties.Job storage open_ = _jobs[job];
        (Phase phase,) = open_.where(job);
        if (phase > Phase.Revealing) revert WrongPhase(Phase.Revealing, phase);
        Entry storage entry = open_.entries[msg.sender];
        bytes32 commitment = entry.commitment;
        if (commitment == 0) revert NoCommitment(msg.sender, job);
        if (block.number <= entry.committedAt) revert TooSoon(uint256(entry.committedAt) + 1);
        _requireSame(commitment, announcementOf(msg.sender, job, loss, digest, salt));
        if (digest == 0) revert EmptyDigest();
        if (entry.digest == 0) ++open_.standing;
        else if (loss >= entry.loss) revert NotBetter(entry.loss, loss);
        (entry.commitment, entry.digest) = (0, digest);
        (entry.order, entry.loss) = (entry.pending, loss);
        if (open_.leads(entry)) open_.leader = msg.sender;
        emit Announced(msg.sender, job, entry.order, loss, digest);
    }

    /// @inheritdoc IBountyMarket
    function retire(uint64 job) external override {
        Bounties.Job storage open_ = _jobs[job];
        Entry storage entry = open_.entries[msg.sender];
        if (!_staked(entry)) revert NoEntry(msg.sender, job);
        open_.requireFree(job, msg.sender, entry);
        Entry memory left = _drop(open_, msg.sender);
        emit Retired(msg.sender, job);
        open_.held -= left.own + left.trust;
        _give(msg.sender, job, Reason.Unstaked, left.own, left.trust);
    }

    /// @inheritdoc IBountyMarket
    function claim(uint64 job) external override {
        _member(msg.sender);
        Bounties.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Claiming);
        Entry storage entry = open_.entries[msg.sender];
        if (entry.digest == 0) revert NoEntry(msg.sender, job);
        if (!open_.leads(entry)) revert Outbid(open_.leader);
        open_.leader = msg.sender;
        emit Claimed(msg.sender, job, open_.turn);
    }

    // ------------------------------------------------------- logic: the stores

    /// @inheritdoc IBoard
    function complete(address worker, uint64 job, uint32 chunks, bytes32 digest)
        external
        override
    {
        if (!isStore[msg.sender]) revert IJobBoard.NotStore(msg.sender);
        _member(worker);
        Bounties.Job storage open_ = _jobs[job];
        bytes32 announced = open_.requireTurn(job, worker).digest;
        if (digest != announced) revert WrongDigest(announced, digest);
        (open_.stage, open_.mark) = (Bounties.Stage.Judging, _in(0));
        emit Published(worker, job, open_.turn, msg.sender, chunks, digest);
    }

    /// @inheritdoc IBoard
    function requireNext(address worker, uint64 job) external view override {
        _member(worker);
        _jobs[job].requireTurn(job, worker);
    }

    // ------------------------------------------------------- logic: the voters

    /// @inheritdoc IBountyMarket
    function castVote(uint64 job, bytes32 ballot) external override {
        if (ballot == 0) revert EmptyCommitment();
        Account storage member = _member(msg.sender);
        Bounties.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Voting);
        if (_interested(open_, msg.sender, member)) revert Interested(msg.sender, job);
        uint8 turn = open_.turn;
        Bounties.Vote storage vote = open_.votes[turn][msg.sender];
        if (vote.step != Ballot.None) revert AlreadyVoted(msg.sender, job);
        uint64 deposit = open_.terms.deposit;
        open_.held += deposit;
        _take(member, job, Reason.Deposited, deposit);
        (vote.word, vote.step) = (ballot, Ballot.Cast);
        ++open_.tallies[turn].cast;
        emit VoteCast(msg.sender, job, turn, ballot);
    }

    /// @inheritdoc IBountyMarket
    function openVote(uint64 job, uint64 loss, bytes32 salt) external override {
        _member(msg.sender);
        Bounties.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Counting);
        uint8 turn = open_.turn;
        Bounties.Vote storage vote = open_.votes[turn][msg.sender];
        if (vote.step == Ballot.None) revert NoCommitment(msg.sender, job);
        if (vote.step != Ballot.Cast) revert AlreadyVoted(msg.sender, job);
        _requireSame(vote.word, voteOf(msg.sender, job, turn, loss, salt));
        uint256 most = uint256(open_.entries[open_.leader].loss) + open_.terms.tolerance;
        Ballot side = loss > most ? Ballot.Cheat : Ballot.Honest;
        if (side == Ballot.Cheat) ++open_.tallies[turn].cheat;
        else ++open_.tallies[turn].honest;
        (vote.word, vote.step) = (0, side);
        emit VoteOpened(msg.sender, job, turn, loss, side);
    }

    /// @inheritdoc IBountyMarket
    function collect(uint64 job, uint8 turn) external override {
        uint64 amount = owedTo(msg.sender, job, turn);
        if (amount == 0) revert NothingOwed(msg.sender, job);
        _jobs[job].votes[turn][msg.sender].step = Ballot.Collected;
        _jobs[job].held -= amount;
        _give(msg.sender, job, Reason.Rewarded, amount, 0);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IBountyMarket
    function settle(uint64 job) external override {
        Bounties.Job storage due = _jobs[job];
        due.requirePhase(job, Phase.Due);
        address leader = due.leader;
        if (due.stage == Bounties.Stage.Judging) {
            if (!_judge(job, due, leader)) return _close(job, due, leader, Outcome.Paid);
        } else if (leader != address(0)) {
            Entry memory lost = _drop(due, leader);
            due.pool += lost.own + lost.trust;
            emit Lapsed(leader, job, due.turn, lost.own + lost.trust);
        }
        due.leader = address(0);
        bool over = leader == address(0) || due.standing == 0 || due.turn + 1 == Bounties.TURNS;
        if (over) return _close(job, due, due.owner, Outcome.Refunded);
        (due.stage, due.mark) = (Bounties.Stage.Claiming, _in(due.terms.claimBlocks));
        emit ClaimsOpened(job, ++due.turn, due.mark);
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev Whether the leader was convicted. Its stake has gone where it belongs, and the fee,
    /// which the stake of a convicted solver pays and the pool otherwise.
    function _judge(uint64 job, Bounties.Job storage due, address solver)
        private
        returns (bool convicted)
    {
        uint64 fee = due.terms.fee;
        Tally storage tally = due.tallies[due.turn];
        (Verdict verdict, uint64 rest) = tally.decide(due.terms.quorum, due.terms.deposit, fee);
        emit Judged(solver, job, due.turn, verdict, tally.honest, tally.cheat, tally.share);
        Entry memory entry = _drop(due, solver);
        due.pool += rest;
        convicted = verdict == Verdict.Cheat;
        if (convicted) {
            _ban(solver, job);
            uint64 paid = fee < entry.own ? fee : entry.own;
            (entry.own, entry.trust) = (entry.own - paid, entry.trust - (fee - paid));
        } else if (verdict == Verdict.Honest) {
            due.pool -= fee;
        }
        due.held -= entry.own + entry.trust;
        _give(solver, job, Reason.Unstaked, entry.own, entry.trust);
    }

    function _close(uint64 job, Bounties.Job storage due, address winner, Outcome outcome)
        private
    {
        uint64 amount = due.pool;
        (due.pool, due.held) = (0, due.held - amount);
        (due.stage, due.outcome) = (Bounties.Stage.Closed, outcome);
        emit JobClosed(job, winner, outcome, amount);
        Reason reason = outcome == Outcome.Paid ? Reason.Won : Reason.Refunded;
        _give(winner, job, reason, amount, 0);
    }

    /// @dev Take a solver's entry out of the job; the credits in it are the caller's to place.
    function _drop(Bounties.Job storage open_, address solver)
        private
        returns (Entry memory entry)
    {
        entry = open_.entries[solver];
        if (entry.digest != 0) --open_.standing;
        delete open_.entries[solver];
    }

    function _staked(Entry storage entry) private view returns (bool) {
        return entry.own != 0 || entry.trust != 0;
    }

    function _interested(Bounties.Job storage open_, address voter, Account storage member)
        private
        view
        returns (bool)
    {
        (address owner, address solver, address sponsor) =
            (open_.owner, open_.leader, member.sponsor);
        // A sponsor by name alone is none: else a solver could name whom it wants to keep away.
        bool guarantor =
            accountOf[solver].sponsor == voter && open_.entries[solver].trust != 0;
        return voter == owner || guarantor || _staked(open_.entries[voter]) || sponsor == owner
            || sponsor == solver;
    }

    function _requireSame(bytes32 expected, bytes32 given) private pure {
        if (given != expected) revert CommitmentMismatch(expected, given);
    }
}
