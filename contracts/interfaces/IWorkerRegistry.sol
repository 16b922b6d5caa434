// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Who works: joins, leaves, and is busy with which job
/// @notice The counter grown up: joining adds the caller to a set of workers, leaving takes it out.
/// A worker that picked up a job is busy until that job is closed, and can't leave until then.
/// @dev The account that deployed the registry appoints the markets whose jobs make workers busy.
/// A market does not tell when a job ends, because closing a job would then grow with its workers:
/// the registry asks the market whether the job is still open.
interface IWorkerRegistry {
    /// @notice The worker has not joined, or has left.
    error NotRegistered(address worker);
    /// @notice The worker joined before and has not left.
    error AlreadyRegistered(address worker);
    /// @notice The worker holds a seat in a job that is still open.
    error Busy(address worker, address market, uint64 job);
    /// @notice Only an appointed market makes workers busy.
    error NotMarket(address caller);

    /// @notice Jobs of this market make workers busy from now on.
    event MarketAppointed(address indexed market);
    /// @notice A worker registered; `workers` is how many there are now.
    event WorkerJoined(address indexed worker, uint64 workers);
    /// @notice A worker gave up its registration; `workers` is how many there are now.
    event WorkerLeft(address indexed worker, uint64 workers);
    /// @notice A worker is busy until the job is closed.
    event WorkerEngaged(address indexed worker, address indexed market, uint64 indexed job);

    /// @notice Let a market make workers busy. Server only; reverts IJobBoard.NotServer.
    function appoint(address market) external;

    /// @notice Register the caller. Reverts AlreadyRegistered.
    function join() external;

    /// @notice End the caller's registration. Reverts NotRegistered, Busy.
    function leave() external;

    /// @notice Note that a worker picked up a job of the calling market.
    /// @dev Appointed markets only. Reverts NotMarket, NotRegistered, Busy.
    function engage(address worker, uint64 job) external;

    /// @notice How many workers are registered.
    function count() external view returns (uint64);

    /// @notice The workers in no particular order, `index` below `count`; zero beyond.
    /// @dev The last one takes the place of one that leaves.
    function workerAt(uint64 index) external view returns (address);

    /// @notice Whether the account is registered.
    function isRegistered(address worker) external view returns (bool);

    /// @notice The open job a worker is busy with; zeros where it is free.
    function engagementOf(address worker) external view returns (address market, uint64 job);

    /// @notice Whether jobs of this market make workers busy.
    function isMarket(address market) external view returns (bool);

    /// @notice Who appoints markets.
    function server() external view returns (address);
}
