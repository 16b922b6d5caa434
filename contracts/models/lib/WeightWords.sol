// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev Of a model whose weights lie in words.
uint256 constant MOST_FEATURES = 1 << 24;

/// @title Five weights in a word, as they are and as they began
/// @notice A word of what weights are has in its highest 16 bits the epoch in which they were changed
/// last, then those of five features, 48 bits each, the first in the lowest. In another epoch they
/// are as they began, which a second word says, so that a model starts anew by counting its epoch.
/// 48 bits hold 140,737 with nine decimals.
///
/// A sample's indices lie all over the storage, and a slot that a transaction reaches first costs
/// 2,100 gas: of 1,000 weights 60 at random lie in 52 slots of five, in 54 of four, in 58 of two.
/// @dev Words and not a struct: unpacking six fields for each weight costs more than the shifts here.
library WeightWords {
    // ------------------------------------------------------------------ types

    /// @dev Weight i is in word i / 5. A weight that is brought fills both slots, so that the first
    /// change finds its slot in use and pays 5,000 gas, not 22,100.
    struct Table {
        uint256[MOST_FEATURES / 5 + 1] current;
        uint256[MOST_FEATURES / 5 + 1] began;
    }

    // -------------------------------------------------------------- constants

    int256 internal constant MOST = (1 << 47) - 1;
    int256 internal constant LEAST = -(1 << 47);
    uint256 private constant _A_WORD = 5;
    uint256 private constant _BITS = 48;
    uint256 private constant _MASK = (1 << 48) - 1;
    uint256 private constant _EPOCH_SHIFT = 240;

    // ---------------------------------------------------------- logic: reading

    /// @notice The sum of the features' weights in `epoch`; `fits` says whether they ascend and none
    /// is above `last`, without which it means nothing. There is one feature at least.
    function sumOf(Table storage table, int64[] calldata features, uint256 last, uint256 epoch)
        internal
        view
        returns (int256 sum, bool fits)
    {
        uint256[MOST_FEATURES / 5 + 1] storage began = table.began;
        // Around a cold slot Solidity's checks take 440 gas a feature, and this 130. Features that
        // ascend from -1 are not above `last` when the last one is not. Nothing overflows: there are
        // fewer than 2^25 weights of 48 bits.
        assembly ("memory-safe") {
            let before := not(0)
            let ascending := 1
            let end := add(features.offset, shl(5, features.length))
            for { let at := features.offset } lt(at, end) { at := add(at, 32) } {
                let feature := calldataload(at)
                ascending := and(ascending, sgt(feature, before))
                before := feature
                let word := sload(add(table.slot, div(feature, 5)))
                if sub(shr(240, word), epoch) { word := sload(add(began.slot, div(feature, 5))) }
                sum := add(sum, signextend(5, shr(mul(48, mod(feature, 5)), word)))
            }
            fits := gt(ascending, gt(before, last))
        }
    }

    /// @notice What the weight of a feature is in `epoch`.
    function weightOf(Table storage table, uint256 feature, uint256 epoch)
        internal
        view
        returns (int256)
    {
        return _weightIn(_current(table, feature / _A_WORD, epoch), feature);
    }

    // ---------------------------------------------------------- logic: writing

    /// @notice Add `step` to the weights of a sample's features, which there are; beyond 48 bits a
    /// weight stays at the end.
    function learn(Table storage table, int64[] calldata features, int256 step, uint256 epoch)
        internal
    {
        unchecked {
            for (uint256 i = 0; i < features.length; ++i) {
                uint256 feature = uint64(features[i]);
                uint256 place = feature / _A_WORD;
                uint256 word = _current(table, place, epoch);
                int256 weight = saturated(_weightIn(word, feature) + step);
                table.current[place] = _with(word, feature, weight);
            }
        }
    }

    /// @notice Let a feature's weight begin with `weight`, which fits 48 bits, and be that now.
    function begin(Table storage table, uint256 feature, int256 weight, uint256 epoch) internal {
        uint256 place = feature / _A_WORD;
        table.current[place] = _with(_current(table, place, epoch), feature, weight);
        table.began[place] = _with(table.began[place], feature, weight);
    }

    /// @notice The weight, or the end of 48 bits that it is beyond.
    function saturated(int256 weight) internal pure returns (int256) {
        if (weight > MOST) return MOST;
        return weight < LEAST ? LEAST : weight;
    }

    // ---------------------------------------------------------- logic: private

    /// @dev The word at a place as it stands in `epoch`.
    function _current(Table storage table, uint256 place, uint256 epoch)
        private
        view
        returns (uint256 word)
    {
        word = table.current[place];
        if (word >> _EPOCH_SHIFT != epoch) word = epoch << _EPOCH_SHIFT | table.began[place];
    }

    function _weightIn(uint256 word, uint256 feature) private pure returns (int256) {
        return int48(uint48(word >> _shift(feature)));
    }

    function _with(uint256 word, uint256 feature, int256 weight) private pure returns (uint256) {
        uint256 shift = _shift(feature);
        return word & ~(_MASK << shift) | (uint256(weight) & _MASK) << shift;
    }

    function _shift(uint256 feature) private pure returns (uint256) {
        unchecked {
            return _BITS * (feature % _A_WORD);
        }
    }
}
