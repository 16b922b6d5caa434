// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {Counts} from "../lib/Counts.sol";
import {Limits} from "../lib/Limits.sol";
import {Product} from "../lib/Product.sol";
import {Tally} from "../lib/Tally.sol";
import {Classifier} from "./Classifier.sol";

/// @title Multinomial Naive Bayes over words that occur or don't
/// @notice A sample is the ascending indices of its features. Of each class the model knows how many
/// samples it had (n), how often each feature occurred in them (count), and how often all did (total).
/// It gives the class with the largest
///
///     n · Π (1e9 · count + smoothing) / (1e9 · total + smoothing · features)
///
/// over the sample's features. The product is kept to 124 bits at any length (see Product), so that
/// samples of hundreds of features, for which a fixed-point product is 0 in every class, are told
/// apart. Learning a sample counts its features.
///
/// The admin brings a class in chunks of counts (`bring`) and then names it (`addClass`).
contract NaiveBayes is Classifier {
    using Counts for Counts.Table;
    using Tally for Tally.Class;

    // -------------------------------------------------------------- constants

    /// @notice All counts of a class sum up to this at most, so that a factor has 66 bits:
    /// 1e9 · 2^35 + 2^40 · 2^24 < 2^66.
    uint256 public constant MOST_TOTAL = 1 << 35;
    /// @notice The largest smoothing: 1,099 in fixed point.
    uint256 public constant MOST_SMOOTHING = 1 << 40;
    /// @notice What is added to each count, in fixed point: 1e9 is Laplace's one.
    uint64 public immutable smoothing;

    // ---------------------------------------------------------------- storage

    uint32 private _features;
    uint32 private _epoch;
    mapping(uint64 class => Tally.Class) private _tallies;
    Counts.Table private _counts;

    // ----------------------------------------------------------------- errors

    /// @notice Smoothing is 1 to 2^40 in fixed point: without any, one new word would rule out a class.
    error SmoothingOutOfRange(uint256 most, uint256 given);

    // ------------------------------------------------------------ constructor

    constructor(uint32 features, uint64 smoothing_) {
        Limits.requireRoom(Counts.MOST_FEATURES, 0, features);
        if (smoothing_ == 0 || smoothing_ > MOST_SMOOTHING) {
            revert SmoothingOutOfRange(MOST_SMOOTHING, smoothing_);
        }
        (_features, smoothing) = (features, smoothing_);
        _note(abi.encode(features, smoothing_));
    }

    // ------------------------------------------------------- logic: the admin

    /// @notice Bring counts of the class that is added next; indices ascend, over chunks too.
    function bring(uint32[] calldata indices, uint32[] calldata counts) external {
        _requireAdmin();
        _counts.bring(classCount(), _features, indices, counts);
        _note(msg.data);
        emit WeightsBrought(indices.length);
    }

    /// @notice Add a class of so many samples, with the counts that were brought for it.
    function addClass(string calldata name, uint32 samples) external {
        _requireAdmin();
        uint64 class = classCount();
        _tallies[class] = Tally.started(class, samples, _counts.close().total, MOST_TOTAL);
        _addClass(name);
        _note(msg.data);
    }

    /// @notice Add features, which occurred in no class so far.
    function addFeatures(uint256 count) external {
        _requireAdmin();
        Limits.requireRoom(Counts.MOST_FEATURES, _features, count);
        _features += uint32(count);
        _note(msg.data);
        emit FeaturesAdded(count);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IClassifier
    function update(int64[] calldata features, uint64 class) external override {
        _requireTrainer();
        _requireClass(class);
        Counts.requireIndices(features, _features);
        uint32 epoch = _epoch;
        _tallies[class] = _tallies[class].learned(class, epoch, features.length, MOST_TOTAL);
        _counts.learn(class, features, epoch);
        emit Updated(class, true);
    }

    /// @inheritdoc IClassifier
    function reset() external override {
        _requireTrainer();
        _epoch++;
        emit ResetToInitial();
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IClassifier
    function predict(int64[] calldata features) external view override returns (uint64 best) {
        _requireReady();
        Counts.requireIndices(features, _features);
        (uint32 epoch, uint64 classes) = (_epoch, classCount());
        int256 highest = type(int256).min;
        uint256[] memory words;
        for (uint64 class = 0; class < classes; class++) {
            if (class % Counts.A_WORD == 0) words = _counts.load(class, features, epoch);
            int256 score = _score(words, class, epoch);
            if (score > highest) (highest, best) = (score, class);
        }
    }

    /// @inheritdoc IClassifier
    function featureCount() external view override returns (uint256) {
        return _features;
    }

    /// @notice How many samples a class has, brought and learned, and the sum of its counts.
    function tallyOf(uint64 class) external view returns (uint256 samples, uint256 total) {
        return _tallies[class].amounts(_epoch);
    }

    /// @notice How often a feature occurred in a class, brought and learned.
    function countOf(uint64 class, uint256 feature) external view returns (uint256) {
        return _counts.countOf(class, feature, _epoch);
    }

    /// @dev A class without samples is the least likely of all.
    function _score(uint256[] memory words, uint64 class, uint32 epoch)
        private
        view
        returns (int256)
    {
        (uint256 samples, uint256 total) = _tallies[class].amounts(epoch);
        if (samples == 0) return type(int256).min;
        (uint256 m, uint256 e) = (samples, 0);
        // Counts have 29 bits, see Counts.
        unchecked {
            for (uint256 i = 0; i < words.length; i++) {
                uint256 factor = ONE * Counts.countIn(words[i], class) + smoothing;
                (m, e) = Product.times(m, e, factor);
            }
        }
        uint256 divisor = ONE * total + uint256(smoothing) * _features;
        (uint256 power, uint256 powerE) = Product.power(divisor, words.length);
        return Product.quotient(m, e, power, powerE);
    }

    function _isWhole() internal view override returns (bool) {
        return classCount() > 0 && _counts.draft.next == 0;
    }
}
