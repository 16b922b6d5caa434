// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {IWorkerRegistry} from "../interfaces/IWorkerRegistry.sol";
import {Jobs} from "../lib/Jobs.sol";
import {Plurality} from "../lib/Plurality.sol";
import {JobDeployer} from "./JobDeployer.sol";

/// @title The market: the server deploys a job, n workers do it, the largest group is paid
/// @dev The workers' side; JobDeployer holds the server's.
contract JobMarket is JobDeployer {
    using Jobs for Jobs.Job;
    using Plurality for Plurality.Tally;

    // ------------------------------------------------------------ constructor

    constructor(IWorkerRegistry registry_, uint32 limit_) JobDeployer(registry_, limit_) {}

    // ----------------------------------------------------- logic: the workers

    /// @inheritdoc IJobMarket
    function pick(uint64 job) external payable override {
        Jobs.Job storage open_ = _jobs[job];
        open_.requirePhase(job, Phase.Committing);
        (uint32 picked, uint32 seats) = (open_.clock.picked, open_.terms.seats);
        if (picked == seats) revert NoSeatLeft(seats);
        _requireValue(open_.terms.deposit);
        open_.clock.picked = ++picked;
        open_.seats[msg.sender].step = Step.Picked;
        emit Picked(msg.sender, job, picked);
        registry.engage(msg.sender, job);
    }

    /// @inheritdoc IJobMarket
    function commit(uint64 job, bytes32 commitment) external override {
        if (commitment == 0) revert EmptyCommitment();
        Jobs.Job storage open_ = _jobs[job];
        Privacy privacy = open_.terms.privacy;
        if (privacy == Privacy.Plain) revert NotInThisMode(privacy, open_.terms.results);
        Jobs.Seat storage seat =
            open_.requireStep(job, msg.sender, Step.Picked, Phase.Committing);
        (seat.word, seat.step) = (commitment, Step.Committed);
        emit Committed(msg.sender, job, commitment);
        if (privacy == Privacy.Commit) _bind(job, open_);
    }

    /// @inheritdoc IJobMarket
    function open(uint64 job, bytes32 digest, bytes32 secret) external override {
        Jobs.Job storage open_ = _jobs[job];
        (Privacy privacy, Results results) = (open_.terms.privacy, open_.terms.results);
        if (privacy == Privacy.Plain) {
            if (results == Results.Weights) revert NotInThisMode(privacy, results);
            open_.requireStep(job, msg.sender, Step.Picked, Phase.Committing);
            _bind(job, open_);
        } else {
            Step needed = privacy == Privacy.Sealed ? Step.Sealed : Step.Committed;
            Jobs.Seat storage seat = open_.requireStep(job, msg.sender, needed, Phase.Revealing);
            _requireSame(seat.word, commitmentOf(msg.sender, job, digest, secret));
            (seat.word, seat.step) = (digest, Step.Opened);
        }
        emit Opened(msg.sender, job, digest, secret);
        bool weightsToCome = privacy == Privacy.Commit && results == Results.Weights;
        if (!weightsToCome) _count(job, open_, msg.sender, digest);
    }

    /// @inheritdoc IJobMarket
    function claim(uint64 job) external override {
        Jobs.Job storage closed = _jobs[job];
        closed.requirePhase(job, Phase.Closed);
        uint256 amount = closed.owed(msg.sender);
        if (amount == 0) revert NothingOwed(msg.sender, job);
        closed.seats[msg.sender].step = Step.Claimed;
        balanceOf[msg.sender] += amount;
        emit Claimed(msg.sender, job, amount);
    }

    // ------------------------------------------------------ logic: the stores

    /// @inheritdoc IBoard
    function complete(address worker, uint64 job, uint32, bytes32 digest) external override {
        if (!isStore[msg.sender]) revert IJobBoard.NotStore(msg.sender);
        Jobs.Job storage open_ = _jobs[job];
        (Jobs.Seat storage seat, uint32 turn) = _requireNext(worker, job, open_);
        Privacy privacy = open_.terms.privacy;
        if (open_.terms.results == Results.Hash) {
            if (digest != seat.word) revert WrongDigest(seat.word, digest);
            open_.clock.delivered = turn + 1;
            emit Delivered(worker, job, digest, turn);
        } else if (privacy == Privacy.Sealed) {
            seat.step = Step.Sealed;
            emit Sealed(worker, job, digest);
            _bind(job, open_);
        } else {
            if (privacy == Privacy.Commit) _requireSame(seat.word, digest);
            else _bind(job, open_);
            _count(job, open_, worker, digest);
        }
    }

    /// @inheritdoc IBoard
    function requireNext(address worker, uint64 job) external view override {
        _requireNext(worker, job, _jobs[job]);
    }

    function _requireNext(address worker, uint64 job, Jobs.Job storage open_)
        private
        view
        returns (Jobs.Seat storage seat, uint32 turn)
    {
        Privacy privacy = open_.terms.privacy;
        if (open_.terms.results == Results.Hash) {
            seat = open_.seats[worker];
            if (seat.step == Step.None) revert NoSeat(worker, job);
            turn = open_.requirePhase(job, Phase.Delivering);
            address member = open_.members[open_.tally.leader][turn];
            if (member != worker) revert NotYourTurn(member);
        } else if (privacy == Privacy.Commit) {
            seat = open_.requireStep(job, worker, Step.Opened, Phase.Revealing);
        } else {
            Step needed = privacy == Privacy.Sealed ? Step.Committed : Step.Picked;
            seat = open_.requireStep(job, worker, needed, Phase.Committing);
        }
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IJobMarket
    function withdraw() external override {
        uint256 amount = balanceOf[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        // Before the call: what the account does in it finds nothing more to take.
        balanceOf[msg.sender] = 0;
        emit Withdrawn(msg.sender, amount);
        (bool taken,) = msg.sender.call{value: amount}("");
        if (!taken) revert NotTaken(msg.sender);
    }

    /// @inheritdoc IJobMarket
    function commitmentOf(address worker, uint64 job, bytes32 digest, bytes32 secret)
        public
        view
        override
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), worker, job, digest, secret));
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev One more result is bound; with the n-th Committing is over.
    function _bind(uint64 job, Jobs.Job storage open_) private {
        uint32 committed = ++open_.clock.committed;
        if (committed < open_.terms.seats) return;
        open_.clock.commitsEnd = _in(0);
        emit CommitsClosed(job, uint64(block.number));
    }

    function _count(uint64 job, Jobs.Job storage open_, address worker, bytes32 digest) private {
        uint32 votes = open_.tally.add(digest, open_.clock.counted++);
        open_.clock.lastCounted = _in(0);
        open_.seats[worker] = Jobs.Seat(digest, Step.Counted, votes - 1);
        if (open_.terms.results == Results.Hash) open_.members[digest][votes - 1] = worker;
        emit Counted(worker, job, digest, votes);
    }

    function _requireSame(bytes32 expected, bytes32 given) private pure {
        if (given != expected) revert CommitmentMismatch(expected, given);
    }
}
