// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What accounts have here, and how they get it: by asking
interface IPurse {
    /// @notice Another amount has to come with the call.
    error WrongValue(uint256 expected, uint256 given);
    /// @notice The account has nothing here.
    error NothingToWithdraw(address account);
    /// @notice The account did not take what it was sent.
    error NotTaken(address account);

    /// @notice An account has so many wei more here.
    event Credited(address indexed account, uint256 amount);
    /// @notice An account took all it had.
    event Withdrawn(address indexed account, uint256 amount);

    /// @notice Send the caller all it has here. Reverts NothingToWithdraw, NotTaken.
    function withdraw() external;

    /// @notice What an account can withdraw, in wei.
    function balanceOf(address account) external view returns (uint256);
}
