// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "./interfaces/IAgreement.sol";
import {IEnrichment} from "./interfaces/IEnrichment.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {Chunks} from "./lib/Chunks.sol";
import {Enrichments} from "./lib/Enrichments.sol";
import {Members} from "./lib/Members.sol";
import {Portion} from "./lib/Portion.sol";
import {Purse} from "./Purse.sol";

/// @title Somebody outside improves a group's model and is paid by the accuracy reached
contract Enrichment is IEnrichment, Purse {
    using Chunks for Chunks.Stream;
    using Enrichments for Enrichments.Enrichment;
    using Members for IAgreement;

    // -------------------------------------------------------------- constants

    uint16 private constant _WHOLE = 10_000;
    /// @inheritdoc IEnrichment
    IRounds public immutable override rounds;
    IAgreement private immutable _agreement;

    // ---------------------------------------------------------------- storage

    mapping(uint64 enrichment => Enrichments.Enrichment) private _enrichments;
    /// @inheritdoc IEnrichment
    uint64 public override lastEnrichment;

    // ------------------------------------------------------------ constructor

    constructor(IRounds rounds_) {
        rounds = rounds_;
        _agreement = rounds_.agreement();
    }

    // ----------------------------------------------------- logic: the parties

    /// @inheritdoc IEnrichment
    function propose(Plan calldata plan, Step[] calldata steps, uint96[] calldata parts)
        external
        override
        returns (uint64 enrichment)
    {
        _agreement.place(plan.group);
        IRounds.Terms memory terms = rounds.termsOf(plan.group);
        (uint16 members,) = _agreement.countOf(plan.group);
        Enrichments.check(plan, steps, parts, members);
        enrichment = ++lastEnrichment;
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        made.quorum = _agreement.charterOf(plan.group).votes;
        made.start(plan, steps, parts, terms);
        emit EnrichmentProposed(enrichment, plan.group, msg.sender, plan, steps, parts);
    }

    /// @inheritdoc IEnrichment
    function back(uint64 enrichment) external payable override {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        uint16 place = _agreement.place(made.plan.group);
        made.requirePhase(Phase.Backing);
        if (made.backers[place].backed) revert AlreadyBacked(msg.sender);
        uint96 part = made.parts[place];
        _requireValue(uint256(part) + made.plan.bond);
        made.backers[place].backed = true;
        made.escrowed += part;
        uint16 backed = ++made.backed;
        emit Backed(enrichment, msg.sender, msg.value);
        if (backed < made.quorum || made.escrowed < made.plan.cap) return;
        made.enter(Phase.Open, made.plan.openBlocks);
        emit EnrichmentOpened(enrichment);
    }

    /// @inheritdoc IEnrichment
    function postShares(
        uint64 enrichment,
        uint32 chunk,
        bytes calldata shares,
        bytes calldata proof
    ) external override {
        Members.requireDirect();
        (Enrichments.Enrichment storage made, uint16 place) =
            _backer(enrichment, Phase.Measuring);
        uint32 count = made.shares[place].take(made.shape, made.key, chunk, shares);
        emit ImprovementShares(enrichment, msg.sender, chunk, count, keccak256(proof));
    }

    /// @inheritdoc IEnrichment
    function commit(uint64 enrichment, bytes32 commitment) external override {
        (Enrichments.Enrichment storage made, uint16 place) =
            _backer(enrichment, Phase.Measuring);
        if (commitment == 0) revert NoCommitment();
        if (made.backers[place].commitment != 0) revert AlreadyMeasured(msg.sender);
        made.backers[place].commitment = commitment;
        emit AccuracyCommitted(enrichment, msg.sender, commitment);
        if (++made.committed == made.backed) {
            made.enter(Phase.Revealing, made.plan.revealBlocks);
        }
    }

    /// @inheritdoc IEnrichment
    function reveal(uint64 enrichment, uint16 accuracy, bytes32 secret) external override {
        (Enrichments.Enrichment storage made, uint16 place) =
            _backer(enrichment, Phase.Revealing);
        Enrichments.Backer storage backer = made.backers[place];
        if (accuracy > _WHOLE) revert NoAccuracy(accuracy);
        if (backer.revealed) revert AlreadyMeasured(msg.sender);
        bytes32 given = commitmentOf(msg.sender, enrichment, accuracy, secret);
        if (given != backer.commitment) revert OtherCommitment(backer.commitment, given);
        (backer.revealed, backer.accuracy) = (true, accuracy);
        emit AccuracyRevealed(enrichment, msg.sender, accuracy);
        // All who can have revealed.
        if (++made.revealed == made.committed) made.enter(Phase.Revealing, 0);
    }

    // ---------------------------------------------------- logic: the enricher

    /// @inheritdoc IEnrichment
    function take(uint64 enrichment) external payable override {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        made.requirePhase(Phase.Open);
        if (_agreement.placeOf(made.plan.group, msg.sender) != 0) revert IsMember(msg.sender);
        address named = made.plan.enricher;
        bool allowed = named == address(0) ? _agreement.registry().isParty(msg.sender)
            : named == msg.sender;
        if (!allowed) revert NotEnricher(msg.sender);
        _requireValue(made.plan.deposit);
        made.enricher = msg.sender;
        made.enter(Phase.Enriching, made.plan.enrichBlocks);
        emit Taken(enrichment, msg.sender);
    }

    /// @inheritdoc IEnrichment
    function bring(uint64 enrichment, uint32 chunk, bytes calldata units) external override {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        Members.requireDirect();
        made.requirePhase(Phase.Enriching);
        if (msg.sender != made.enricher) revert NotEnricher(msg.sender);
        uint32 count = made.improvement.take(made.shape, made.key, chunk, units);
        emit ImprovementBrought(enrichment, msg.sender, chunk, count);
        if (made.improvement.next < made.shape.count) return;
        made.enter(Phase.Measuring, made.plan.measureBlocks);
        emit ImprovementComplete(enrichment, msg.sender);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IEnrichment
    function settle(uint64 enrichment) external override {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        made.requirePhase(Phase.Ended);
        (,, Outcome outcome) = made.where();
        (made.entered, made.outcome) = (Phase.Settled, outcome);
        uint96 paid = 0;
        if (outcome == Outcome.Judged) {
            made.accuracy = made.medianOf();
            paid = made.rewardFor(made.accuracy);
        } else if (outcome == Outcome.Silent) {
            paid = made.plan.silence;
        }
        made.paid = paid;
        emit EnrichmentSettled(enrichment, made.enricher, outcome, made.accuracy, paid);
        if (outcome >= Outcome.Abandoned) _payOut(made, outcome, paid);
        else _giveBack(made);
    }

    /// @dev As in all that follows: a group has 64 members at most.
    function _giveBack(Enrichments.Enrichment storage made) private {
        for (uint16 place = 0; place < made.parts.length; ++place) {
            if (!made.backers[place].backed) continue;
            address member = _agreement.memberAt(made.plan.group, place);
            _credit(member, uint256(made.parts[place]) + made.plan.bond);
        }
    }

    /// @dev All parts of the escrow are in.
    function _payOut(Enrichments.Enrichment storage made, Outcome outcome, uint96 paid) private {
        bool measured = outcome != Outcome.Abandoned;
        (uint256 bond, uint256 cap) = (made.plan.bond, made.plan.cap);
        uint256 rest = cap - paid + (measured ? 0 : made.plan.deposit);
        uint256 enrichers = measured ? uint256(paid) + made.plan.deposit : 0;
        uint256 before = 0;
        for (uint16 place = 0; place < made.parts.length; ++place) {
            Enrichments.Backer storage backer = made.backers[place];
            uint256 next = before + made.parts[place];
            uint256 amount = Portion.between(rest, before, next, cap);
            before = next;
            if (backer.backed && measured && !backer.revealed) enrichers += bond;
            else if (backer.backed) amount += bond;
            _credit(_agreement.memberAt(made.plan.group, place), amount);
        }
        _credit(made.enricher, enrichers);
    }

    // ----------------------------------------------------------- logic: views

    /// @inheritdoc IEnrichment
    function commitmentOf(address member, uint64 enrichment, uint16 accuracy, bytes32 secret)
        public
        view
        override
        returns (bytes32)
    {
        return keccak256(
            abi.encode(block.chainid, address(this), member, enrichment, accuracy, secret)
        );
    }

    /// @inheritdoc IEnrichment
    function rewardFor(uint64 enrichment, uint16 accuracy)
        external
        view
        override
        returns (uint96)
    {
        return _enrichments[enrichment].rewardFor(accuracy);
    }

    /// @inheritdoc IEnrichment
    function incomeOf(uint64 enrichment)
        external
        view
        override
        returns (address, Reward, uint16)
    {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        bool earned = made.outcome == Outcome.Judged && made.paid != 0;
        return (made.enricher, made.plan.reward, earned ? made.plan.share : 0);
    }

    /// @inheritdoc IEnrichment
    function stateOf(uint64 enrichment) external view override returns (State memory state) {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        (Phase phase, uint256 endsAt, Outcome outcome) = made.where();
        (state.phase, state.endsAt, state.outcome) = (phase, uint64(endsAt), outcome);
        (state.enricher, state.backed) = (made.enricher, made.backed);
        (state.committed, state.revealed) = (made.committed, made.revealed);
        (state.accuracy, state.paid) = (made.accuracy, made.paid);
    }

    /// @inheritdoc IEnrichment
    function planOf(uint64 enrichment)
        external
        view
        override
        returns (Plan memory, Step[] memory, uint96[] memory)
    {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        return (made.plan, made.steps, made.parts);
    }

    /// @inheritdoc IEnrichment
    function backerOf(uint64 enrichment, address member)
        external
        view
        override
        returns (bool, bytes32, bool, uint16)
    {
        Enrichments.Enrichment storage made = _enrichments[enrichment];
        uint16 number = _agreement.placeOf(made.plan.group, member);
        if (number == 0) return (false, 0, false, 0);
        Enrichments.Backer storage backer = made.backers[number - 1];
        return (backer.backed, backer.commitment, backer.revealed, backer.accuracy);
    }

    /// @inheritdoc IEnrichment
    function digestOf(uint64 enrichment, uint32 chunk) external view override returns (bytes32) {
        return _enrichments[enrichment].improvement.digestOf[chunk];
    }

    /// @inheritdoc IEnrichment
    function shareDigestOf(uint64 enrichment, uint16 place, uint32 chunk)
        external
        view
        override
        returns (bytes32)
    {
        return _enrichments[enrichment].shares[place].digestOf[chunk];
    }

    // ---------------------------------------------------------- logic: shared

    function _backer(uint64 enrichment, Phase phase)
        private
        view
        returns (Enrichments.Enrichment storage made, uint16 place)
    {
        made = _enrichments[enrichment];
        place = _agreement.place(made.plan.group);
        made.requirePhase(phase);
        if (!made.backers[place].backed) revert NotBacker(msg.sender);
    }
}
