// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {Features} from "../lib/Features.sol";
import {WeightRow} from "../lib/WeightRow.sol";
import {Classifier} from "./Classifier.sol";

/// @title Two classes on two sides of a plane; samples are vectors of unit length
/// @notice m = intercept + Σ weight · value, all with nine decimals; m ≤ 0 is class 0, else class
/// 1. A wrong answer moves the plane towards the sample: weight ± learning rate · value, rounded
/// towards zero, and intercept ± learning rate; a right one leaves it. Weights and intercept are
/// int64: up to 9.2e9, where they stay.
contract DensePerceptron is Classifier {
    using Features for int64[];
    using WeightRow for WeightRow.Row;
    using WeightRow for bytes;

    // -------------------------------------------------------------- constants

    int256 private constant _ONE = int256(ONE);

    /// @notice How far a wrong answer moves the intercept, with nine decimals.
    uint64 public immutable learningRate;
    /// @notice What the intercept began with, with nine decimals.
    int64 public immutable initialIntercept;

    // ---------------------------------------------------------------- storage

    /// @dev With the trainer in one slot. Until `_learned` the model is as it began.
    bool private _learned;
    int64 private _intercept;
    /// @dev How many features there were when the model became ready.
    uint16 private _least;
    WeightRow.Row private _row;

    // ------------------------------------------------------------ constructor

    /// @param names What classes 0 and 1 are called.
    constructor(string[2] memory names, int64 intercept_, uint64 learningRate_) {
        (initialIntercept, learningRate) = (intercept_, learningRate_);
        _addClass(names[0]);
        _addClass(names[1]);
        _note(abi.encode(names, intercept_, learningRate_));
    }

    // ------------------------------------------------------- logic: the admin

    /// @notice Features behind those there are, with the weights they begin with: a chunk of the
    /// initial ones, or more of them once the model is ready. `first` is the place of the first
    /// one. Reverts NotAdmin, NoFeatures, OutOfOrder, TooManyWeights.
    function addFeatures(uint256 first, int64[] calldata weights) external {
        _requireAdmin();
        _note(msg.data);
        _row.append(first, weights, WeightRow.MOST_WEIGHTS);
        if (!isReady) _least = uint16(_row.count);
        emit FeaturesAdded(weights.length);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IClassifier
    function update(int64[] calldata features, uint64 class) external override {
        _requireTrainer();
        if (class > 1) revert UnknownClass(class, 2);
        _requireLength(_row.count, features.length);
        (bytes memory packed, uint64 answer, uint256 squaredLength) = _judge(features);
        _requireUnit(squaredLength);
        if (answer != class) _learn(packed, features, class);
        emit Updated(class, answer != class);
    }

    /// @inheritdoc IClassifier
    function reset() external override {
        _requireTrainer();
        _learned = false;
        emit ResetToInitial();
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IClassifier
    function predict(int64[] calldata features) external view override returns (uint64 class) {
        _requireReady();
        _requireKnown(_least, _row.count, features.length);
        (, class,) = _judge(features);
    }

    /// @inheritdoc IClassifier
    function featureCount() external view override returns (uint256) {
        return _row.count;
    }

    /// @notice The intercept as it is, with nine decimals.
    function intercept() public view returns (int64) {
        return _learned ? _intercept : initialIntercept;
    }

    /// @notice The weights as they are, with nine decimals.
    function weightsNow() external view returns (int64[] memory) {
        return _row.load(_row.count, !_learned).unpacked(_row.count);
    }

    // ---------------------------------------------------------- logic: private

    function _isWhole() internal view override returns (bool) {
        return _row.count != 0;
    }

    /// @dev The weights, what they say of a sample, and the sample's squared length. Nothing
    /// overflows: a product is below 2^126, and there are 2^12 of them.
    function _judge(int64[] calldata features)
        private
        view
        returns (bytes memory packed, uint64 class, uint256 squaredLength)
    {
        packed = _row.load(_row.count, !_learned);
        int256 sum = int256(intercept()) * _ONE;
        unchecked {
            for (uint256 i = 0; i < features.length; ++i) {
                int256 value = features.at(i);
                if (int64(value) != value) Features.refuse(i, value);
                sum += packed.weightAt(i) * value;
                squaredLength += uint256(value * value);
            }
        }
        class = sum > 0 ? 1 : 0;
    }

    function _learn(bytes memory packed, int64[] calldata features, uint64 class) private {
        int256 step = class == 1 ? int256(uint256(learningRate)) : -int256(uint256(learningRate));
        _intercept = WeightRow.saturated(intercept() + step);
        unchecked {
            for (uint256 i = 0; i < features.length; ++i) {
                packed.put(i, packed.weightAt(i) + features.at(i) * step / _ONE);
            }
        }
        _row.store(packed);
        _learned = true;
    }
}
