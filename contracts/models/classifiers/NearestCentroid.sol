// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {Features} from "../lib/Features.sol";
import {Lanes} from "../lib/Lanes.sol";
import {Limits} from "../lib/Limits.sol";
import {Classifier} from "./Classifier.sol";

/// @title The nearest mean of dense samples
/// @notice A sample is a value for each feature, with nine decimals. The model gives the class whose
/// centroid c has the least Σ(d − c)². Learning a sample d moves its class's centroid, the mean of n
/// samples, to (c · n + d) / (n + 1), rounded towards zero. What is learned has unit length, so that
/// no sample pulls harder than another. A centroid's values have 32 bits: a mean never leaves the
/// range of what it is the mean of.
///
/// What the admin brought and what was learned lie apart: a class that learned nothing since the last
/// reset is read where it was brought. A class's first sample after a reset therefore writes all of
/// it, which overwrites what lies there.
///
/// The admin brings a class in chunks of values (`bring`) and then names it (`addClass`).
contract NearestCentroid is Classifier {
    using Features for int64[];

    // ------------------------------------------------------------------ types

    /// @dev In one slot. What was learned is of `epoch` + 1; 0: nothing ever was.
    struct Centroid {
        uint64 learnedIn;
        uint32 broughtSamples;
        uint32 samples;
    }

    // -------------------------------------------------------------- constants

    /// @notice A class takes this many samples: n · c has 63 bits.
    uint256 public constant MOST_SAMPLES = type(uint32).max;
    /// @notice A sample of as many features fills the largest transaction, 128 KB.
    uint256 public constant MOST_FEATURES = 4_096;

    // ---------------------------------------------------------------- storage

    uint16 private _features;
    /// @dev How many there were when the model became ready.
    uint16 private _least;
    /// @dev How many values of the class that is added next are there.
    uint16 private _brought;
    uint32 private _epoch;
    mapping(uint64 class => Centroid) private _centroids;
    mapping(uint64 class => mapping(uint256 index => uint256 word)) private _initial;
    mapping(uint64 class => mapping(uint256 index => uint256 word)) private _learned;

    // ------------------------------------------------------------ constructor

    constructor(uint32 features) {
        Limits.requireRoom(MOST_FEATURES, 0, features);
        (_features, _least) = (uint16(features), uint16(features));
        _note(abi.encode(features));
    }

    // ------------------------------------------------------- logic: the admin

    /// @notice Bring values of the class that is added next, from feature `first` on: behind those
    /// there are. Reverts OutOfOrder, NoFeatures, WrongLength, FeatureOutOfRange beyond 32 bits.
    function bring(uint256 first, int64[] calldata values) external {
        _requireAdmin();
        uint256 brought = _brought;
        if (first != brought) revert OutOfOrder(brought, first);
        if (values.length == 0) revert NoFeatures();
        uint256 total = brought + values.length;
        if (total > _features) revert WrongLength(_features, total);
        _brought = uint16(total);
        Lanes.put(_initial[classCount()], first, values);
        _note(msg.data);
        emit WeightsBrought(values.length);
    }

    /// @notice Add the class whose values were all brought, the mean of so many samples.
    function addClass(string calldata name, uint32 samples) external {
        _requireAdmin();
        if (_brought != _features) revert WrongLength(_features, _brought);
        if (samples == 0) revert Limits.TooFewSamples(1, samples);
        _brought = 0;
        _centroids[classCount()].broughtSamples = samples;
        _addClass(name);
        _note(msg.data);
    }

    /// @notice Add features: their values in each class, in the order of classes; learned centroids
    /// take them over.
    function addFeatures(int64[][] calldata values) external {
        _requireAdmin();
        uint64 classes = classCount();
        if (values.length != classes) revert WrongLength(classes, values.length);
        if (classes == 0) revert UnknownClass(0, 0);
        uint256 count = values[0].length;
        uint256 features = _features;
        Limits.requireRoom(MOST_FEATURES, features, count);
        for (uint64 class = 0; class < classes; class++) {
            if (values[class].length != count) revert WrongLength(count, values[class].length);
            Lanes.put(_initial[class], features, values[class]);
            if (_hasLearned(class)) Lanes.put(_learned[class], features, values[class]);
        }
        _features = uint16(features + count);
        if (!isReady) _least = uint16(features + count);
        _note(msg.data);
        emit FeaturesAdded(count);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IClassifier
    function update(int64[] calldata features, uint64 class) external override {
        _requireTrainer();
        _requireClass(class);
        _requireLength(_features, features.length);
        _requireUnit(features.squaredLength());
        uint256 samples = samplesOf(class);
        if (samples == MOST_SAMPLES) revert Limits.TooManySamples(class);
        mapping(uint256 => uint256) storage from = _wordsOf(class);
        Centroid storage centroid = _centroids[class];
        (centroid.learnedIn, centroid.samples) = (uint64(_epoch) + 1, uint32(samples + 1));
        _move(from, _learned[class], features, int256(samples));
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
        (uint256 count, uint64 classes) = (_features, classCount());
        _requireKnown(_least, count, features.length);
        features.squaredLength(); // which refuses what is no int64
        uint256 least = type(uint256).max;
        for (uint64 class = 0; class < classes; class++) {
            uint256 distance = _distance(features, count, _wordsOf(class), least);
            if (distance < least) (least, best) = (distance, class);
        }
    }

    /// @inheritdoc IClassifier
    function featureCount() external view override returns (uint256) {
        return _features;
    }

    /// @notice How many samples a class's centroid is the mean of, brought and learned.
    function samplesOf(uint64 class) public view returns (uint256) {
        Centroid storage centroid = _centroids[class];
        return _hasLearned(class) ? centroid.samples : centroid.broughtSamples;
    }

    /// @notice `count` values of a class's centroid from feature `first` on.
    function centroidOf(uint64 class, uint256 first, uint256 count)
        external
        view
        returns (int64[] memory values)
    {
        mapping(uint256 => uint256) storage words = _wordsOf(class);
        values = new int64[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 place = first + i;
            uint256 word = words[place / Lanes.A_WORD] >> (32 * (place % Lanes.A_WORD));
            values[i] = int64(Lanes.lowest(word));
        }
    }

    function _hasLearned(uint64 class) private view returns (bool) {
        return _centroids[class].learnedIn == uint64(_epoch) + 1;
    }

    function _wordsOf(uint64 class)
        private
        view
        returns (mapping(uint256 index => uint256 word) storage)
    {
        return _hasLearned(class) ? _learned[class] : _initial[class];
    }

    /// @dev Σ(d − c)² over `count` features, or a part of it that is `enough` already. Features have 64 bits and there are
    /// 4,096 at most: the sum has 142.
    function _distance(
        int64[] calldata features,
        uint256 count,
        mapping(uint256 index => uint256 word) storage words,
        uint256 enough
    ) private view returns (uint256 sum) {
        uint256 given = features.length;
        unchecked {
            for (uint256 i = 0; i < count && sum < enough;) {
                uint256 word = words[i / Lanes.A_WORD];
                uint256 end = i + Lanes.A_WORD < count ? i + Lanes.A_WORD : count;
                for (; i < end; i++) {
                    int256 gap = (i < given ? features.at(i) : int256(0)) - Lanes.lowest(word);
                    sum += uint256(gap * gap);
                    word = Lanes.rest(word);
                }
            }
        }
    }

    /// @dev Write (c · n + d) / (n + 1) for each value. Both are below 2^31 and n below 2^32.
    function _move(
        mapping(uint256 index => uint256 word) storage from,
        mapping(uint256 index => uint256 word) storage to,
        int64[] calldata features,
        int256 samples
    ) private {
        uint256 count = features.length;
        unchecked {
            for (uint256 i = 0; i < count;) {
                uint256 index = i / Lanes.A_WORD;
                (uint256 word, uint256 made) = (from[index], 0);
                for (uint256 lane = 0; lane < Lanes.A_WORD && i < count; lane++) {
                    int256 mean = (Lanes.lowest(word) * samples + features.at(i++)) / (samples + 1);
                    made = Lanes.with(made, lane, mean);
                    word = Lanes.rest(word);
                }
                to[index] = made;
            }
        }
    }

    function _isWhole() internal view override returns (bool) {
        return classCount() > 0 && _brought == 0;
    }
}
