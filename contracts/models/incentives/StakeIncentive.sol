// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDataHandler} from "../interfaces/IDataHandler.sol";
import {IIncentive} from "../interfaces/IIncentive.sol";
import {Incentive} from "./Incentive.sol";

/// @title Deposit, refund and take: data costs a deposit, which comes back where the model agrees
/// @notice Adding data costs costWeight · 3600 / max(1, ⌊√seconds since data came last⌋) wei: a
/// hurried model is dear to spoil. After `refundWait` the author has all that is left back if the
/// model gives its class; if it does not, those with good data take deposit · own good / all good
/// each (what is left, where that is nothing or more than is left). After `ownerWait` the
/// beneficiary, after `anyWait` anybody takes what is left, so that no wei stay for ever.
contract StakeIncentive is Incentive {
    // -------------------------------------------------------------- constants

    /// @notice Wei: the deposit of data that comes right behind other data is 3,600 of it.
    uint80 public immutable costWeight;
    /// @notice In units of the block's timestamp, from the contribution on: seconds but for Raft.
    uint64 public immutable refundWait;
    uint64 public immutable ownerWait;
    uint64 public immutable anyWait;
    /// @notice Who may take what is left after `ownerWait`; zero: nobody.
    address public immutable beneficiary;

    // ---------------------------------------------------------------- storage

    /// @notice When data came last; at first when the contract was created.
    uint64 public updatedAt;
    /// @notice How many contributions were refunded: their records fill 270 GB before this is full.
    uint32 public totalGood;

    // ------------------------------------------------------------ constructor

    constructor(
        uint80 costWeight_,
        uint64 refundWait_,
        uint64 ownerWait_,
        uint64 anyWait_,
        address beneficiary_
    ) {
        if (refundWait_ > ownerWait_ || ownerWait_ > anyWait_) {
            revert WaitsOutOfOrder(refundWait_, ownerWait_, anyWait_);
        }
        (costWeight, beneficiary) = (costWeight_, beneficiary_);
        (refundWait, ownerWait, anyWait) = (refundWait_, ownerWait_, anyWait_);
        updatedAt = uint64(block.timestamp);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IIncentive
    function onData(address author, bytes32)
        external
        payable
        override
        onlyTrainer
        returns (uint256 deposit)
    {
        deposit = cost();
        if (msg.value < deposit) revert TooLittle(deposit, msg.value);
        updatedAt = uint64(block.timestamp);
        _book(author, msg.value - deposit, 1, 0);
    }

    /// @inheritdoc IIncentive
    function onRefund(address author, IDataHandler.Contribution calldata data, bool agrees)
        external
        override
        onlyTrainer
        returns (uint256 amount)
    {
        if (author != data.author) revert NotAuthor(author, data.author);
        amount = data.claimable;
        if (amount == 0) revert NothingToClaim();
        _requireAfter(data.addedAt, refundWait);
        if (!agrees) revert ModelDisagrees();
        ++totalGood;
        _book(author, amount, 0, 1);
    }

    /// @inheritdoc IIncentive
    function onReport(address reporter, IDataHandler.Contribution calldata data, bool agrees)
        external
        override
        onlyTrainer
        returns (uint256 amount)
    {
        amount = data.claimable;
        if (amount == 0) revert NothingToClaim();
        uint64 addedAt = data.addedAt;
        if (asksModel(reporter, addedAt)) {
            if (reporter == data.author) revert OwnData(reporter);
            _requireAfter(addedAt, refundWait);
            if (agrees) revert ModelAgrees();
            uint256 share = _share(reporter, data.deposit);
            if (share != 0 && share < amount) amount = share;
        }
        _credit(reporter, amount);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IIncentive
    function cost() public view override returns (uint256) {
        return uint256(costWeight) * 3600 / _root(block.timestamp - updatedAt);
    }

    /// @inheritdoc IIncentive
    /// @dev Not once all that is left is due to the reporter anyway.
    function asksModel(address reporter, uint64 addedAt) public view override returns (bool) {
        uint256 age = block.timestamp - addedAt;
        return age < anyWait && (age < ownerWait || reporter != beneficiary);
    }

    // ---------------------------------------------------------- logic: shared

    function _requireAfter(uint64 addedAt, uint64 wait) private view {
        uint256 from = uint256(addedAt) + wait;
        if (block.timestamp < from) revert TooEarly(from, block.timestamp);
    }

    function _share(address reporter, uint256 deposit) private view returns (uint256) {
        uint256 good = _accountOf[reporter].good;
        if (good == 0) revert NoGoodData(reporter);
        // 128 bits times 64, and all good ones are at least one's own.
        unchecked {
            return deposit * good / totalGood;
        }
    }

    /// @dev max(1, ⌊√n⌋): Newton's steps down from a power of two above it.
    function _root(uint256 n) private pure returns (uint256 root) {
        if (n < 4) return 1;
        root = 2;
        for (uint256 rest = n; rest > 3; rest >>= 2) root <<= 1;
        for (uint256 next = (root + n / root) >> 1; next < root; next = (root + n / root) >> 1) {
            root = next;
        }
    }
}
