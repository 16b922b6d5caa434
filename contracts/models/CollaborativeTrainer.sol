// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "./interfaces/IClassifier.sol";
import {ICollaborativeTrainer} from "./interfaces/ICollaborativeTrainer.sol";
import {IDataHandler} from "./interfaces/IDataHandler.sol";
import {IIncentive} from "./interfaces/IIncentive.sol";
import {Loaded, Samples} from "./lib/Samples.sol";

/// @title The way of a sample through incentive, records and model
/// @dev It holds neither wei nor state. Each part's admin has to appoint it.
contract CollaborativeTrainer is ICollaborativeTrainer {
    using Samples for int64[];

    // -------------------------------------------------------------- constants

    /// @dev So many words leave a report, the longest call there is of a contribution, 348 bytes of
    /// the 131,072 that a GoQuorum node takes at most for all else in its transaction.
    uint256 private constant _MOST_FEATURES = 4_080;

    /// @inheritdoc ICollaborativeTrainer
    IClassifier public immutable override classifier;
    /// @inheritdoc ICollaborativeTrainer
    IDataHandler public immutable override dataHandler;
    /// @inheritdoc ICollaborativeTrainer
    IIncentive public immutable override incentive;

    // ------------------------------------------------------------ constructor

    constructor(IClassifier classifier_, IDataHandler dataHandler_, IIncentive incentive_) {
        _requireContract(address(classifier_));
        _requireContract(address(dataHandler_));
        _requireContract(address(incentive_));
        (classifier, dataHandler, incentive) = (classifier_, dataHandler_, incentive_);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc ICollaborativeTrainer
    function addData(int64[] calldata features, uint64 class) external payable override {
        if (features.length > _MOST_FEATURES) {
            revert TooManyFeatures(_MOST_FEATURES, features.length);
        }
        Loaded sample = features.load();
        bytes32 key = sample.keyOf(class, uint64(block.timestamp), msg.sender);
        uint256 deposit = incentive.onData{value: msg.value}(msg.sender, key);
        sample.notedBy(dataHandler, class, msg.sender, deposit);
        sample.learnedBy(classifier, class);
        emit DataLearned(msg.sender, key, class, deposit);
    }

    /// @inheritdoc ICollaborativeTrainer
    function refund(int64[] calldata features, uint64 class, uint64 addedAt) external override {
        Loaded sample = features.load();
        bytes32 key = sample.keyOf(class, addedAt, msg.sender);
        IDataHandler.Contribution memory data = dataHandler.claim(key, msg.sender);
        bool agrees = sample.predictedBy(classifier) == class;
        uint256 amount = incentive.onRefund(msg.sender, data, agrees);
        dataHandler.settle(key, msg.sender, amount);
        emit Refunded(msg.sender, key, amount);
    }

    /// @inheritdoc ICollaborativeTrainer
    function report(int64[] calldata features, uint64 class, uint64 addedAt, address author)
        external
        override
    {
        Loaded sample = features.load();
        bytes32 key = sample.keyOf(class, addedAt, author);
        IDataHandler.Contribution memory data = dataHandler.claim(key, msg.sender);
        bool agrees =
            incentive.asksModel(msg.sender, addedAt) && sample.predictedBy(classifier) == class;
        uint256 amount = incentive.onReport(msg.sender, data, agrees);
        dataHandler.settle(key, msg.sender, amount);
        emit Reported(msg.sender, key, author, amount);
    }

    /// @inheritdoc ICollaborativeTrainer
    function predict(int64[] calldata features) external view override returns (uint64) {
        return features.load().predictedBy(classifier);
    }

    // ---------------------------------------------------------- logic: shared

    function _requireContract(address part) private view {
        if (part.code.length == 0) revert NotContract(part);
    }
}
