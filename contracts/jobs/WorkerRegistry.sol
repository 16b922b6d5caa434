// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {IWorkerRegistry} from "../interfaces/IWorkerRegistry.sol";

/// @title Who works: joins, leaves, and is busy with which job
contract WorkerRegistry is IWorkerRegistry {
    // -------------------------------------------------------------- constants

    /// @inheritdoc IWorkerRegistry
    address public immutable override server;

    // ---------------------------------------------------------------- storage

    /// @dev In one slot. `place` is the worker's index + 1; 0: it is not registered. The job stays
    /// noted when it is closed, and says nothing then.
    struct Entry {
        uint32 place;
        uint64 job;
        address market;
    }

    mapping(address worker => Entry) private _entryOf;
    address[] private _workers;
    /// @inheritdoc IWorkerRegistry
    mapping(address market => bool) public override isMarket;

    // ------------------------------------------------------------ constructor

    constructor() {
        server = msg.sender;
    }

    // ------------------------------------------------------ logic: the server

    /// @inheritdoc IWorkerRegistry
    function appoint(address market) external override {
        if (msg.sender != server) revert IJobBoard.NotServer(msg.sender);
        isMarket[market] = true;
        emit MarketAppointed(market);
    }

    // ----------------------------------------------------- logic: the workers

    /// @inheritdoc IWorkerRegistry
    function join() external override {
        if (isRegistered(msg.sender)) revert AlreadyRegistered(msg.sender);
        _workers.push(msg.sender);
        _entryOf[msg.sender].place = uint32(_workers.length);
        emit WorkerJoined(msg.sender, count());
    }

    /// @inheritdoc IWorkerRegistry
    function leave() external override {
        _requireFree(msg.sender);
        _remove(_entryOf[msg.sender].place);
        delete _entryOf[msg.sender];
        emit WorkerLeft(msg.sender, count());
    }

    // ----------------------------------------------------- logic: the markets

    /// @inheritdoc IWorkerRegistry
    function engage(address worker, uint64 job) external override {
        if (!isMarket[msg.sender]) revert NotMarket(msg.sender);
        _requireFree(worker);
        Entry storage entry = _entryOf[worker];
        (entry.market, entry.job) = (msg.sender, job);
        emit WorkerEngaged(worker, msg.sender, job);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IWorkerRegistry
    function engagementOf(address worker)
        public
        view
        override
        returns (address market, uint64 job)
    {
        Entry memory entry = _entryOf[worker];
        if (entry.job != 0 && IJobMarket(entry.market).isOpen(entry.job)) {
            return (entry.market, entry.job);
        }
    }

    /// @inheritdoc IWorkerRegistry
    function isRegistered(address worker) public view override returns (bool) {
        return _entryOf[worker].place != 0;
    }

    /// @inheritdoc IWorkerRegistry
    function count() public view override returns (uint64) {
        return uint64(_workers.length);
    }

    /// @inheritdoc IWorkerRegistry
    function workerAt(uint64 index) external view override returns (address) {
        return index < _workers.length ? _workers[index] : address(0);
    }

    function _requireFree(address worker) private view {
        if (!isRegistered(worker)) revert NotRegistered(worker);
        (address market, uint64 job) = engagementOf(worker);
        if (job != 0) revert Busy(worker, market, job);
    }

    function _remove(uint32 place) private {
        address last = _workers[_workers.length - 1];
        _workers[place - 1] = last;
        _entryOf[last].place = place;
        _workers.pop();
    }
}
