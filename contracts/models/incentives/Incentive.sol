// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IIncentive} from "../interfaces/IIncentive.sol";

/// @title What every mechanism has: an admin, one trainer, and accounts that are paid when they ask
/// @dev A mechanism adds cost, onData, onRefund and onReport. It never sends wei but by `withdraw`.
abstract contract Incentive is IIncentive {
    // -------------------------------------------------------------- constants

    /// @inheritdoc IIncentive
    address public immutable override admin;

    // ---------------------------------------------------------------- storage

    /// @dev In one slot, so that whatever happens to an account is one store.
    struct Account {
        uint128 owed;
        uint64 submitted;
        uint64 good;
    }

    mapping(address account => Account) internal _accountOf;
    /// @inheritdoc IIncentive
    /// @dev Last: 12 bytes of its slot are left to the mechanism's own first variables, which every
    /// call of the trainer then finds warm.
    address public override trainer;

    // ------------------------------------------------------------ constructor

    constructor() {
        admin = msg.sender;
    }

    modifier onlyTrainer() {
        if (msg.sender != trainer) revert NotTrainer(msg.sender);
        _;
    }

    // ------------------------------------------------------- logic: the admin

    /// @inheritdoc IIncentive
    function appoint(address trainer_) external override {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
        if (trainer != address(0)) revert TrainerNamed(trainer);
        trainer = trainer_;
        emit TrainerAppointed(trainer_);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IIncentive
    function withdraw() external override {
        uint256 amount = _accountOf[msg.sender].owed;
        if (amount == 0) revert NothingOwed(msg.sender);
        // Before the call: what the account does in it finds nothing more to take.
        _accountOf[msg.sender].owed = 0;
        emit Withdrawn(msg.sender, amount);
        (bool taken,) = msg.sender.call{value: amount}("");
        if (!taken) revert PaymentRefused(msg.sender);
    }

    /// @inheritdoc IIncentive
    function owed(address account) external view override returns (uint256) {
        return _accountOf[account].owed;
    }

    /// @inheritdoc IIncentive
    function standingOf(address account)
        external
        view
        override
        returns (uint64 submitted, uint64 good)
    {
        return (_accountOf[account].submitted, _accountOf[account].good);
    }

    /// @inheritdoc IIncentive
    /// @dev Of most mechanisms every report does.
    function asksModel(address, uint64) external view virtual override returns (bool) {
        return true;
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev Owe an account so many wei more.
    function _credit(address account, uint256 amount) internal {
        if (amount == 0) return;
        Account storage entry = _accountOf[account];
        uint256 sum = amount + entry.owed;
        if (sum > type(uint128).max) revert TooMuch(sum);
        entry.owed = uint128(sum);
        emit Credited(account, amount);
    }

    /// @dev Owe an account so many wei more, and count contributions, in one store.
    function _book(address account, uint256 amount, uint64 submitted, uint64 good) internal {
        Account memory entry = _accountOf[account];
        uint256 sum = amount + entry.owed;
        if (sum > type(uint128).max) revert TooMuch(sum);
        (entry.owed, entry.submitted, entry.good) =
            (uint128(sum), entry.submitted + submitted, entry.good + good);
        _accountOf[account] = entry;
        if (amount != 0) emit Credited(account, amount);
    }
}
