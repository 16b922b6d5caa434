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

    /// @dev Two slots: the first is written once, the second by each claim. That the author claimed
    /// is noted there: a refund needs no slot of its own.
    struct Record {
        address author;
        uint64 addedAt;
        uint104 deposit;
        uint104 claimable;
        uint32 claims;
        bool authorClaimed;
    }

    /// @inheritdoc IDataHandler
    address public override trainer;
    mapping(bytes32 key => Record) private _recordOf;
    mapping(bytes32 key => mapping(address claimer => bool)) private _othersClaimed;

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
        if (deposit > type(uint104).max) revert TooMuch(deposit);
        (record.author, record.addedAt) = (author, addedAt);
        (record.deposit, record.claimable) = (uint104(deposit), uint104(deposit));
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
        _recordOf[key].claims = before.claims + 1;
        if (claimer == before.author) _recordOf[key].authorClaimed = true;
        else _othersClaimed[key][claimer] = true;
    }

    /// @inheritdoc IDataHandler
    function settle(bytes32 key, address claimer, uint256 amount) external override onlyTrainer {
        uint256 left = _recordOf[key].claimable;
        if (amount > left) revert TooMuch(amount);
        left -= amount;
        if (amount != 0) _recordOf[key].claimable = uint104(left);
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
        return claimer == record.author ? record.authorClaimed : _othersClaimed[key][claimer];
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
}
