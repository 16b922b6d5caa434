// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "./IClassifier.sol";
import {IDataHandler} from "./IDataHandler.sol";
import {IIncentive} from "./IIncentive.sol";

/// @title One model that everybody may train, and the three parts it is made of
/// @notice addData: the incentive takes the deposit, the handler notes the data, the model learns.
/// refund: the author has the deposit back when the model still agrees. report: others take it when
/// the model disagrees. Data is handed in again and known by its key.
interface ICollaborativeTrainer {
    /// @notice The trainer is made of contracts that are there already.
    error NotContract(address part);
    /// @notice A contribution has fewer features. A contract can make up more than a transaction
    /// holds, and then nobody could report it, nor let a market's scorer learn it, by a transaction.
    error TooManyFeatures(uint256 most, uint256 given);

    event DataLearned(address indexed author, bytes32 indexed key, uint64 indexed class, uint256 deposit);
    event Refunded(address indexed author, bytes32 indexed key, uint256 amount);
    event Reported(address indexed reporter, bytes32 indexed key, address indexed author, uint256 amount);

    /// @notice Give the model a sample to learn, and wei that cover the incentive's cost. Reverts
    /// TooManyFeatures beyond 4,080, and as the three parts do: TooLittle, DataConflict, and whatever
    /// the model does not take.
    function addData(int64[] calldata features, uint64 class) external payable;

    /// @notice Have the deposit of the sender's own data back. Reverts with UnknownData, AlreadyClaimed
    /// (the handler), NothingToClaim, TooEarly, ModelDisagrees (the incentive).
    function refund(int64[] calldata features, uint64 class, uint64 addedAt) external;

    /// @notice Take of the deposit of data that `author` gave. Reverts with UnknownData, AlreadyClaimed
    /// (the handler), NothingToClaim, OwnData, TooEarly, ModelAgrees, NoGoodData (the incentive).
    function report(int64[] calldata features, uint64 class, uint64 addedAt, address author) external;

    /// @notice The class the model gives a sample now: a free call.
    function predict(int64[] calldata features) external view returns (uint64);

    function classifier() external view returns (IClassifier);
    function dataHandler() external view returns (IDataHandler);
    function incentive() external view returns (IIncentive);
}
