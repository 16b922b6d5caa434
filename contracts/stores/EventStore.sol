// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {WeightStore} from "./WeightStore.sol";

/// @title Weights go into the logs, where they are found by worker and result: 8 gas a byte
contract EventStore is WeightStore {
    // ----------------------------------------------------------------- events

    /// @notice One chunk of a result.
    event Chunk(address indexed worker, uint64 indexed sequence, uint32 index, bytes data);

    // ------------------------------------------------------------ constructor

    constructor(IBoard board_) WeightStore(board_) {}

    // ------------------------------------------------------------------ logic

    function _keep(uint64 sequence, uint32 index, bytes calldata chunk) internal override {
        emit Chunk(msg.sender, sequence, index, chunk);
    }
}
