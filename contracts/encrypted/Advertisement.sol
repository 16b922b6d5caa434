// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAdvertisement} from "./interfaces/IAdvertisement.sol";
import {IAgreement} from "./interfaces/IAgreement.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title What parties advertise in words, who answers, and the groups that come of it
contract Advertisement is IAdvertisement {
    // -------------------------------------------------------------- constants

    uint256 private constant _LONGEST_TEXT = 256;
    /// @inheritdoc IAdvertisement
    IAgreement public immutable override agreement;
    IPartyRegistry private immutable _registry;

    // ---------------------------------------------------------------- storage

    /// @inheritdoc IAdvertisement
    mapping(uint64 advertisement => mapping(address party => bool)) public override hasAnswered;
    /// @inheritdoc IAdvertisement
    mapping(uint64 advertisement => uint64) public override groupOf;

    // ------------------------------------------------------------ constructor

    constructor(IAgreement agreement_) {
        agreement = agreement_;
        _registry = agreement_.registry();
    }

    // ------------------------------------------------------- logic: the owner

    /// @inheritdoc IAdvertisement
    function describe(uint64 advertisement, string calldata data, string calldata goal)
        external
        override
    {
        (bytes32 dataDigest, bytes32 goalDigest) = _requireOwner(advertisement);
        _requireText(dataDigest, bytes(data));
        _requireText(goalDigest, bytes(goal));
        emit Described(advertisement, msg.sender, data, goal);
    }

    /// @inheritdoc IAdvertisement
    function nameGroup(uint64 advertisement, uint64 group) external override {
        (, bytes32 goal) = _requireOwner(advertisement);
        (IAgreement.Stage stage,) = agreement.stageOf(group);
        if (
            stage != IAgreement.Stage.Forming || agreement.memberAt(group, 0) != msg.sender
                || agreement.charterOf(group).purpose != goal
        ) revert WrongGroup(group);
        groupOf[advertisement] = group;
        emit GroupNamed(advertisement, group);
    }

    // ----------------------------------------------------- logic: the parties

    /// @inheritdoc IAdvertisement
    function answer(uint64 advertisement, string calldata text) external override {
        (address owner,,) = _found(advertisement);
        if (!_registry.isParty(msg.sender)) revert NotParty(msg.sender);
        if (owner == msg.sender) revert OwnAdvertisement(advertisement);
        if (hasAnswered[advertisement][msg.sender]) revert AlreadyAnswered(msg.sender);
        _requireLength(bytes(text));
        hasAnswered[advertisement][msg.sender] = true;
        emit Answered(advertisement, msg.sender, text);
    }

    /// @inheritdoc IAdvertisement
    function takeBack(uint64 advertisement) external override {
        if (!hasAnswered[advertisement][msg.sender]) revert NotAnswered(msg.sender);
        hasAnswered[advertisement][msg.sender] = false;
        emit AnswerTakenBack(advertisement, msg.sender);
    }

    // ---------------------------------------------------------- logic: shared

    function _found(uint64 advertisement)
        private
        view
        returns (address owner, bytes32 data, bytes32 goal)
    {
        (owner, data, goal) = _registry.advertisementOf(advertisement);
        if (owner == address(0)) revert UnknownAdvertisement(advertisement);
    }

    function _requireOwner(uint64 advertisement)
        private
        view
        returns (bytes32 data, bytes32 goal)
    {
        address owner;
        (owner, data, goal) = _found(advertisement);
        if (owner != msg.sender) revert NotOwner(msg.sender, owner);
    }

    function _requireText(bytes32 expected, bytes calldata text) private pure {
        _requireLength(text);
        bytes32 given = keccak256(text);
        if (given != expected) revert WrongText(expected, given);
    }

    function _requireLength(bytes calldata text) private pure {
        if (text.length == 0 || text.length > _LONGEST_TEXT) revert TextLength(text.length);
    }
}
