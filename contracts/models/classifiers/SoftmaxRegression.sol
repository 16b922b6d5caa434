// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {Exponential} from "../lib/Exponential.sol";
import {Features} from "../lib/Features.sol";
import {WeightRow} from "../lib/WeightRow.sol";
import {Classifier} from "./Classifier.sol";

/// @title Softmax regression that learns by one step of gradient descent a sample
/// @notice A class scores bias + Σ weight · value, and the highest score is the answer; a class's
/// share is e^score by the sum of all classes' e^score. Each sample, of unit length, moves the
/// weights down the gradient of its cross entropy: weight − rate · (share − 1 for the sample's
/// class) · value, and bias likewise without the value. Shares have nine decimals, rounded down; a
/// step is rounded towards zero once. Weights and biases are int64: up to 9.2e9, where they stay.
///
/// A class comes in as chunks of its weights, then its name and bias: it is there when it is whole.
contract SoftmaxRegression is Classifier {
    using Features for int64[];
    using WeightRow for WeightRow.Row;
    using WeightRow for bytes;

    // ------------------------------------------------------------------ types

    struct Class {
        int64 initialBias;
        int64 bias;
        WeightRow.Row row;
    }

    // -------------------------------------------------------------- constants

    int256 private constant _ONE = int256(ONE);
    int256 private constant _ONE_SQUARED = int256(Exponential.ONE);

    /// @notice The learning rate, with nine decimals.
    uint64 public immutable learningRate;

    // ---------------------------------------------------------------- storage

    /// @dev With the trainer in one slot. Until `_learned` the model is as it began.
    bool private _learned;
    uint32 private _featureCount;
    /// @dev How many features there were when the model became ready.
    uint32 private _least;
    mapping(uint256 class => Class) private _classes;

    // ------------------------------------------------------------ constructor

    constructor(uint256 featureCount_, uint64 learningRate_) {
        learningRate = learningRate_;
        _widen(featureCount_);
        _note(abi.encode(featureCount_, learningRate_));
    }

    // ------------------------------------------------------- logic: the admin

    /// @notice Initial weights of the next class, those of features from `first` on. Reverts
    /// NotAdmin, NoFeatures, OutOfOrder, TooManyWeights.
    function bring(uint256 first, int64[] calldata weights) external {
        _requireAdmin();
        _note(msg.data);
        _classes[classCount()].row.append(first, weights, _featureCount);
        emit WeightsBrought(weights.length);
    }

    /// @notice The next class, whose weights have been brought. Reverts NotAdmin; WrongLength
    /// unless there is one for each feature.
    function addClass(string calldata name, int64 bias) external {
        _requireAdmin();
        Class storage class = _classes[classCount()];
        if (class.row.count != _featureCount) revert WrongLength(_featureCount, class.row.count);
        _note(msg.data);
        (class.initialBias, class.bias) = (bias, bias);
        _addClass(name);
    }

    /// @notice Features behind those there are, whose weights are 0 in all classes. Reverts
    /// NotAdmin, NoFeatures, TooManyWeights.
    function addFeatures(uint256 count) external {
        _requireAdmin();
        _note(msg.data);
        _widen(count);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IClassifier
    function update(int64[] calldata features, uint64 class) external override {
        _requireTrainer();
        _requireClass(class);
        _requireLength(_featureCount, features.length);
        _requireUnit(features.squaredLength());
        bytes[] memory rows = _load(classCount());
        uint256[] memory shares = _shares(_scores(rows, features));
        for (uint256 k = 0; k < rows.length; ++k) {
            int256 error_ = int256(shares[k]) - (k == class ? _ONE : int256(0));
            _move(k, rows[k], features, -int256(uint256(learningRate)) * error_);
        }
        if (!_learned) _learned = true;
        emit Updated(class, true);
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
        int256[] memory scores = _judge(features);
        for (uint256 k = 1; k < scores.length; ++k) {
            if (scores[k] > scores[class]) class = uint64(k);
        }
    }

    /// @notice Each class's share of a sample, with nine decimals; rounded down, so that they add
    /// up to one or a unit a class less. Reverts as `predict`.
    function sharesOf(int64[] calldata features) external view returns (uint256[] memory) {
        return _shares(_judge(features));
    }

    /// @inheritdoc IClassifier
    function featureCount() external view override returns (uint256) {
        return _featureCount;
    }

    /// @notice The weights of a class as they are, with nine decimals. Reverts UnknownClass.
    function weightsOf(uint64 class) external view returns (int64[] memory) {
        _requireClass(class);
        uint256 count = _featureCount;
        return _classes[class].row.load(count, !_learned).unpacked(count);
    }

    /// @notice The bias of a class as it is, with nine decimals; 0 where there is no such class.
    function biasOf(uint256 class) public view returns (int64) {
        return _learned ? _classes[class].bias : _classes[class].initialBias;
    }

    // ---------------------------------------------------------- logic: private

    function _isWhole() internal view override returns (bool) {
        return classCount() > 1;
    }

    function _widen(uint256 count) private {
        if (count == 0) revert NoFeatures();
        if (count > WeightRow.MOST_WEIGHTS - _featureCount) {
            revert WeightRow.TooManyWeights(WeightRow.MOST_WEIGHTS, count);
        }
        _featureCount += uint32(count);
        if (!isReady) _least = _featureCount;
        emit FeaturesAdded(count);
    }

    function _judge(int64[] calldata features) private view returns (int256[] memory) {
        _requireReady();
        _requireKnown(_least, _featureCount, features.length);
        features.squaredLength(); // which refuses what is no int64
        return _scores(_load(classCount()), features);
    }

    function _load(uint256 classes) private view returns (bytes[] memory rows) {
        (uint256 count, bool asBegan) = (_featureCount, !_learned);
        rows = new bytes[](classes);
        for (uint256 k = 0; k < classes; ++k) {
            rows[k] = _classes[k].row.load(count, asBegan);
        }
    }

    /// @dev With 18 decimals. Nothing overflows: a product is below 2^126, and there are 2^12 of
    /// them.
    function _scores(bytes[] memory rows, int64[] calldata features)
        private
        view
        returns (int256[] memory scores)
    {
        scores = new int256[](rows.length);
        for (uint256 k = 0; k < rows.length; ++k) {
            int256 sum = int256(biasOf(k)) * _ONE;
            bytes memory row = rows[k];
            unchecked {
                for (uint256 i = 0; i < features.length; ++i) {
                    sum += row.weightAt(i) * features.at(i);
                }
            }
            scores[k] = sum;
        }
    }

    function _shares(int256[] memory scores) private pure returns (uint256[] memory shares) {
        shares = new uint256[](scores.length);
        int256 most = scores[0];
        for (uint256 k = 1; k < scores.length; ++k) {
            if (scores[k] > most) most = scores[k];
        }
        uint256 total = 0;
        for (uint256 k = 0; k < scores.length; ++k) {
            shares[k] = Exponential.negative(uint256(most - scores[k]));
            total += shares[k];
        }
        for (uint256 k = 0; k < scores.length; ++k) {
            shares[k] = shares[k] * ONE / total;
        }
    }

    /// @dev Move a class by `step` (18 decimals) times the sample.
    function _move(uint256 k, bytes memory row, int64[] calldata features, int256 step) private {
        _classes[k].bias = WeightRow.saturated(biasOf(k) + step / _ONE);
        unchecked {
            for (uint256 i = 0; i < features.length; ++i) {
                int256 value = features.at(i);
                // Half the pixels of an image are 0.
                if (value != 0) row.put(i, row.weightAt(i) + step * value / _ONE_SQUARED);
            }
        }
        _classes[k].row.store(row);
    }
}
