// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "./IAgreement.sol";

/// @title What parties advertise in words, who answers, and the groups that come of it
/// @notice An advertisement is made, changed, given away and withdrawn in the registry, which keeps
/// its owner and two digests: of what data there is and of the goal. Here the owner says both in
/// words, other parties answer, and the owner names the group that they can join.
/// @dev Words lie in events alone. Answers are for an advertisement whoever owns it.
interface IAdvertisement {
    /// @notice There is no such advertisement, or it was withdrawn.
    error UnknownAdvertisement(uint64 advertisement);
    /// @notice Only its owner speaks for an advertisement.
    error NotOwner(address account, address owner);
    /// @notice The account is not registered as a party.
    error NotParty(address account);
    /// @notice Words have 1 to 256 bytes.
    error TextLength(uint256 given);
    /// @notice These are not the words whose digest the registry has.
    error WrongText(bytes32 expected, bytes32 given);
    /// @notice Owners do not answer themselves.
    error OwnAdvertisement(uint64 advertisement);
    /// @notice The party's answer stands.
    error AlreadyAnswered(address party);
    /// @notice The party has no answer to take back.
    error NotAnswered(address party);
    /// @notice The group is not one that the owner founded for this goal, or it does not form.
    error WrongGroup(uint64 group);

    /// @notice What data there is, and what it is to be used for.
    event Described(uint64 indexed advertisement, address indexed owner, string data, string goal);
    /// @notice A party would join.
    event Answered(uint64 indexed advertisement, address indexed party, string text);
    /// @notice A party would not join any more.
    event AnswerTakenBack(uint64 indexed advertisement, address indexed party);
    /// @notice Who answered can join this group, if it is open or the owner invites.
    event GroupNamed(uint64 indexed advertisement, uint64 indexed group);

    /// @notice Say in words what the registry has the digests of. Owner only.
    /// @dev Reverts UnknownAdvertisement, NotOwner, TextLength, WrongText.
    function describe(uint64 advertisement, string calldata data, string calldata goal) external;

    /// @notice Answer another's advertisement, as a party.
    /// @dev Reverts UnknownAdvertisement, NotParty, OwnAdvertisement, AlreadyAnswered, TextLength.
    function answer(uint64 advertisement, string calldata text) external;

    /// @notice Take the caller's answer back. Reverts NotAnswered.
    function takeBack(uint64 advertisement) external;

    /// @notice Name the group that forms for an advertisement: the owner founded it, and its
    /// charter's purpose is the digest of the goal.
    /// @dev Reverts UnknownAdvertisement, NotOwner, WrongGroup.
    function nameGroup(uint64 advertisement, uint64 group) external;

    /// @notice Whether the party's answer stands.
    function hasAnswered(uint64 advertisement, address party) external view returns (bool);

    /// @notice The newest group named for an advertisement; 0: there is none.
    function groupOf(uint64 advertisement) external view returns (uint64);

    /// @notice Where groups come from, and by it the registry.
    function agreement() external view returns (IAgreement);
}
