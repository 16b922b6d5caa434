// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The digest of weights that arrive in chunks
/// @notice d(0) = 0 and d(i+1) = keccak256(d(i) ‖ keccak256(chunk i)). It fixes the bytes, their
/// order and where they were cut, and grows by one chunk a transaction.
library ChunkDigest {
    // ------------------------------------------------------------------ logic

    /// @notice The digest of the chunks behind `digest` followed by `chunk`.
    /// @param digest The digest so far; zero before the first chunk.
    /// @param chunk The next chunk, in call data.
    function extend(bytes32 digest, bytes calldata chunk) internal pure returns (bytes32 next) {
        bytes32 chunkHash = keccak256(chunk);
        // The two words fit Solidity's scratch space: abi.encodePacked would take new memory, and
        // above a large chunk that is dearer than the hash.
        assembly ("memory-safe") {
            mstore(0x00, digest)
            mstore(0x20, chunkHash)
            next := keccak256(0x00, 0x40)
        }
    }
}
