// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {Counts} from "../lib/Counts.sol";
import {Limits} from "../lib/Limits.sol";
import {Tally} from "../lib/Tally.sol";
import {Classifier} from "./Classifier.sol";

/// @title The nearest mean of samples that are lists of ascending indices
/// @notice A class's centroid is count / n in each feature: how often that was one in its n samples.
/// The squared distance of a sample x of L ones is, with S the sum of all squared counts and T that
/// of the counts at the sample's features,
///
///     |x − c|² = S / n² − 2 · T / n + L
///
/// and the model gives the class where it is least. Learning a sample touches its own features only:
/// n grows by one, which scales all other values of the centroid by n/(n+1) and its squared length by
/// (n/(n+1))², and S by 2 · T + L. All of it is integers; fractions are compared multiplied out, so
/// nothing is rounded, ever.
///
/// The admin brings a class in chunks of counts (`bring`) and then names it (`addClass`).
contract SparseNearestCentroid is Classifier {
    using Counts for Counts.Table;
    using Tally for Tally.Class;

    // -------------------------------------------------------------- constants

    /// @dev No count is above the number of samples, below 2^28, in 2^24 features at most: the squares
    /// sum up to less than 2^80.
    uint256 private constant _MOST_SQUARES = type(uint80).max;

    // ---------------------------------------------------------------- storage

    uint32 private _features;
    uint32 private _epoch;
    mapping(uint64 class => Tally.Class) private _tallies;
    Counts.Table private _counts;

    // ------------------------------------------------------------ constructor

    constructor(uint32 features) {
        Limits.requireRoom(Counts.MOST_FEATURES, 0, features);
        _features = features;
        _note(abi.encode(features));
    }

    // ------------------------------------------------------- logic: the admin

    /// @notice Bring counts of the class that is added next; indices ascend, over chunks too.
    function bring(uint32[] calldata indices, uint32[] calldata counts) external {
        _requireAdmin();
        _counts.bring(classCount(), _features, indices, counts);
        _note(msg.data);
        emit WeightsBrought(indices.length);
    }

    /// @notice Add a class of so many samples, with the counts that were brought for it. Reverts
    /// TooFewSamples for none, or where a feature occurred in more samples than there are.
    function addClass(string calldata name, uint32 samples) external {
        _requireAdmin();
        uint64 class = classCount();
        Counts.Draft memory draft = _counts.close();
        uint256 least = draft.highest == 0 ? 1 : draft.highest;
        if (samples < least) revert Limits.TooFewSamples(least, samples);
        _tallies[class] = Tally.started(class, samples, draft.squares, _MOST_SQUARES);
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
        uint256 added = 2 * _counts.learn(class, features, epoch) + features.length;
        _tallies[class] = _tallies[class].learned(class, epoch, added, _MOST_SQUARES);
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
        uint256[] memory words = _counts.load(0, features, epoch);
        (int256 least, int256 leastSquare) = _distance(words, 0, epoch);
        for (uint64 class = 1; class < classes; class++) {
            if (class % Counts.A_WORD == 0) words = _counts.load(class, features, epoch);
            (int256 distance, int256 square) = _distance(words, class, epoch);
            if (distance * leastSquare < least * square) {
                (least, leastSquare, best) = (distance, square, class);
            }
        }
    }

    /// @inheritdoc IClassifier
    function featureCount() external view override returns (uint256) {
        return _features;
    }

    /// @notice How many samples a class has, brought and learned, and the sum of its squared counts.
    function tallyOf(uint64 class) external view returns (uint256 samples, uint256 squares) {
        return _tallies[class].amounts(_epoch);
    }

    /// @notice In how many of a class's samples a feature was one, brought and learned.
    function countOf(uint64 class, uint256 feature) external view returns (uint256) {
        return _counts.countOf(class, feature, _epoch);
    }

    /// @dev The squared distance without what all classes share, L, as a fraction: S − 2 · T · n, below
    /// 2^81 either way, over n², below 2^56.
    function _distance(uint256[] memory words, uint64 class, uint32 epoch)
        private
        view
        returns (int256 distance, int256 square)
    {
        (uint256 samples, uint256 squares) = _tallies[class].amounts(epoch);
        uint256 total = 0;
        unchecked {
            for (uint256 i = 0; i < words.length; i++) {
                total += Counts.countIn(words[i], class);
            }
        }
        return (int256(squares) - int256(2 * total * samples), int256(samples * samples));
    }

    function _isWhole() internal view override returns (bool) {
        return classCount() > 0 && _counts.draft.next == 0;
    }
}
