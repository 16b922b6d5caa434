// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev Of a model whose weights lie in pairs.
uint256 constant MOST_FEATURES = 1 << 24;

/// @title Two weights in a word, each as it began and as it is
/// @notice From the highest bits: the epoch (32) in which the weights were changed last, then for
/// the odd feature and the even one what its weight began with and what it is (56 and 56). In a
/// later epoch they are as they began, so that a model starts anew by counting its epoch. 56 bits
/// hold 3.6e7 with nine decimals.
/// @dev Words and not a struct: a sample reads single weights from words all over the storage, and
/// unpacking five fields for each costs more than the shifts here.
library WeightPair {
    // -------------------------------------------------------------- constants

    uint256 private constant _MASK = (1 << 56) - 1;
    int256 internal constant MOST = (1 << 55) - 1;
    int256 internal constant LEAST = -(1 << 55);

    // ------------------------------------------------------------------ logic

    /// @notice The sum of the features' weights in `epoch`; `fits` says whether they ascend and are
    /// below `count`, without which it means nothing. There is one feature at least.
    function sumOf(
        uint256[MOST_FEATURES / 2] storage pairs,
        int64[] calldata features,
        uint256 count,
        uint256 epoch
    ) internal view returns (int256 sum, bool fits) {
        // A word is cold for 2,100 gas; around that Solidity's checks take 440 gas a feature, and
        // this 160. Features that ascend from -1 are below `count` when the last one is. Nothing
        // overflows: there are fewer than 2^24 weights of 56 bits.
        assembly ("memory-safe") {
            let before := not(0)
            let early := 0
            let end := add(features.offset, shl(5, features.length))
            for { let at := features.offset } lt(at, end) { at := add(at, 32) } {
                let feature := calldataload(at)
                early := or(early, iszero(sgt(feature, before)))
                before := feature
                let word := sload(add(pairs.slot, shr(1, feature)))
                let shift := mul(112, and(feature, 1))
                shift := add(shift, mul(56, iszero(eq(shr(224, word), epoch))))
                sum := add(sum, signextend(6, shr(shift, word)))
            }
            fits := and(iszero(early), lt(before, count))
        }
    }

    /// @notice The word as it stands in `epoch`: weights changed in another one are as they began.
    function current(uint256 word, uint256 epoch) internal pure returns (uint256) {
        if (word >> 224 == epoch) return word;
        uint256 began0 = (word >> 168) & _MASK;
        uint256 began1 = (word >> 56) & _MASK;
        return epoch << 224 | began0 << 168 | began0 << 112 | began1 << 56 | began1;
    }

    /// @notice What the weight of a feature is in `epoch`.
    function weightOf(uint256 word, uint256 feature, uint256 epoch) internal pure returns (int256) {
        unchecked {
            uint256 shift = _shift(feature);
            if (word >> 224 != epoch) shift += 56;
            return int56(uint56(word >> shift));
        }
    }

    /// @notice The `current` word with another weight of a feature; beyond 56 bits it stays at the
    /// end.
    function changed(uint256 word, uint256 feature, int256 weight) internal pure returns (uint256) {
        if (weight > MOST) weight = MOST;
        if (weight < LEAST) weight = LEAST;
        uint256 shift = _shift(feature);
        return word & ~(_MASK << shift) | (uint256(weight) & _MASK) << shift;
    }

    /// @notice The word with what the weight of a feature begins with, and is; `weight` fits 56
    /// bits.
    function begun(uint256 word, uint256 feature, int256 weight) internal pure returns (uint256) {
        uint256 shift = _shift(feature);
        uint256 lane = uint256(weight) & _MASK;
        return word & ~((_MASK << 56 | _MASK) << shift) | (lane << 56 | lane) << shift;
    }

    /// @dev Of a feature's newer weight; what it began with lies 56 bits higher.
    function _shift(uint256 feature) private pure returns (uint256) {
        unchecked {
            return 112 * (feature & 1);
        }
    }
}
