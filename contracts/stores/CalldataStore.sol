// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {WeightStore} from "./WeightStore.sol";

/// @title Weights stay in the transactions' input, which the chain keeps; the contract keeps a digest
/// @dev Read them back by the transactions of ChunkAccepted. A worker that submits through another
/// contract leaves no such input: its result's digest then matches nothing that can be read.
contract CalldataStore is WeightStore {
    // ------------------------------------------------------------ constructor

    constructor(IBoard board_) WeightStore(board_) {}

    // ------------------------------------------------------------------ logic

    function _keep(uint64, uint32, bytes calldata) internal override {}
}
