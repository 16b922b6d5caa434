// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICounter} from "../interfaces/ICounter.sol";

/// @title A counter that workers increment
contract Counter is ICounter {
    // ---------------------------------------------------------------- storage

    /// @inheritdoc ICounter
    uint256 public override count;

    // ------------------------------------------------------------------ logic

    /// @inheritdoc ICounter
    function increment() external override {
        emit Incremented(msg.sender, ++count);
    }
}
