// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";

/// @title Up to 4,096 weights in a row, as they began and as they are
/// @notice A weight is an int64 with nine decimals, so up to 9.2e9; four lie in a word, the first
/// in its highest bits. What they began with lies in the code of small contracts, one a chunk:
/// 1,600 gas a weight to write, and so cheap to read (2,600 gas a chunk) that going back to it
/// needs no copy. What they are lies in storage: 525 gas a weight to read, 1,250 to change. A chunk
/// writes both, so that the first change finds its slots in use and pays no more than later ones.
library WeightRow {
    // ------------------------------------------------------------------ types

    /// @dev `words` holds what the weights are; nothing of use until somebody stored there.
    struct Row {
        uint32 count;
        uint32 chunkCount;
        mapping(uint256 index => address) chunks;
        uint256[1024] words;
    }

    // -------------------------------------------------------------- constants

    uint256 internal constant MOST_WEIGHTS = 4_096;
    uint256 internal constant MOST_CHUNK_WEIGHTS = 3_071; // and a STOP byte: 24,569 of 24,576 bytes
    uint256 private constant _LANE_MASK = 0xffffffffffffffff;
    // What deploys a chunk's code, 12 bytes with its STOP: see stores/CodeStore.sol.
    uint256 private constant _CREATION = 0x62_000000_80_600b_3d_39_3d_f3_00;
    uint256 private constant _CREATION_BYTES = 12;

    // ----------------------------------------------------------------- errors

    /// @notice A row takes fewer weights, or a chunk does: 3,071 fit the code of a contract.
    error TooManyWeights(uint256 most, uint256 given);
    /// @notice The chain did not deploy the chunk: gas ran out.
    error ChunkNotStored(uint256 first);

    // ----------------------------------------------------------- logic: writing

    /// @notice Put initial weights behind those there are, `most` in all and at most 4,096; `first`
    /// is the place of the first one.
    function append(Row storage row, uint256 first, int64[] calldata weights, uint256 most)
        internal
    {
        uint256 count = row.count;
        if (weights.length == 0) revert IClassifier.NoFeatures();
        if (first != count) revert IClassifier.OutOfOrder(count, first);
        if (weights.length > MOST_CHUNK_WEIGHTS) {
            revert TooManyWeights(MOST_CHUNK_WEIGHTS, weights.length);
        }
        if (count + weights.length > most) revert TooManyWeights(most, count + weights.length);
        address chunk = _deploy(weights);
        if (chunk == address(0)) revert ChunkNotStored(first);
        row.chunks[row.chunkCount++] = chunk;
        row.count = uint32(count + weights.length);
        _extend(row.words, first, weights);
    }

    /// @notice Make `packed` what the row's weights are; it has the length that `load` gave it.
    function store(Row storage row, bytes memory packed) internal {
        uint256[1024] storage words = row.words;
        for (uint256 at = 0; at < packed.length; at += 32) {
            // Beyond the last weight there are bytes that nobody reads as weights.
            assembly ("memory-safe") {
                sstore(add(words.slot, shr(5, at)), mload(add(add(packed, 32), at)))
            }
        }
    }

    // ----------------------------------------------------------- logic: reading

    /// @notice `count` weights of the row, eight bytes each: as they are, or as they began. Those
    /// the row does not have are 0.
    function load(Row storage row, uint256 count, bool asBegan)
        internal
        view
        returns (bytes memory packed)
    {
        packed = new bytes((count * 8 + 31) / 32 * 32);
        if (asBegan) _loadChunks(row, packed);
        else _loadWords(row, packed);
    }

    /// @notice The weight at a place of what `load` gave; `index` is below its count.
    function weightAt(bytes memory packed, uint256 index) internal pure returns (int256 weight) {
        // Eight bytes at any place: Solidity reads single bytes or whole words only.
        assembly ("memory-safe") {
            weight := signextend(7, mload(add(add(packed, 8), shl(3, index))))
        }
    }

    /// @notice Put a weight at a place of what `load` gave; beyond an int64 it stays at the end.
    function put(bytes memory packed, uint256 index, int256 weight) internal pure {
        int64 kept = saturated(weight);
        assembly ("memory-safe") {
            let place := add(add(packed, 8), shl(3, index))
            let others := and(mload(place), not(_LANE_MASK))
            mstore(place, or(others, and(kept, _LANE_MASK)))
        }
    }

    /// @notice The first `count` weights of what `load` gave.
    function unpacked(bytes memory packed, uint256 count)
        internal
        pure
        returns (int64[] memory weights)
    {
        weights = new int64[](count);
        for (uint256 i = 0; i < count; ++i) {
            weights[i] = int64(weightAt(packed, i));
        }
    }

    /// @notice The weight, or the end of an int64 that it is beyond.
    function saturated(int256 weight) internal pure returns (int64) {
        if (weight > type(int64).max) return type(int64).max;
        if (weight < type(int64).min) return type(int64).min;
        return int64(weight);
    }

    // ----------------------------------------------------------- logic: private

    function _loadChunks(Row storage row, bytes memory packed) private view {
        uint256 to;
        assembly ("memory-safe") {
            to := add(packed, 32)
        }
        uint256 chunkCount = row.chunkCount;
        for (uint256 i = 0; i < chunkCount; ++i) {
            address chunk = row.chunks[i];
            // Solidity's `chunk.code` takes memory of its own, with the STOP byte in front.
            assembly ("memory-safe") {
                let size := sub(extcodesize(chunk), 1)
                extcodecopy(chunk, to, 1, size)
                to := add(to, size)
            }
        }
    }

    function _loadWords(Row storage row, bytes memory packed) private view {
        uint256[1024] storage words = row.words;
        for (uint256 at = 0; at < packed.length; at += 32) {
            assembly ("memory-safe") {
                mstore(add(add(packed, 32), at), sload(add(words.slot, shr(5, at))))
            }
        }
    }

    function _extend(uint256[1024] storage words, uint256 first, int64[] calldata weights) private {
        uint256 word = first % 4 == 0 ? 0 : words[first / 4];
        // Nothing overflows: there are 4,096 places.
        unchecked {
            uint256 last = first + weights.length - 1;
            for (uint256 place = first; place <= last; ++place) {
                word |= uint256(uint64(weights[place - first])) << (192 - 64 * (place % 4));
                if (place % 4 == 3 || place == last) {
                    words[place / 4] = word;
                    word = 0;
                }
            }
        }
    }

    function _deploy(int64[] calldata weights) private returns (address chunk) {
        uint256 size = weights.length * 8;
        // Each weight is written as a whole word, of which the next one overwrites 24 bytes.
        bytes memory creation = new bytes(_CREATION_BYTES + size + 24);
        assembly ("memory-safe") {
            mstore(add(creation, 32), shl(160, or(_CREATION, shl(64, add(size, 1)))))
        }
        for (uint256 i = 0; i < weights.length; ++i) {
            int256 weight = weights[i];
            assembly ("memory-safe") {
                mstore(add(add(creation, 44), shl(3, i)), shl(192, weight))
            }
        }
        assembly ("memory-safe") {
            chunk := create(0, add(creation, 32), add(size, _CREATION_BYTES))
        }
    }
}
