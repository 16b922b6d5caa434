// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Who takes part, and what parties advertise
contract PartyRegistry is IPartyRegistry {
    // -------------------------------------------------------------- constants

    uint256 private constant _LONGEST_KEY = 128;

    // ---------------------------------------------------------------- storage

    /// @dev A party has a key; no key: the account is none.
    struct Party {
        bytes32 description;
        bytes key;
    }

    struct Advertisement {
        address owner;
        bytes32 data;
        bytes32 goal;
    }

    mapping(address account => Party) private _parties;
    mapping(uint64 advertisement => Advertisement) private _advertisements;
    /// @inheritdoc IPartyRegistry
    uint64 public override lastAdvertisement;

    modifier onlyParty() {
        _requireParty(msg.sender);
        _;
    }

    modifier onlyOwner(uint64 advertisement) {
        address owner = _advertisements[advertisement].owner;
        if (owner == address(0)) revert UnknownAdvertisement(advertisement);
        if (owner != msg.sender) revert NotOwner(msg.sender, owner);
        _;
    }

    // --------------------------------------------------------- logic: parties

    /// @inheritdoc IPartyRegistry
    function register(bytes32 description, bytes calldata key) external override {
        if (isParty(msg.sender)) revert AlreadyParty(msg.sender);
        if (key.length == 0 || key.length > _LONGEST_KEY) revert KeyLength(key.length);
        _parties[msg.sender] = Party(description, key);
        emit PartyRegistered(msg.sender, description, key);
    }

    /// @inheritdoc IPartyRegistry
    function describe(bytes32 description) external override onlyParty {
        _parties[msg.sender].description = description;
        emit PartyDescribed(msg.sender, description);
    }

    // -------------------------------------------------- logic: advertisements

    /// @inheritdoc IPartyRegistry
    function advertise(bytes32 data, bytes32 goal)
        external
        override
        onlyParty
        returns (uint64 advertisement)
    {
        advertisement = ++lastAdvertisement;
        _advertisements[advertisement] = Advertisement(msg.sender, data, goal);
        emit Advertised(msg.sender, advertisement, data, goal);
    }

    /// @inheritdoc IPartyRegistry
    function revise(uint64 advertisement, bytes32 data, bytes32 goal)
        external
        override
        onlyOwner(advertisement)
    {
        _advertisements[advertisement] = Advertisement(msg.sender, data, goal);
        emit Advertised(msg.sender, advertisement, data, goal);
    }

    /// @inheritdoc IPartyRegistry
    function handOver(uint64 advertisement, address to)
        external
        override
        onlyOwner(advertisement)
    {
        _requireParty(to);
        _advertisements[advertisement].owner = to;
        emit HandedOver(advertisement, msg.sender, to);
    }

    /// @inheritdoc IPartyRegistry
    function withdraw(uint64 advertisement) external override onlyOwner(advertisement) {
        delete _advertisements[advertisement];
        emit AdvertisementWithdrawn(advertisement);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IPartyRegistry
    function isParty(address account) public view override returns (bool) {
        return _parties[account].key.length != 0;
    }

    /// @inheritdoc IPartyRegistry
    function partyOf(address account)
        external
        view
        override
        returns (bytes32 description, bytes memory key)
    {
        Party storage party = _parties[account];
        return (party.description, party.key);
    }

    /// @inheritdoc IPartyRegistry
    function advertisementOf(uint64 advertisement)
        external
        view
        override
        returns (address owner, bytes32 data, bytes32 goal)
    {
        Advertisement memory found = _advertisements[advertisement];
        return (found.owner, found.data, found.goal);
    }

    function _requireParty(address account) private view {
        if (!isParty(account)) revert NotParty(account);
    }
}
