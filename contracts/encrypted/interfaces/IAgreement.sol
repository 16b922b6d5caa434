// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPartyRegistry} from "./IPartyRegistry.sol";

/// @title Groups of parties, and what each agrees on before it learns
/// @notice A group goes
///
///   Forming    parties join: whoever likes where it is open, who was invited otherwise
///   Voting     from the last seat's taking or the deadline on, members vote once each on two
///              digests: the initial model and the terms of learning (IRounds.Terms)
///   Agreed     as many votes as the charter asks for are for the same two: that is final
///   Dissolved  the votes can't come together any more, or the deadline is over
///
/// Stages follow from counts and block numbers, no transaction is needed to enter one.
/// @dev More than half of all seats have to agree, so that one result at most can win and the order
/// of votes decides nothing. Groups are numbered 1, 2, …; members are numbered from 0 as they
/// joined, the founder first, and stay: another membership is another group, with keys of its own.
interface IAgreement {
    enum Stage {
        None,
        Forming,
        Voting,
        Agreed,
        Dissolved
    }

    /// @param open Whether any party may join; otherwise the founder invites.
    /// @param seats How many members there can be, 2 to 64.
    /// @param votes How many have to agree: more than half of the seats.
    /// @param joinBlocks How long parties may join, 2 at least.
    /// @param voteBlocks How long members may vote, 2 at least.
    /// @param purpose The digest of what the group is for, such as an advertisement's goal.
    struct Charter {
        bool open;
        uint16 seats;
        uint16 votes;
        uint32 joinBlocks;
        uint32 voteBlocks;
        bytes32 purpose;
    }

    /// @notice Seats lie in [2, 64], votes in (seats / 2, seats], both waits are 2 blocks or more.
    error BadCharter();
    /// @notice The account is not registered as a party.
    error NotParty(address account);
    /// @notice The group is in another stage.
    error WrongStage(Stage needed, Stage now_);
    /// @notice Only the founder invites.
    error NotFounder(address account);
    /// @notice The group is not open and the account was not invited.
    error NotInvited(address account);
    /// @notice The account is a member.
    error AlreadyMember(address account);
    /// @notice The account is no member.
    error NotMember(address account);
    /// @notice A member votes once.
    error AlreadyVoted(address account);
    /// @notice A vote is for a model: its digest is not zero.
    error EmptyVote();

    /// @notice A group is Forming; its founder is its first member.
    event GroupFounded(uint64 indexed group, address indexed founder, Charter charter);
    /// @notice A party may join.
    event Invited(uint64 indexed group, address indexed party);
    /// @notice A party joined; `place` is its number in the group.
    event Joined(uint64 indexed group, address indexed party, uint16 place);
    /// @notice A member voted; `votes` are for the same now.
    event Voted(
        uint64 indexed group, address indexed party, bytes32 model, bytes32 terms, uint16 votes
    );
    /// @notice The group agreed.
    event GroupAgreed(uint64 indexed group, bytes32 model, bytes32 terms);

    /// @notice Found a group of which the caller is the first member. Reverts BadCharter, NotParty.
    function found(Charter calldata charter) external returns (uint64 group);

    /// @notice Let a party join. Founder only, in Forming. Reverts WrongStage, NotFounder.
    function invite(uint64 group, address party) external;

    /// @notice Join a group in Forming. Reverts WrongStage, NotParty, AlreadyMember, NotInvited.
    function join(uint64 group) external;

    /// @notice Vote for the initial model and the terms of learning, in Voting.
    /// @dev Reverts WrongStage, NotMember, AlreadyVoted, EmptyVote.
    /// @param model The digest of the initial model's weights.
    /// @param terms The digest of the terms, see IRounds.termsDigest.
    function vote(uint64 group, bytes32 model, bytes32 terms) external;

    /// @notice The stage and the first block outside it if nothing happens; 0: it is for good.
    function stageOf(uint64 group) external view returns (Stage stage, uint64 endsAt);

    /// @notice What the group asked for when it was founded.
    function charterOf(uint64 group) external view returns (Charter memory);

    /// @notice What the group agreed on; zeros where it did not.
    function resultOf(uint64 group) external view returns (bytes32 model, bytes32 terms);

    /// @notice How many members there are, and how many have voted.
    function countOf(uint64 group) external view returns (uint16 members, uint16 voted);

    /// @notice How many votes are for these two digests.
    function votesFor(uint64 group, bytes32 model, bytes32 terms) external view returns (uint16);

    /// @notice The member of that number; zero where there is none.
    function memberAt(uint64 group, uint16 place) external view returns (address);

    /// @notice A member's number + 1; 0 where the account is no member.
    function placeOf(uint64 group, address account) external view returns (uint16);

    /// @notice The newest group; 0 before the first one.
    function lastGroup() external view returns (uint64);

    /// @notice Who can be a member.
    function registry() external view returns (IPartyRegistry);
}
