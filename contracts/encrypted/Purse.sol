// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPurse} from "./interfaces/IPurse.sol";

/// @title Balances that are withdrawn by whom they belong to
abstract contract Purse is IPurse {
    // ---------------------------------------------------------------- storage

    /// @inheritdoc IPurse
    mapping(address account => uint256) public override balanceOf;

    // ------------------------------------------------------------------ logic

    /// @inheritdoc IPurse
    function withdraw() external override {
        uint256 amount = balanceOf[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        // Before the call: what the account does in it finds nothing more to take.
        balanceOf[msg.sender] = 0;
        emit Withdrawn(msg.sender, amount);
        (bool taken,) = msg.sender.call{value: amount}("");
        if (!taken) revert NotTaken(msg.sender);
    }

    function _credit(address account, uint256 amount) internal {
        if (amount == 0) return;
        balanceOf[account] += amount;
        emit Credited(account, amount);
    }

    function _requireValue(uint256 expected) internal view {
        if (msg.value != expected) revert WrongValue(expected, msg.value);
    }
}
