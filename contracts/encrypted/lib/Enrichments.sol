// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAggregation} from "../interfaces/IAggregation.sol";
import {IEnrichment} from "../interfaces/IEnrichment.sol";
import {IRounds} from "../interfaces/IRounds.sol";
import {Chunks} from "./Chunks.sol";

/// @title One enrichment: its plan, who did what, in which phase it is, and what it pays
library Enrichments {
    uint256 private constant _MOST_STEPS = 16;
    uint16 private constant _WHOLE = 10_000;

    /// @dev What a backer did.
    struct Backer {
        bool backed;
        bool revealed;
        uint16 accuracy;
        bytes32 commitment;
    }

    /// @dev `entered` is the last phase that a transaction entered, and `endsAt` its deadline.
    struct Enrichment {
        IEnrichment.Plan plan;
        IEnrichment.Step[] steps;
        uint96[] parts;
        Chunks.Shape shape;
        IAggregation key;
        IEnrichment.Phase entered;
        IEnrichment.Outcome outcome;
        uint48 endsAt;
        uint16 quorum;
        uint16 backed;
        address enricher;
        uint96 escrowed;
        uint16 committed;
        uint16 revealed;
        uint16 accuracy;
        uint96 paid;
        Chunks.Stream improvement;
        mapping(uint16 place => Chunks.Stream) shares;
        mapping(uint16 place => Backer) backers;
    }

    // ------------------------------------------------------------- logic: plan

    /// @notice Reverts BadPlan for one that a group of so many members can't meet.
    function check(
        IEnrichment.Plan calldata plan,
        IEnrichment.Step[] calldata steps,
        uint96[] calldata parts,
        uint16 members
    ) internal pure {
        bool bad = plan.cap == 0 || plan.silence > plan.cap || plan.share > _WHOLE
            || plan.baseline > _WHOLE || plan.units == 0 || plan.testSet == 0
            || parts.length != members || steps.length > _MOST_STEPS
            || (steps.length == 0) != (plan.perPoint != 0) || _isBadWait(plan);
        if (bad || _sumOf(parts) != plan.cap) revert IEnrichment.BadPlan();
        for (uint256 index = 0; index < steps.length; ++index) {
            IEnrichment.Step calldata step = steps[index];
            bool first = index == 0;
            uint96 most = index + 1 == steps.length ? plan.cap : plan.cap - 1;
            if (
                step.accuracy > _WHOLE || step.amount > most
                    || (!first && step.accuracy <= steps[index - 1].accuracy)
                    || (first ? step.amount == 0 : step.amount <= steps[index - 1].amount)
                    || (index + 1 == steps.length && step.amount != plan.cap)
            ) revert IEnrichment.BadPlan();
        }
    }

    /// @notice Keep a plan that was checked; its clock starts.
    function start(
        Enrichment storage made,
        IEnrichment.Plan calldata plan,
        IEnrichment.Step[] calldata steps,
        uint96[] calldata parts,
        IRounds.Terms memory terms
    ) internal {
        (made.plan, made.parts, made.key) = (plan, parts, terms.aggregation);
        for (uint256 index = 0; index < steps.length; ++index) {
            made.steps.push(steps[index]);
        }
        (uint32 units, uint32 size) = (plan.units, terms.chunkUnits);
        uint32 unitBytes = terms.aggregation.unitBytes();
        made.shape = Chunks.Shape(units, size, unitBytes, Chunks.countOf(units, size));
        enter(made, IEnrichment.Phase.Backing, plan.backBlocks);
    }

    function _isBadWait(IEnrichment.Plan calldata plan) private pure returns (bool) {
        return plan.backBlocks < 2 || plan.openBlocks < 2 || plan.enrichBlocks < 2
            || plan.measureBlocks < 2 || plan.revealBlocks < 2;
    }

    /// @dev As many as a group has members.
    function _sumOf(uint96[] calldata parts) private pure returns (uint256 sum) {
        for (uint256 place = 0; place < parts.length; ++place) {
            sum += parts[place];
        }
    }

    /// @notice What the plan pays for an accuracy.
    function rewardFor(Enrichment storage made, uint16 accuracy) internal view returns (uint96) {
        uint256 count = made.steps.length;
        for (uint256 index = count; index > 0; --index) {
            IEnrichment.Step memory step = made.steps[index - 1];
            if (accuracy >= step.accuracy) return step.amount;
        }
        if (count != 0 || accuracy <= made.plan.baseline) return 0;
        uint256 linear = uint256(made.plan.perPoint) * (accuracy - made.plan.baseline);
        return linear < made.plan.cap ? uint96(linear) : made.plan.cap;
    }

    // ----------------------------------------------------------- logic: phases

    /// @notice The phase, the first block outside it (0: there is none), and how it ended.
    function where(Enrichment storage made)
        internal
        view
        returns (IEnrichment.Phase phase, uint256 endsAt, IEnrichment.Outcome outcome)
    {
        (phase, endsAt) = (made.entered, made.endsAt);
        if (phase == IEnrichment.Phase.None) return (phase, 0, IEnrichment.Outcome.None);
        if (phase == IEnrichment.Phase.Settled) return (phase, 0, made.outcome);
        if (block.number < endsAt) return (phase, endsAt, IEnrichment.Outcome.None);
        if (phase == IEnrichment.Phase.Measuring) {
            endsAt += made.plan.revealBlocks;
            phase = IEnrichment.Phase.Revealing;
            if (block.number < endsAt) return (phase, endsAt, IEnrichment.Outcome.None);
        }
        return (IEnrichment.Phase.Ended, 0, _outcomeOf(made, phase));
    }

    function _outcomeOf(Enrichment storage made, IEnrichment.Phase last)
        private
        view
        returns (IEnrichment.Outcome)
    {
        if (last == IEnrichment.Phase.Backing) return IEnrichment.Outcome.Lapsed;
        if (last == IEnrichment.Phase.Open) return IEnrichment.Outcome.Unused;
        if (last == IEnrichment.Phase.Enriching) return IEnrichment.Outcome.Abandoned;
        bool enough = made.revealed >= made.quorum;
        return enough ? IEnrichment.Outcome.Judged : IEnrichment.Outcome.Silent;
    }

    /// @notice Reverts WrongEnrichmentPhase unless it is in that phase.
    function requirePhase(Enrichment storage made, IEnrichment.Phase phase) internal view {
        (IEnrichment.Phase now_,,) = where(made);
        if (now_ != phase) revert IEnrichment.WrongEnrichmentPhase(phase, now_);
    }

    /// @notice Enter a phase, whose clock starts now.
    function enter(Enrichment storage made, IEnrichment.Phase phase, uint32 blocks) internal {
        (made.entered, made.endsAt) = (phase, uint48(block.number + blocks));
    }

    // ----------------------------------------------------------- logic: median

    /// @notice The median of what was revealed, the lower one of two. Somebody revealed.
    function medianOf(Enrichment storage made) internal view returns (uint16) {
        uint16[] memory sorted = new uint16[](made.revealed);
        uint256 filled;
        // 64 members at most, so 2,000 comparisons.
        for (uint16 place = 0; filled < sorted.length; ++place) {
            Backer storage backer = made.backers[place];
            if (!backer.revealed) continue;
            uint16 accuracy = backer.accuracy;
            uint256 at = filled++;
            for (; at > 0 && sorted[at - 1] > accuracy; --at) {
                sorted[at] = sorted[at - 1];
            }
            sorted[at] = accuracy;
        }
        return sorted[(sorted.length - 1) / 2];
    }
}
