// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {WeightStore} from "./WeightStore.sol";

/// @title Weights as `int256[]` in storage, the way Solidity would have it: 22,500 gas a weight
contract ArrayStore is WeightStore {
    // ---------------------------------------------------------------- storage

    mapping(address worker => mapping(uint64 sequence => mapping(uint32 index => int256[])))
        private _weights;

    // ------------------------------------------------------------ constructor

    constructor(IBoard board_) WeightStore(board_) {}

    // ------------------------------------------------------------------ logic

    /// @notice Always reverts BytesNotTaken.
    function submit(uint64, uint32, uint32, bytes calldata) external pure override {
        revert BytesNotTaken();
    }

    /// @notice How many weights a chunk has; 0 where there is none.
    function lengthOf(address worker, uint64 sequence, uint32 index)
        external
        view
        returns (uint256)
    {
        return _weights[worker][sequence][index].length;
    }

    /// @notice `count` weights of a chunk from `start` on: 2,100 gas each, so read in pages.
    /// @dev Reverts with a panic outside the chunk.
    function weightsOf(address worker, uint64 sequence, uint32 index, uint256 start, uint256 count)
        external
        view
        returns (int256[] memory page)
    {
        int256[] storage weights = _weights[worker][sequence][index];
        page = new int256[](count);
        for (uint256 i = 0; i < count; ++i) {
            page[i] = weights[start + i];
        }
    }

    /// @dev The words of call data seen as the array they came as; the copy is Solidity's own.
    function _keep(uint64 sequence, uint32 index, bytes calldata chunk) internal override {
        int256[] calldata weights;
        assembly ("memory-safe") {
            weights.offset := chunk.offset
            weights.length := shr(5, chunk.length)
        }
        _weights[msg.sender][sequence][index] = weights;
    }
}
