// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "./interfaces/IAgreement.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {RoundPhases} from "./lib/RoundPhases.sol";

/// @title The rounds of all groups as they are looked at
/// @dev EncryptedRounds adds what is done with them.
abstract contract RoundViews is IRounds {
    using RoundPhases for RoundPhases.Group;
    using RoundPhases for RoundPhases.Round;

    // -------------------------------------------------------------- constants

    /// @inheritdoc IRounds
    IAgreement public immutable override agreement;

    // ---------------------------------------------------------------- storage

    mapping(uint64 group => RoundPhases.Group) internal _groups;

    // ------------------------------------------------------------ constructor

    constructor(IAgreement agreement_) {
        agreement = agreement_;
    }

    // ----------------------------------------------------------- logic: terms

    /// @inheritdoc IRounds
    function termsDigest(Terms calldata terms) public view override returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), terms));
    }

    /// @inheritdoc IRounds
    function termsOf(uint64 group) external view override returns (Terms memory) {
        return _opened(group).terms;
    }

    // ---------------------------------------------------------- logic: rounds

    /// @inheritdoc IRounds
    function lastRound(uint64 group) external view override returns (uint64) {
        return _groups[group].lastRound;
    }

    /// @inheritdoc IRounds
    function stateOf(uint64 group, uint64 round) external view override returns (State memory) {
        RoundPhases.Group storage learning = _opened(group);
        return learning.state(learning.rounds[round]);
    }

    /// @inheritdoc IRounds
    function progressOf(uint64 group, uint64 round, uint16 place)
        external
        view
        override
        returns (uint32 submitted, uint32 shared)
    {
        RoundPhases.Round storage asked = _groups[group].rounds[round];
        return (asked.updates[place].next, asked.shares[place].next);
    }

    /// @inheritdoc IRounds
    function announcementOf(uint64 group, uint64 round, uint16 place)
        external
        view
        override
        returns (bytes32)
    {
        return _groups[group].rounds[round].announcements[place];
    }

    /// @inheritdoc IRounds
    function isCounted(uint64 group, uint64 round, uint16 place)
        external
        view
        override
        returns (bool)
    {
        return _groups[group].rounds[round].isCounted(place);
    }

    /// @inheritdoc IRounds
    function digestOf(uint64 group, uint64 round, uint16 place, uint32 chunk)
        external
        view
        override
        returns (bytes32)
    {
        return _groups[group].rounds[round].updates[place].digestOf[chunk];
    }

    /// @inheritdoc IRounds
    function shareDigestOf(uint64 group, uint64 round, uint16 place, uint32 chunk)
        external
        view
        override
        returns (bytes32)
    {
        return _groups[group].rounds[round].shares[place].digestOf[chunk];
    }

    /// @inheritdoc IRounds
    function sumOf(uint64 group, uint64 round, uint32 chunk)
        external
        view
        override
        returns (uint16 folded, bytes32 digest)
    {
        RoundPhases.Round storage asked = _groups[group].rounds[round];
        bytes32 whole = asked.sums[chunk];
        folded = asked.foldedOf(chunk);
        digest = whole != 0 ? whole : asked.partials[chunk].digest;
    }

    function _opened(uint64 group) internal view returns (RoundPhases.Group storage learning) {
        learning = _groups[group];
        if (learning.chunks == 0) revert NotOpen(group);
    }
}
