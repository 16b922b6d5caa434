// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRounds} from "../interfaces/IRounds.sol";
import {Chunks} from "./Chunks.sol";

/// @title One group's rounds: on which terms, and in which phase each is
library RoundPhases {
    struct Group {
        IRounds.Terms terms;
        uint32 unitBytes;
        uint32 chunks;
        uint16 members;
        uint64 lastRound;
        mapping(uint64 round => Round) rounds;
    }

    /// @dev The sum of a chunk while updates are missing in it.
    struct Partial {
        bytes32 digest;
        uint16 folded;
    }

    /// @dev Its first six share a slot. `submitEnd` is the block in which the last member's update
    /// was complete, if all were. Bit i of `countedSet`: the update of member i counts. `sums` are
    /// digests of whole sums.
    struct Round {
        uint48 submitEnd;
        uint48 openEnd;
        uint64 countedSet;
        uint16 counted;
        uint16 opened;
        uint32 summed;
        mapping(uint16 place => Chunks.Stream) updates;
        mapping(uint16 place => Chunks.Stream) shares;
        mapping(uint32 chunk => bytes32) sums;
        mapping(uint32 chunk => Partial) partials;
    }

    // ------------------------------------------------------------ logic: terms

    /// @notice Reverts BadTerms for terms that a group of so many members can't learn by.
    function check(IRounds.Terms calldata terms, uint16 members) internal view {
        bool shared = terms.threshold != 0;
        // A phase begins in the block of a transaction that others see too late: a single block
        // would be its sender's alone.
        if (
            terms.units == 0 || terms.chunkUnits == 0 || address(terms.aggregation).code.length == 0
                || terms.quorum < (shared ? 2 : 1) || terms.quorum > members
                || terms.threshold == 1 || terms.threshold > members
                || (terms.seedBytes != 0 && !shared) || (terms.selfMasked && terms.seedBytes == 0)
                || terms.submitBlocks < 2 || terms.sumBlocks < 2 || terms.openBlocks < 2
        ) revert IRounds.BadTerms(members);
    }

    /// @notice The shape of an update, and of a member's decryption shares.
    function shape(Group storage group) internal view returns (Chunks.Shape memory) {
        return Chunks.Shape(
            group.terms.units, group.terms.chunkUnits, group.unitBytes, group.chunks
        );
    }

    // ----------------------------------------------------------- logic: phases

    /// @notice The phase and the first block outside it; 0: there is none.
    function where(Group storage group, Round storage round)
        internal
        view
        returns (IRounds.Phase, uint256)
    {
        (uint256 submitEnd, uint256 openEnd) = (round.submitEnd, round.openEnd);
        if (submitEnd == 0) return (IRounds.Phase.None, 0);
        if (block.number < submitEnd) return (IRounds.Phase.Submitting, submitEnd);
        if (round.counted < group.terms.quorum) return (IRounds.Phase.Void, 0);
        if (openEnd == 0) {
            uint256 sumEnd = submitEnd + group.terms.sumBlocks;
            if (block.number < sumEnd) return (IRounds.Phase.Summing, sumEnd);
            return (IRounds.Phase.Void, 0);
        }
        if (round.opened >= needed(group, round)) return (IRounds.Phase.Opened, 0);
        if (block.number < openEnd) return (IRounds.Phase.Opening, openEnd);
        return (IRounds.Phase.Void, 0);
    }

    /// @notice Reverts WrongPhase unless the round is in that phase.
    function requirePhase(Group storage group, Round storage round, IRounds.Phase phase)
        internal
        view
    {
        (IRounds.Phase now_,) = where(group, round);
        if (now_ != phase) revert IRounds.WrongPhase(phase, now_);
    }

    /// @notice Reverts WrongPhase unless shares are taken: from Opening on, until its deadline.
    function requireShares(Group storage group, Round storage round) internal view {
        if (block.number < round.openEnd) return;
        (IRounds.Phase now_,) = where(group, round);
        revert IRounds.WrongPhase(IRounds.Phase.Opening, now_);
    }

    /// @notice How many members' shares open the sum.
    function needed(Group storage group, Round storage round) internal view returns (uint256) {
        bool masksCancel = group.terms.seedBytes != 0 && !group.terms.selfMasked
            && round.counted == group.members;
        return masksCancel ? 0 : group.terms.threshold;
    }

    /// @notice How far the round has come.
    function state(Group storage group, Round storage round)
        internal
        view
        returns (IRounds.State memory made)
    {
        (IRounds.Phase phase, uint256 endsAt) = where(group, round);
        made = IRounds.State(
            phase, uint64(endsAt), round.openEnd, round.counted, round.summed, round.opened
        );
    }

    // ----------------------------------------------------------- logic: counts

    /// @notice A member's update is complete and counts.
    function count(Group storage group, Round storage round, uint16 place)
        internal
        returns (uint16 counted)
    {
        round.countedSet |= uint64(1) << place;
        counted = ++round.counted;
        if (counted == group.members) round.submitEnd = uint48(block.number);
    }

    /// @notice Whether the update of the member counts.
    function isCounted(Round storage round, uint256 place) internal view returns (bool) {
        return place < 64 && (round.countedSet >> place) & 1 == 1;
    }

    /// @notice How many updates are in the sum of a chunk.
    function foldedOf(Round storage round, uint32 chunk) internal view returns (uint16) {
        return round.sums[chunk] != 0 ? round.counted : round.partials[chunk].folded;
    }
}
