// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "../interfaces/IBoard.sol";
import {WeightStore} from "./WeightStore.sol";

/// @title Each chunk becomes the code of a contract: 200 gas a byte, read with `eth_getCode`
/// @dev The code is a STOP byte and the chunk, so that calling it does nothing. Chunk and STOP byte
/// together fit the chain's limit for contract code: 24,576 bytes unless the chain says otherwise.
contract CodeStore is WeightStore {
    // -------------------------------------------------------------- constants

    // What deploys the code. Three bytes of size: GoQuorum's limit can be 131,072.
    //   62 ssssss  PUSH3 size
    //   80         DUP1
    //   60 0b      PUSH1 11        where the code starts behind these instructions
    //   3d         RETURNDATASIZE  0, for a gas less than PUSH1
    //   39         CODECOPY        memory[0, size) = the code
    //   3d         RETURNDATASIZE  0
    //   f3         RETURN
    //   00         STOP            the first byte of the code
    uint256 private constant _CREATION = 0x62_000000_80_600b_3d_39_3d_f3_00;
    uint256 private constant _CREATION_BYTES = 12;

    // ----------------------------------------------------------------- errors

    /// @notice The chain did not deploy the chunk: it is above the limit for code, or gas ran out.
    error ChunkTooLargeForCode(uint256 chunkBytes);

    // ----------------------------------------------------------------- events

    /// @notice A chunk became the code of `pointer`.
    event CodeStored(
        address indexed worker, uint64 indexed sequence, uint32 index, address pointer
    );

    // ---------------------------------------------------------------- storage

    /// @notice The contract whose code is STOP and a chunk; zero where there is none.
    mapping(address worker => mapping(uint64 sequence => mapping(uint32 index => address)))
        public pointerOf;

    // ------------------------------------------------------------ constructor

    constructor(IBoard board_) WeightStore(board_) {}

    // ------------------------------------------------------------------ logic

    function _keep(uint64 sequence, uint32 index, bytes calldata chunk) internal override {
        address pointer = _deploy(chunk);
        if (pointer == address(0)) revert ChunkTooLargeForCode(chunk.length);
        pointerOf[msg.sender][sequence][index] = pointer;
        emit CodeStored(msg.sender, sequence, index, pointer);
    }

    /// @dev In assembly because Solidity can't deploy code it did not compile. The memory above the
    /// free pointer is used and left free: the chunk's hash takes the same place again.
    function _deploy(bytes calldata chunk) private returns (address pointer) {
        assembly ("memory-safe") {
            let creation := mload(0x40)
            let size := add(chunk.length, 1)
            // The 12 bytes at the left end of the word, the size in bytes 1 to 3 of them.
            mstore(creation, shl(160, or(_CREATION, shl(64, size))))
            calldatacopy(add(creation, _CREATION_BYTES), chunk.offset, chunk.length)
            pointer := create(0, creation, add(chunk.length, _CREATION_BYTES))
        }
    }
}
