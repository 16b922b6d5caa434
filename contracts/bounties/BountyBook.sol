// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Credits} from "./Credits.sol";
import {IBountyMarket} from "./interfaces/IBountyMarket.sol";
import {Bounties} from "./lib/Bounties.sol";
import {Votes} from "./lib/Votes.sol";

/// @title What the bounty market keeps and shows, and how jobs come into it
/// @dev BountyMarket adds what solvers, stores and voters do in them.
abstract contract BountyBook is Credits, IBountyMarket {
    using Bounties for Bounties.Job;
    using Votes for IBountyMarket.Tally;

    // -------------------------------------------------------------- constants

    /// @inheritdoc IBountyMarket
    uint32 public immutable override leastQuorum;

    // ---------------------------------------------------------------- storage

    /// @inheritdoc IBountyMarket
    uint64 public override lastJob;
    mapping(uint64 job => Bounties.Job) internal _jobs;
    /// @inheritdoc IBountyMarket
    mapping(address store => bool) public override isStore;

    // ------------------------------------------------------------ constructor

    constructor(uint64 supply_, uint32 leastQuorum_) Credits(supply_) {
        leastQuorum = leastQuorum_;
    }

    // ---------------------------------------------------- logic: the operator

    /// @inheritdoc IBountyMarket
    function authorise(address store) external override onlyOperator {
        isStore[store] = true;
        emit IJobBoard.StoreAuthorised(store);
    }

    // ------------------------------------------------------- logic: the owners

    /// @inheritdoc IBountyMarket
    function post(Terms calldata terms, string calldata task)
        external
        override
        returns (uint64 job)
    {
        Account storage member = _member(msg.sender);
        Bounties.check(terms, bytes(task).length, leastQuorum);
        job = ++lastJob;
        _take(member, job, Reason.Posted, terms.bounty);
        Bounties.Job storage posted = _jobs[job];
        (posted.terms, posted.owner) = (terms, msg.sender);
        (posted.pool, posted.held) = (terms.bounty, terms.bounty);
        posted.mark = _in(terms.openBlocks);
        emit JobPosted(job, msg.sender, terms, task);
    }

    // ------------------------------------------------------------ logic: views

    /// @inheritdoc IBountyMarket
    function stateOf(uint64 job) external view override returns (State memory) {
        return _jobs[job].state(job);
    }

    /// @inheritdoc IBountyMarket
    function termsOf(uint64 job) external view override returns (Terms memory) {
        return _jobs[job].terms;
    }

    /// @inheritdoc IBountyMarket
    function entryOf(address solver, uint64 job) external view override returns (Entry memory) {
        return _jobs[job].entries[solver];
    }

    /// @inheritdoc IBountyMarket
    function tallyOf(uint64 job, uint8 turn) external view override returns (Tally memory) {
        return _jobs[job].tallies[turn];
    }

    /// @inheritdoc IBountyMarket
    function ballotOf(address voter, uint64 job, uint8 turn)
        external
        view
        override
        returns (bytes32 word, Ballot step)
    {
        Bounties.Vote storage vote = _jobs[job].votes[turn][voter];
        return (vote.word, vote.step);
    }

    /// @inheritdoc IBountyMarket
    function owedTo(address voter, uint64 job, uint8 turn) public view override returns (uint64) {
        Bounties.Job storage judged = _jobs[job];
        Ballot step = judged.votes[turn][voter].step;
        return judged.tallies[turn].owed(step, judged.terms.deposit);
    }

    /// @inheritdoc IBountyMarket
    function announcementOf(
        address solver,
        uint64 job,
        uint64 loss,
        bytes32 digest,
        bytes32 salt
    ) public view override returns (bytes32) {
        bytes32 kind = "ANNOUNCEMENT";
        return keccak256(
            abi.encode(kind, block.chainid, address(this), solver, job, loss, digest, salt)
        );
    }

    /// @inheritdoc IBountyMarket
    function voteOf(address voter, uint64 job, uint8 turn, uint64 loss, bytes32 salt)
        public
        view
        override
        returns (bytes32)
    {
        bytes32 kind = "BALLOT";
        return keccak256(
            abi.encode(kind, block.chainid, address(this), voter, job, turn, loss, salt)
        );
    }

    // ---------------------------------------------------------- logic: shared

    function _in(uint32 blocks) internal view returns (uint48) {
        return uint48(block.number + blocks);
    }
}
