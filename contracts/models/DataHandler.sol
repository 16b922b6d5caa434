// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDataHandler} from "./interfaces/IDataHandler.sol";
import {Loaded, Samples} from "./lib/Samples.sol";

/// @title The records of contributions: the data itself in events, deposits and claims in storage
contract DataHandler is IDataHandler {
    using Samples for int64[];

    // -------------------------------------------------------------- constants

    /// @inheritdoc IDataHandler
    address public immutable override admin;

    // ---------------------------------------------------------------- storage

    /// @dev Two slots: the first is written once, the second by each claim. The first claimer is
    /// noted there too, by 80 bits of its address, so that most claims need no slot of their own: to
    /// pass for another account's claim, one had to find a key to an address that shares them.
    struct Record {
        address author;
        uint96 deposit;
        uint96 claimable;
        uint64 addedAt;
        uint16 claims;
        uint80 first;
    }

    /// @inheritdoc IDataHandler
    address public override trainer;
    mapping(bytes32 key => Record) private _recordOf;
    mapping(bytes32 key => mapping(address claimer => bool)) private _claimedLater;

    // ------------------------------------------------------------ constructor

    constructor() {
        admin = msg.sender;
    }

    modifier onlyTrainer() {
        if (msg.sender != trainer) revert NotTrainer(msg.sender);
        _;
    }

    // ------------------------------------------------------- logic: the admin

    /// @inheritdoc IDataHandler
    function appoint(address trainer_) external override {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
        if (trainer != address(0)) revert TrainerNamed(trainer);
        trainer = trainer_;
        emit TrainerAppointed(trainer_);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IDataHandler
    function add(int64[] calldata features, uint64 class, address author, uint256 deposit)
        external
        override
        onlyTrainer
        returns (bytes32 key)
    {
        Loaded sample = features.load();
        uint64 addedAt = uint64(block.timestamp);
        key = sample.keyOf(class, addedAt, author);
        Record storage record = _recordOf[key];
        if (record.author != address(0)) revert DataConflict(key);
        if (deposit > type(uint96).max) revert TooMuch(deposit);
        (record.author, record.deposit) = (author, uint96(deposit));
        (record.claimable, record.addedAt) = (uint96(deposit), addedAt);
        sample.log(key, class, addedAt, author, deposit);
    }

    /// @inheritdoc IDataHandler
    function claim(bytes32 key, address claimer)
        external
        override
        onlyTrainer
        returns (Contribution memory before)
    {
        before = contribution(key);
        if (before.author == address(0)) revert UnknownData(key);
        if (hasClaimed(key, claimer)) revert AlreadyClaimed(claimer, key);
        Record storage record = _recordOf[key];
        if (before.claims == 0) record.first = _mark(claimer);
        else _claimedLater[key][claimer] = true;
        // It stops at the most it can hold: no crowd of claimers locks a deposit in.
        if (before.claims < type(uint16).max) record.claims = uint16(before.claims) + 1;
    }

    /// @inheritdoc IDataHandler
    function settle(bytes32 key, address claimer, uint256 amount) external override onlyTrainer {
        uint256 left = _recordOf[key].claimable;
        if (amount > left) revert TooMuch(amount);
        left -= amount;
        if (amount != 0) _recordOf[key].claimable = uint96(left);
        emit Claimed(claimer, key, amount, left);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IDataHandler
    function contribution(bytes32 key) public view override returns (Contribution memory) {
        Record storage record = _recordOf[key];
        return Contribution({
            author: record.author,
            addedAt: record.addedAt,
            claims: record.claims,
            deposit: record.deposit,
            claimable: record.claimable
        });
    }

    /// @inheritdoc IDataHandler
    function hasClaimed(bytes32 key, address claimer) public view override returns (bool) {
        Record storage record = _recordOf[key];
        if (record.claims == 0) return false;
        return record.first == _mark(claimer) || _claimedLater[key][claimer];
    }

    /// @inheritdoc IDataHandler
    function keyOf(int64[] calldata features, uint64 class, uint64 addedAt, address author)
        external
        pure
        override
        returns (bytes32)
    {
        return features.load().keyOf(class, addedAt, author);
    }

    // ---------------------------------------------------------- logic: shared

    function _mark(address claimer) private pure returns (uint80) {
        return uint80(uint160(claimer));
    }
}
