// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {Features} from "./Features.sol";

/// @title How often each feature occurred in each class: brought by the admin, and learned since
/// @notice Counts are kept for samples that are lists of ascending indices. A word holds one feature
/// in four classes. A class has 56 bits of it: 28 for what was brought and 28 for what was learned;
/// the highest 32 bits say in which epoch that was. In any other epoch nothing has been learned, so
/// that a model forgets all by counting one epoch on. Both halves lie in one slot because a slot in
/// use is changed for 5,000 gas and a fresh one written for 22,100.
///
/// Nothing wraps: a brought count is 2^28 − 1 at most, and one sample adds one at most, of which a
/// class takes 2^28 − 1 (see Tally).
library Counts {
    using Features for int64[];

    // ------------------------------------------------------------------ types

    /// @dev What came in of the class that is brought next: the index that may follow, the highest
    /// count, the sum of all and that of their squares. In one slot: 2^24 counts below 2^28 sum up to
    /// less than 2^52, their squares to less than 2^80.
    struct Draft {
        uint32 next;
        uint32 highest;
        uint64 total;
        uint80 squares;
    }

    struct Table {
        Draft draft;
        mapping(uint256 place => uint256) words;
    }

    // -------------------------------------------------------------- constants

    /// @notice A model has this many features at most.
    uint256 internal constant MOST_FEATURES = 1 << 24;
    /// @notice A brought count is this at most.
    uint256 internal constant MOST_COUNT = (1 << 28) - 1;
    /// @notice How many classes share a word.
    uint64 internal constant A_WORD = 4;
    uint256 private constant _COUNT_BITS = 28;
    uint256 private constant _CLASS_BITS = 56;
    uint256 private constant _EPOCH_SHIFT = 224;
    /// @dev The brought halves of the four classes.
    uint256 private constant _BROUGHT = MOST_COUNT * (1 | 1 << 56 | 1 << 112 | 1 << 168);

    // ---------------------------------------------------------- logic: writing

    /// @notice Put counts of the class that is brought next behind those there are. Reverts
    /// NoFeatures, WrongLength where the lists differ in length, FeatureOutOfRange for an index beyond
    /// the features or a count beyond 2^28 − 1, NotAscending.
    function bring(
        Table storage table,
        uint64 class,
        uint256 features,
        uint32[] calldata indices,
        uint32[] calldata counts
    ) internal {
        if (indices.length == 0) revert IClassifier.NoFeatures();
        if (counts.length != indices.length) {
            revert IClassifier.WrongLength(indices.length, counts.length);
        }
        Draft memory draft = table.draft;
        for (uint256 i = 0; i < indices.length; i++) {
            (uint32 index, uint32 count) = (indices[i], counts[i]);
            if (index >= features) revert IClassifier.FeatureOutOfRange(i, int64(uint64(index)));
            if (index < draft.next) revert IClassifier.NotAscending(i);
            if (count > MOST_COUNT) revert IClassifier.FeatureOutOfRange(i, int64(uint64(count)));
            draft.next = index + 1;
            draft.total += count;
            draft.squares += uint80(uint256(count) * count);
            if (count > draft.highest) draft.highest = count;
            table.words[_place(index, class)] += uint256(count) << _shift(class);
        }
        table.draft = draft;
    }

    /// @notice End the class that was brought: what came in of it.
    function close(Table storage table) internal returns (Draft memory draft) {
        draft = table.draft;
        delete table.draft;
    }

    /// @notice Count one sample's features in its class. Returns the sum of their counts before.
    function learn(Table storage table, uint64 class, int64[] calldata features, uint32 epoch)
        internal
        returns (uint256 before)
    {
        uint256 shift = _shift(class);
        // Nothing wraps, see above.
        unchecked {
            for (uint256 i = 0; i < features.length; i++) {
                uint256 place = _place(uint256(features.at(i)), class);
                uint256 word = _inEpoch(table.words[place], epoch);
                before += _count(word, shift);
                table.words[place] = word + (1 << (shift + _COUNT_BITS));
            }
        }
    }

    // ---------------------------------------------------------- logic: reading

    /// @notice The words of a sample's features for a class and those it shares them with: the classes
    /// from one that is a multiple of four to the next. A prediction reads each slot once for all four.
    function load(Table storage table, uint64 class, int64[] calldata features, uint32 epoch)
        internal
        view
        returns (uint256[] memory words)
    {
        words = new uint256[](features.length);
        unchecked {
            for (uint256 i = 0; i < features.length; i++) {
                words[i] = _inEpoch(table.words[_place(uint256(features.at(i)), class)], epoch);
            }
        }
    }

    /// @notice A class's count in a word that `load` gave.
    function countIn(uint256 word, uint64 class) internal pure returns (uint256) {
        return _count(word, _shift(class));
    }

    /// @notice How often a feature occurred in a class.
    function countOf(Table storage table, uint64 class, uint256 feature, uint32 epoch)
        internal
        view
        returns (uint256)
    {
        return _count(_inEpoch(table.words[_place(feature, class)], epoch), _shift(class));
    }

    /// @notice Reverts NoFeatures, FeatureOutOfRange, NotAscending unless it is a sample of indices
    /// below `count` that ascend.
    function requireIndices(int64[] calldata features, uint256 count) internal pure {
        if (features.length == 0) revert IClassifier.NoFeatures();
        int256 last = -1;
        unchecked {
            for (uint256 i = 0; i < features.length; i++) {
                int256 index = features.at(i);
                // A negative one is above all counts.
                if (uint256(index) >= count) Features.refuse(i, index);
                if (index <= last) revert IClassifier.NotAscending(i);
                last = index;
            }
        }
    }

    function _inEpoch(uint256 word, uint256 epoch) private pure returns (uint256) {
        if (word >> _EPOCH_SHIFT == epoch) return word;
        return (word & _BROUGHT) | (epoch << _EPOCH_SHIFT);
    }

    function _count(uint256 word, uint256 shift) private pure returns (uint256) {
        unchecked {
            return ((word >> shift) & MOST_COUNT)
                + ((word >> (shift + _COUNT_BITS)) & MOST_COUNT);
        }
    }

    function _place(uint256 feature, uint64 class) private pure returns (uint256) {
        return (feature << 64) | (class / A_WORD);
    }

    function _shift(uint64 class) private pure returns (uint256) {
        unchecked {
            return _CLASS_BITS * (class % A_WORD);
        }
    }
}
