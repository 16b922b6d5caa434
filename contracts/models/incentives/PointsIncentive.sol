// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDataHandler} from "../interfaces/IDataHandler.sol";
import {IIncentive} from "../interfaces/IIncentive.sol";
import {Incentive} from "./Incentive.sol";

/// @title Points: data costs nothing, and the model's agreement after a wait is all there is to win
/// @notice The first claim of a contribution settles it: its author's refund counts as good data, a
/// report is noted by its event. One wait is enough: those after which more accounts may claim of a
/// deposit are never shorter.
contract PointsIncentive is Incentive {
    // -------------------------------------------------------------- constants

    /// @notice In units of the block's timestamp, from the contribution on: seconds but for Raft.
    uint64 public immutable refundWait;

    // ---------------------------------------------------------------- storage

    /// @notice How many contributions the model agreed with when asked.
    uint32 public totalGood;

    // ------------------------------------------------------------ constructor

    constructor(uint64 refundWait_) {
        refundWait = refundWait_;
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IIncentive
    function onData(address author, bytes32)
        external
        payable
        override
        onlyTrainer
        returns (uint256)
    {
        _book(author, msg.value, 1, 0);
        return 0;
    }

    /// @inheritdoc IIncentive
    function onRefund(address author, IDataHandler.Contribution calldata data, bool agrees)
        external
        override
        onlyTrainer
        returns (uint256)
    {
        if (author != data.author) revert NotAuthor(author, data.author);
        _requireDue(data);
        if (!agrees) revert ModelDisagrees();
        ++totalGood;
        _book(author, 0, 0, 1);
        return 0;
    }

    /// @inheritdoc IIncentive
    function onReport(address reporter, IDataHandler.Contribution calldata data, bool agrees)
        external
        view
        override
        onlyTrainer
        returns (uint256)
    {
        if (reporter == data.author) revert OwnData(reporter);
        _requireDue(data);
        if (agrees) revert ModelAgrees();
        return 0;
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IIncentive
    function cost() external pure override returns (uint256) {
        return 0;
    }

    // ---------------------------------------------------------- logic: shared

    function _requireDue(IDataHandler.Contribution calldata data) private view {
        if (data.claims != 0) revert NothingToClaim();
        uint256 from = uint256(data.addedAt) + refundWait;
        if (block.timestamp < from) revert TooEarly(from, block.timestamp);
    }
}
