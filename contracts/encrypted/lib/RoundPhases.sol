// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRoundTypes} from "../interfaces/IRoundTypes.sol";
import {IRounds} from "../interfaces/IRounds.sol";
import {Chunks} from "./Chunks.sol";

/// @title One group's rounds: on which terms, and in which phase each is
library RoundPhases {
    struct Group {
        IRoundTypes.Terms terms;
        uint32 unitBytes;
        uint32 chunks;
        uint32 shareChunks;
        uint16 members;
        uint64 lastRound;
        mapping(uint64 round => Round) rounds;
    }

    /// @dev The sum of a chunk while updates are missing in it.
    struct Partial {
        bytes32 digest;
        uint16 folded;
    }

    /// @dev Its first seven share a slot, its next four another. An end is the block in which there
    /// was nothing to wait for any more, if there was; `judgeEnd` is 0 otherwise. Bit i of
    /// `countedSet`: the update of member i counts. `sums` are digests of whole sums.
    struct Round {
        uint48 announceEnd;
        uint48 submitEnd;
        uint48 judgeEnd;
        uint48 openEnd;
        uint16 counted;
        uint16 opened;
        uint32 summed;
        uint64 countedSet;
        uint64 judgedSet;
        uint16 announced;
        uint16 judged;
        mapping(uint16 place => bytes32) announcements;
        mapping(uint16 place => uint16) objections;
        mapping(uint16 place => Chunks.Stream) updates;
        mapping(uint16 place => Chunks.Stream) shares;
        mapping(uint32 chunk => bytes32) sums;
        mapping(uint32 chunk => Partial) partials;
    }

    // ------------------------------------------------------------ logic: terms

    /// @notice Reverts BadTerms for terms that a group of so many members can't learn by.
    function check(IRoundTypes.Terms calldata terms, uint16 members) internal view {
        bool shared = terms.threshold != 0;
        bool bySeeds = terms.seedBytes != 0;
        // A phase begins in the block of a transaction that others see too late: a single block
        // would be its sender's alone.
        if (
            terms.units == 0 || terms.chunkUnits == 0 || address(terms.aggregation).code.length == 0
                || terms.quorum < (shared ? 2 : 1) || terms.quorum > members
                || terms.threshold == 1 || terms.threshold > members
                || terms.shareUnits > terms.units || (terms.selfMasked && !bySeeds)
                || shared != (bySeeds != (terms.shareUnits != 0))
                || (bySeeds && terms.shareUnits != 0) || _isBadWait(terms)
        ) revert IRounds.BadTerms(members);
    }

    function _isBadWait(IRoundTypes.Terms calldata terms) private pure returns (bool) {
        bool announcing = terms.announceBytes != 0;
        return terms.submitBlocks < 2 || terms.sumBlocks < 2 || terms.openBlocks < 2
            || terms.judgeBlocks == 1 || terms.announceBlocks == 1
            || announcing != (terms.announceBlocks != 0);
    }

    /// @notice The shape of an update.
    function shape(Group storage group) internal view returns (Chunks.Shape memory) {
        return Chunks.Shape(
            group.terms.units, group.terms.chunkUnits, group.unitBytes, group.chunks
        );
    }

    /// @notice The shape of a member's decryption shares.
    function shareShape(Group storage group) internal view returns (Chunks.Shape memory) {
        return Chunks.Shape(
            group.terms.shareUnits, group.terms.chunkUnits, group.unitBytes, group.shareChunks
        );
    }

    // ----------------------------------------------------------- logic: phases

    /// @notice The phase and the first block outside it; 0: there is none.
    function where(Group storage group, Round storage round)
        internal
        view
        returns (IRoundTypes.Phase, uint256)
    {
        (uint256 announceEnd, uint256 submitEnd) = (round.announceEnd, round.submitEnd);
        (uint256 judgeEnd, uint256 openEnd) = (round.judgeEnd, round.openEnd);
        if (submitEnd == 0) return (IRoundTypes.Phase.None, 0);
        if (block.number < announceEnd) return (IRoundTypes.Phase.Announcing, announceEnd);
        uint256 quorum = group.terms.quorum;
        if (present(group, round) < quorum) return (IRoundTypes.Phase.Void, 0);
        if (block.number < submitEnd) return (IRoundTypes.Phase.Submitting, submitEnd);
        if (round.counted < quorum) return (IRoundTypes.Phase.Void, 0);
        if (judgeEnd == 0) judgeEnd = submitEnd + group.terms.judgeBlocks;
        if (block.number < judgeEnd) return (IRoundTypes.Phase.Judging, judgeEnd);
        if (openEnd == 0) {
            uint256 sumEnd = judgeEnd + group.terms.sumBlocks;
            if (block.number < sumEnd) return (IRoundTypes.Phase.Summing, sumEnd);
            return (IRoundTypes.Phase.Void, 0);
        }
        if (round.opened >= needed(group, round)) return (IRoundTypes.Phase.Opened, 0);
        if (block.number < openEnd) return (IRoundTypes.Phase.Opening, openEnd);
        return (IRoundTypes.Phase.Void, 0);
    }

    /// @notice Reverts WrongPhase unless the round is in that phase.
    function requirePhase(Group storage group, Round storage round, IRoundTypes.Phase phase)
        internal
        view
    {
        (IRoundTypes.Phase now_,) = where(group, round);
        if (now_ != phase) revert IRounds.WrongPhase(phase, now_);
    }

    /// @notice Reverts WrongPhase unless shares are taken: from Opening on, until its deadline.
    function requireShares(Group storage group, Round storage round) internal view {
        if (block.number < round.openEnd) return;
        (IRoundTypes.Phase now_,) = where(group, round);
        revert IRounds.WrongPhase(IRoundTypes.Phase.Opening, now_);
    }

    /// @notice How many members' shares open the sum.
    function needed(Group storage group, Round storage round) internal view returns (uint256) {
        bool masksCancel = group.terms.seedBytes != 0 && !group.terms.selfMasked
            && round.counted == present(group, round);
        return masksCancel ? 0 : group.terms.threshold;
    }

    /// @notice How far the round has come.
    function state(Group storage group, Round storage round)
        internal
        view
        returns (IRoundTypes.State memory made)
    {
        (IRoundTypes.Phase phase, uint256 endsAt) = where(group, round);
        (made.phase, made.endsAt, made.opensUntil) = (phase, uint64(endsAt), round.openEnd);
        (made.announced, made.counted, made.judged) =
            (round.announced, round.counted, round.judged);
        (made.summed, made.opened) = (round.summed, round.opened);
    }

    // ----------------------------------------------------------- logic: counts

    /// @notice How many members can submit.
    function present(Group storage group, Round storage round) internal view returns (uint16) {
        return group.terms.announceBytes != 0 ? round.announced : group.members;
    }

    /// @notice Start the clocks of a round.
    function start(Group storage group, Round storage round) internal {
        uint256 announceEnd = block.number + group.terms.announceBlocks;
        round.announceEnd = uint48(announceEnd);
        round.submitEnd = uint48(announceEnd + group.terms.submitBlocks);
    }

    /// @notice A member announced: with the last one Submitting begins.
    function hear(Group storage group, Round storage round, uint16 place, bytes32 digest) internal {
        round.announcements[place] = digest;
        if (++round.announced < group.members) return;
        round.announceEnd = uint48(block.number);
        round.submitEnd = uint48(block.number + group.terms.submitBlocks);
    }

    /// @notice Count a member's objection to an update that counts.
    /// @return rejected Whether it does not any more: more than half of the members object.
    function objectTo(Group storage group, Round storage round, uint16 place)
        internal
        returns (bool rejected)
    {
        rejected = 2 * ++round.objections[place] > group.members;
        if (!rejected) return false;
        round.countedSet &= ~(uint64(1) << place);
        --round.counted;
    }

    /// @notice A member's update is complete and counts.
    function count(Group storage group, Round storage round, uint16 place)
        internal
        returns (uint16 counted)
    {
        round.countedSet |= uint64(1) << place;
        counted = ++round.counted;
        if (counted == present(group, round)) round.submitEnd = uint48(block.number);
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
