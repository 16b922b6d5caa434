// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The smallest contract a worker can call: what a chain does when no weights travel
/// @notice A worker joins the learning process by incrementing the counter once.
interface ICounter {
    /// @notice A worker incremented the counter.
    /// @param worker Who called.
    /// @param count The counter after the call.
    event Incremented(address indexed worker, uint256 count);

    /// @notice Add one.
    function increment() external;

    /// @notice How often `increment` was called.
    function count() external view returns (uint256);
}
