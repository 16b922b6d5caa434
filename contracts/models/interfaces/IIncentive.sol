// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDataHandler} from "./IDataHandler.sol";

/// @title Why good data pays: what adding costs, what comes back, and to whom
/// @notice The mechanism holds all money; amounts owed are withdrawn by whom they are owed. The
/// trainer asks it at each contribution, refund and report; it reverts by name where that is not due.
interface IIncentive {
    error NotTrainer(address sender);
    error NotAdmin(address sender);
    error TrainerNamed(address trainer);
    /// @notice Less was paid than adding data costs now.
    error TooLittle(uint256 cost, uint256 paid);
    /// @notice The wait is not over.
    error TooEarly(uint256 from, uint256 now_);
    /// @notice Nothing is left to claim.
    error NothingToClaim();
    /// @notice The model does not give the contribution's class (any more).
    error ModelDisagrees();
    /// @notice The model gives the contribution's class: it is no bad data.
    error ModelAgrees();
    /// @notice A refund is its author's.
    error NotAuthor(address sender, address author);
    /// @notice An author can't report its own data.
    error OwnData(address author);
    /// @notice Who reports needs good data of its own.
    error NoGoodData(address reporter);
    /// @notice The waits come in the order refund, owner, anybody.
    error WaitsOutOfOrder(uint64 refundWait, uint64 ownerWait, uint64 anyWait);
    /// @notice So many wei can't be kept account of: 2^128 and more to an account.
    error TooMuch(uint256 amount);
    /// @notice The mechanism does not know that step.
    error Unsupported();
    /// @notice The account is owed nothing.
    error NothingOwed(address account);
    /// @notice The account does not take its wei.
    error PaymentRefused(address account);

    event TrainerAppointed(address indexed trainer);
    event Credited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);

    /// @notice What adding data costs now, in wei.
    function cost() external view returns (uint256);

    /// @notice A contribution comes in with all that its author paid; of the trainer. What is beyond
    /// the cost is credited to the author. Returns the deposit: the cost.
    function onData(address author, bytes32 key) external payable returns (uint256 deposit);

    /// @notice Whether a report needs the model's word now. Where it does not, the trainer passes
    /// `agrees` as false and never asks the model: no deposit is locked in because a model no longer
    /// takes the sample.
    function asksModel(address reporter, uint64 addedAt) external view returns (bool);

    /// @notice `author` wants its deposit back; of the trainer. Returns how much of the claimable
    /// amount it is credited.
    function onRefund(address author, IDataHandler.Contribution calldata data, bool agrees)
        external
        returns (uint256 amount);

    /// @notice `reporter` takes a part of a deposit; of the trainer. `agrees`: the model gives the
    /// contribution's class. Returns how much of the claimable amount it is credited.
    function onReport(address reporter, IDataHandler.Contribution calldata data, bool agrees)
        external
        returns (uint256 amount);

    /// @notice Name who may take data in; of the admin (the deployer), once.
    function appoint(address trainer) external;
    function admin() external view returns (address);
    function trainer() external view returns (address);

    /// @notice What the account can withdraw, in wei.
    function owed(address account) external view returns (uint256);

    /// @notice How many contributions the account made, and how many of them the model agreed with
    /// when it asked for their refund.
    function standingOf(address account) external view returns (uint64 submitted, uint64 good);

    /// @notice Pay the sender what it is owed.
    function withdraw() external;
}
