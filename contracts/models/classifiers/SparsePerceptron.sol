// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {Counts} from "../lib/Counts.sol";
import {MOST_FEATURES, WeightWords} from "../lib/WeightWords.sol";
import {Classifier} from "./Classifier.sol";

/// @title Two classes on two sides of a plane; samples are ascending indices of features that are
/// one
/// @notice m = intercept + Σ weight; m ≤ 0 is class 0, else class 1. A wrong answer moves the
/// sample's weights and the intercept by the learning rate, down for class 0 and up for class 1; a
/// right one leaves them. Weights and intercept have 48 bits, so up to 140,737: there they stay. Up to
/// 2^24 features, whose weights begin at 0 unless they are brought.
contract SparsePerceptron is Classifier {
    using WeightWords for WeightWords.Table;

    // -------------------------------------------------------------- constants

    /// @notice How far a wrong answer moves weights and intercept, with nine decimals.
    uint64 public immutable learningRate;
    /// @notice What the intercept began with, with nine decimals.
    int64 public immutable initialIntercept;

    // ----------------------------------------------------------------- errors

    /// @notice A model takes 2^24 features.
    error TooManyFeatures(uint256 most, uint256 given);
    /// @notice A model goes back to its beginning so many times: words have 16 bits to tell by.
    error TooManyResets(uint256 most);
    /// @notice A weight, or the intercept, needs more than 48 bits.
    error WeightOutOfRange(uint256 position, int64 weight);

    // ---------------------------------------------------------------- storage

    /// @dev These three fill up the trainer's slot, so that a prediction reads one beside weights. The
    /// last feature, and not their number, which has a bit more.
    uint24 private _last;
    /// @dev How often the model went back.
    uint16 private _epoch;
    int48 private _intercept;
    /// @dev Initial weights come from this index on.
    uint32 private _next;
    WeightWords.Table private _weights;

    // ------------------------------------------------------------ constructor

    /// @param names What classes 0 and 1 are called.
    constructor(
        string[2] memory names,
        uint256 featureCount_,
        int64 intercept_,
        uint64 learningRate_
    ) {
        if (featureCount_ == 0) revert NoFeatures();
        _setFeatureCount(featureCount_);
        if (WeightWords.saturated(intercept_) != intercept_) revert WeightOutOfRange(0, intercept_);
        (initialIntercept, learningRate) = (intercept_, learningRate_);
        _intercept = int48(intercept_);
        _addClass(names[0]);
        _addClass(names[1]);
        _note(abi.encode(names, featureCount_, intercept_, learningRate_));
    }

    // ------------------------------------------------------- logic: the admin

    /// @notice Initial weights of neighbouring features from `first` on. Chunks ascend; those of
    /// features that are left out are 0. Reverts NotAdmin, AlreadyReady, NoFeatures, OutOfOrder,
    /// FeatureOutOfRange, WeightOutOfRange.
    function bring(uint256 first, int64[] calldata weights) external {
        _requireBringing(weights.length);
        if (first < _next) revert OutOfOrder(_next, first);
        for (uint256 i = 0; i < weights.length; ++i) {
            if (first + i > _last) revert FeatureOutOfRange(i, int64(uint64(first + i)));
            _begin(first + i, i, weights[i]);
        }
        _next = uint32(first + weights.length);
    }

    /// @notice Initial weights of some features, ascending from chunk to chunk. Reverts as `bring`,
    /// NotAscending, WrongLength unless there are as many weights as indices.
    function bringSparse(int64[] calldata indices, int64[] calldata weights) external {
        _requireBringing(weights.length);
        if (indices.length != weights.length) revert WrongLength(indices.length, weights.length);
        (uint256 last, int256 before) = (_last, -1);
        for (uint256 i = 0; i < weights.length; ++i) {
            uint256 index = _requireIndex(indices[i], i, before, last);
            if (i == 0 && index < _next) revert OutOfOrder(_next, index);
            _begin(index, i, weights[i]);
            before = int256(index);
        }
        _next = uint32(uint256(before + 1));
    }

    /// @notice Features behind those there are, with the weights they begin with; `first` is the
    /// place of the first one. Reverts NotAdmin, NoFeatures, OutOfOrder, TooManyFeatures,
    /// WeightOutOfRange.
    function addFeatures(uint256 first, int64[] calldata weights) external {
        _requireAdmin();
        if (weights.length == 0) revert NoFeatures();
        uint256 count = featureCount();
        if (first != count) revert OutOfOrder(count, first);
        _note(msg.data);
        _setFeatureCount(first + weights.length);
        for (uint256 i = 0; i < weights.length; ++i) {
            _begin(first + i, i, weights[i]);
        }
        emit FeaturesAdded(weights.length);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IClassifier
    function update(int64[] calldata features, uint64 class) external override {
        _requireTrainer();
        if (class > 1) revert UnknownClass(class, 2);
        bool changed = _judge(features) != class;
        if (changed) _learn(features, class);
        emit Updated(class, changed);
    }

    /// @inheritdoc IClassifier
    function reset() external override {
        _requireTrainer();
        if (_epoch == type(uint16).max) revert TooManyResets(_epoch);
        ++_epoch;
        _intercept = int48(initialIntercept);
        emit ResetToInitial();
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IClassifier
    function predict(int64[] calldata features) external view override returns (uint64) {
        _requireReady();
        return _judge(features);
    }

    /// @notice Of how many samples the model gives the class they are said to have. Reverts as
    /// `predict`, WrongLength unless there are as many classes as samples.
    function evaluate(int64[][] calldata samples, uint64[] calldata classes)
        external
        view
        returns (uint256 right)
    {
        _requireReady();
        if (samples.length != classes.length) revert WrongLength(samples.length, classes.length);
        for (uint256 i = 0; i < samples.length; ++i) {
            if (_judge(samples[i]) == classes[i]) ++right;
        }
    }

    /// @inheritdoc IClassifier
    function featureCount() public view override returns (uint256) {
        return uint256(_last) + 1;
    }

    /// @notice The intercept as it is, with nine decimals.
    function intercept() external view returns (int64) {
        return _intercept;
    }

    /// @notice The weight of a feature as it is, with nine decimals; 0 where there is no such
    /// feature.
    function weightOf(uint256 feature) external view returns (int256) {
        if (feature > _last) return 0;
        return _weights.weightOf(feature, _epoch);
    }

    // ---------------------------------------------------------- logic: private

    function _isWhole() internal pure override returns (bool) {
        return true;
    }

    function _judge(int64[] calldata features) private view returns (uint64) {
        if (features.length == 0) revert NoFeatures();
        (int256 sum, bool fits) = _weights.sumOf(features, _last, _epoch);
        // Which index does not fit is found by a second look at them, that good samples save.
        if (!fits) Counts.requireIndices(features, featureCount());
        unchecked {
            return _intercept + sum > 0 ? 1 : 0;
        }
    }

    /// @dev The indices were checked by `_judge`.
    function _learn(int64[] calldata features, uint64 class) private {
        int256 step = class == 1 ? int256(uint256(learningRate)) : -int256(uint256(learningRate));
        _intercept = int48(WeightWords.saturated(_intercept + step));
        _weights.learn(features, step, _epoch);
    }

    function _requireBringing(uint256 count) private {
        _requireAdmin();
        if (isReady) revert AlreadyReady();
        if (count == 0) revert NoFeatures();
        _note(msg.data);
        emit WeightsBrought(count);
    }

    /// @dev The index at a position: not above `last`, and above the one before.
    function _requireIndex(int64 index, uint256 position, int256 before, uint256 last)
        private
        pure
        returns (uint256)
    {
        // A negative one is above all others.
        if (uint256(int256(index)) > last) revert FeatureOutOfRange(position, index);
        if (index <= before) revert NotAscending(position);
        return uint256(int256(index));
    }

    function _begin(uint256 feature, uint256 position, int64 weight) private {
        if (weight > WeightWords.MOST || weight < WeightWords.LEAST) {
            revert WeightOutOfRange(position, weight);
        }
        _weights.begin(feature, weight, _epoch);
    }

    function _setFeatureCount(uint256 count) private {
        if (count > MOST_FEATURES) revert TooManyFeatures(MOST_FEATURES, count);
        _last = uint24(count - 1);
    }
}
