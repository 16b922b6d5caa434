// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ChunkDigest} from "../../lib/ChunkDigest.sol";
import {IAggregation} from "../interfaces/IAggregation.sol";
import {IKeyTransfer} from "../interfaces/IKeyTransfer.sol";
import {Chunks} from "./Chunks.sol";

/// @title One handover of a model: what is in, and in which phase it is
library Handovers {
    /// @dev `entered` is the last phase that a transaction entered, and `endsAt` its deadline;
    /// `chain` a result's digest so far, by the member that brings it.
    struct Handover {
        IKeyTransfer.Terms terms;
        address founder;
        IKeyTransfer.Phase entered;
        uint48 endsAt;
        uint16 offersNeeded;
        IAggregation oldKey;
        uint32 oldBytes;
        uint32 chunks;
        uint16 offered;
        uint16 threshold;
        IAggregation newKey;
        uint32 newBytes;
        uint32 summed;
        uint16 opened;
        uint16 votesNeeded;
        uint64 offeredSet;
        uint16 confirmed;
        bytes32 result;
        Chunks.Stream model;
        mapping(uint16 place => Chunks.Stream) given;
        mapping(uint16 place => Chunks.Stream) taken;
        mapping(uint32 chunk => bytes32) sums;
        mapping(uint16 place => Chunks.Stream) shares;
        mapping(uint16 place => Chunks.Stream) results;
        mapping(uint16 place => bytes32) chain;
        mapping(uint16 place => bool) hasConfirmed;
        mapping(bytes32 result => uint16) votes;
        mapping(bytes32 result => bool) isBrought;
    }

    // ----------------------------------------------------------- logic: phases

    /// @notice The phase and the first block outside it; 0: there is none.
    function where(Handover storage handover)
        internal
        view
        returns (IKeyTransfer.Phase phase, uint256 endsAt)
    {
        (phase, endsAt) = (handover.entered, handover.endsAt);
        if (phase == IKeyTransfer.Phase.None || phase == IKeyTransfer.Phase.Done) {
            return (phase, 0);
        }
        if (block.number < endsAt) return (phase, endsAt);
        // Enough offered, if not all.
        bool enough = handover.offered >= handover.offersNeeded;
        endsAt += handover.terms.waitBlocks;
        if (phase == IKeyTransfer.Phase.Offering && enough && block.number < endsAt) {
            return (IKeyTransfer.Phase.Summing, endsAt);
        }
        return (IKeyTransfer.Phase.Void, 0);
    }

    /// @notice Reverts WrongHandoverPhase unless the handover is in that phase.
    function requirePhase(Handover storage handover, IKeyTransfer.Phase phase) internal view {
        (IKeyTransfer.Phase now_,) = where(handover);
        if (now_ != phase) revert IKeyTransfer.WrongHandoverPhase(phase, now_);
    }

    /// @notice Enter a phase, whose clock starts now.
    function enter(Handover storage handover, IKeyTransfer.Phase phase) internal {
        handover.entered = phase;
        handover.endsAt = uint48(block.number + handover.terms.waitBlocks);
    }

    // ----------------------------------------------------------- logic: chunks

    /// @notice The shape of what is under the old key.
    function oldShape(Handover storage handover) internal view returns (Chunks.Shape memory) {
        (uint32 units, uint32 size) = (handover.terms.units, handover.terms.chunkUnits);
        return Chunks.Shape(units, size, handover.oldBytes, handover.chunks);
    }

    /// @notice The shape of what is under the new key.
    function newShape(Handover storage handover) internal view returns (Chunks.Shape memory) {
        (uint32 units, uint32 size) = (handover.terms.units, handover.terms.chunkUnits);
        return Chunks.Shape(units, size, handover.newBytes, handover.chunks);
    }

    /// @notice The chained digest of a member's result with the chunks that come now.
    function extendResult(Handover storage handover, uint16 place, bytes calldata units)
        internal
        returns (bytes32 chained)
    {
        chained = handover.chain[place];
        uint256 full = uint256(handover.terms.chunkUnits) * handover.newBytes;
        for (uint256 at = 0; at < units.length; at += full) {
            uint256 end = at + full < units.length ? at + full : units.length;
            chained = ChunkDigest.extend(chained, units[at:end]);
        }
        handover.chain[place] = chained;
    }

    /// @notice How many bits are set.
    function countOf(uint64 set) internal pure returns (uint256 count) {
        for (; set != 0; set &= set - 1) ++count;
    }
}
