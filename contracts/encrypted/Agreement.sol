// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "./interfaces/IAgreement.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Groups of parties, and what each agrees on before it learns
contract Agreement is IAgreement {
    // -------------------------------------------------------------- constants

    uint16 private constant _MOST_SEATS = 64;
    /// @inheritdoc IAgreement
    IPartyRegistry public immutable override registry;

    // ---------------------------------------------------------------- storage

    /// @dev `joinEnd` is the block in which the last seat was taken, if it was; `best` the most
    /// votes that are for the same.
    struct Group {
        Charter charter;
        uint48 joinEnd;
        uint16 members;
        uint16 voted;
        uint16 best;
        bytes32 model;
        bytes32 terms;
        mapping(uint16 place => address) memberAt;
        mapping(address account => uint16) placeOf;
        mapping(address account => bool) invited;
        mapping(address account => bool) hasVoted;
        mapping(bytes32 choice => uint16) votes;
    }

    mapping(uint64 group => Group) private _groups;
    /// @inheritdoc IAgreement
    uint64 public override lastGroup;

    // ------------------------------------------------------------ constructor

    constructor(IPartyRegistry registry_) {
        registry = registry_;
    }

    // --------------------------------------------------------- logic: forming

    /// @inheritdoc IAgreement
    function found(Charter calldata charter) external override returns (uint64 group) {
        if (
            charter.seats < 2 || charter.seats > _MOST_SEATS || charter.votes > charter.seats
                || 2 * uint256(charter.votes) <= charter.seats || charter.joinBlocks < 2
                || charter.voteBlocks < 2
        ) revert BadCharter();
        group = ++lastGroup;
        Group storage made = _groups[group];
        made.charter = charter;
        made.joinEnd = uint48(block.number + charter.joinBlocks);
        emit GroupFounded(group, msg.sender, charter);
        _join(group, made);
    }

    /// @inheritdoc IAgreement
    function invite(uint64 group, address party) external override {
        Group storage forming = _inStage(group, Stage.Forming);
        if (forming.memberAt[0] != msg.sender) revert NotFounder(msg.sender);
        forming.invited[party] = true;
        emit Invited(group, party);
    }

    /// @inheritdoc IAgreement
    function join(uint64 group) external override {
        Group storage forming = _inStage(group, Stage.Forming);
        if (forming.placeOf[msg.sender] != 0) revert AlreadyMember(msg.sender);
        if (!forming.charter.open && !forming.invited[msg.sender]) revert NotInvited(msg.sender);
        _join(group, forming);
    }

    function _join(uint64 group, Group storage forming) private {
        if (!registry.isParty(msg.sender)) revert NotParty(msg.sender);
        uint16 place = forming.members++;
        forming.memberAt[place] = msg.sender;
        forming.placeOf[msg.sender] = place + 1;
        emit Joined(group, msg.sender, place);
        if (place + 1 == forming.charter.seats) forming.joinEnd = uint48(block.number);
    }

    // ---------------------------------------------------------- logic: voting

    /// @inheritdoc IAgreement
    function vote(uint64 group, bytes32 model, bytes32 terms) external override {
        Group storage voting = _groups[group];
        // A late vote is told as such before a second one.
        if (voting.placeOf[msg.sender] == 0) revert NotMember(msg.sender);
        _inStage(group, Stage.Voting);
        if (voting.hasVoted[msg.sender]) revert AlreadyVoted(msg.sender);
        if (model == 0) revert EmptyVote();
        voting.hasVoted[msg.sender] = true;
        ++voting.voted;
        uint16 votes = ++voting.votes[_choice(model, terms)];
        if (votes > voting.best) voting.best = votes;
        emit Voted(group, msg.sender, model, terms, votes);
        if (votes < voting.charter.votes) return;
        (voting.model, voting.terms) = (model, terms);
        emit GroupAgreed(group, model, terms);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IAgreement
    function stageOf(uint64 group) public view override returns (Stage, uint64) {
        Group storage asked = _groups[group];
        (uint256 joinEnd, uint256 votes) = (asked.joinEnd, asked.charter.votes);
        if (joinEnd == 0) return (Stage.None, 0);
        if (asked.model != 0) return (Stage.Agreed, 0);
        if (block.number < joinEnd) return (Stage.Forming, uint64(joinEnd));
        uint256 voteEnd = joinEnd + asked.charter.voteBlocks;
        // Even if all who are left voted for what has most votes.
        bool hopeless = uint256(asked.best) + asked.members - asked.voted < votes;
        if (hopeless || block.number >= voteEnd) return (Stage.Dissolved, 0);
        return (Stage.Voting, uint64(voteEnd));
    }

    /// @inheritdoc IAgreement
    function charterOf(uint64 group) external view override returns (Charter memory) {
        return _groups[group].charter;
    }

    /// @inheritdoc IAgreement
    function resultOf(uint64 group) external view override returns (bytes32, bytes32) {
        return (_groups[group].model, _groups[group].terms);
    }

    /// @inheritdoc IAgreement
    function countOf(uint64 group) external view override returns (uint16, uint16) {
        return (_groups[group].members, _groups[group].voted);
    }

    /// @inheritdoc IAgreement
    function votesFor(uint64 group, bytes32 model, bytes32 terms)
        external
        view
        override
        returns (uint16)
    {
        return _groups[group].votes[_choice(model, terms)];
    }

    /// @inheritdoc IAgreement
    function memberAt(uint64 group, uint16 place) external view override returns (address) {
        return _groups[group].memberAt[place];
    }

    /// @inheritdoc IAgreement
    function placeOf(uint64 group, address account) external view override returns (uint16) {
        return _groups[group].placeOf[account];
    }

    function _inStage(uint64 group, Stage needed) private view returns (Group storage) {
        (Stage stage,) = stageOf(group);
        if (stage != needed) revert WrongStage(needed, stage);
        return _groups[group];
    }

    function _choice(bytes32 model, bytes32 terms) private pure returns (bytes32) {
        return keccak256(abi.encode(model, terms));
    }
}
