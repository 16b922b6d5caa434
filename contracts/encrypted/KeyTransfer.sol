// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAggregation} from "./interfaces/IAggregation.sol";
import {IAgreement} from "./interfaces/IAgreement.sol";
import {IKeyTransfer} from "./interfaces/IKeyTransfer.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {Chunks} from "./lib/Chunks.sol";
import {Handovers} from "./lib/Handovers.sol";
import {Members} from "./lib/Members.sol";

/// @title A model handed from the key of a group to the key of a new group, for a newcomer
contract KeyTransfer is IKeyTransfer {
    using Chunks for Chunks.Shape;
    using Chunks for Chunks.Stream;
    using Handovers for Handovers.Handover;
    using Members for IAgreement;

    // -------------------------------------------------------------- constants

    /// @inheritdoc IKeyTransfer
    IRounds public immutable override rounds;
    IAgreement private immutable _agreement;

    // ---------------------------------------------------------------- storage

    mapping(uint64 handover => Handovers.Handover) private _handovers;
    /// @inheritdoc IKeyTransfer
    uint64 public override lastHandover;

    // ------------------------------------------------------------ constructor

    constructor(IRounds rounds_) {
        rounds = rounds_;
        _agreement = rounds_.agreement();
    }

    // --------------------------------------------------- logic: the old group

    /// @inheritdoc IKeyTransfer
    function propose(Terms calldata terms) external override returns (uint64 number) {
        _agreement.place(terms.from);
        number = ++lastHandover;
        Handovers.Handover storage made = _handovers[number];
        IRounds.Terms memory old_ = _decrypting(terms.from);
        IRounds.Terms memory new_ = _decrypting(terms.to);
        made.offersNeeded = _agreement.charterOf(terms.from).votes;
        made.votesNeeded = _agreement.charterOf(terms.to).votes;
        (uint16 members,) = _agreement.countOf(terms.from);
        uint256 offering = Handovers.countOf(terms.offering);
        if (
            terms.from == terms.to || terms.units == 0 || terms.chunkUnits == 0
                || terms.waitBlocks < 2 || offering < made.offersNeeded
                || terms.offering >> members != 0
        ) revert BadHandover();
        (made.terms, made.founder) = (terms, msg.sender);
        (made.oldKey, made.newKey) = (old_.aggregation, new_.aggregation);
        made.threshold = old_.threshold;
        (made.oldBytes, made.newBytes) = (made.oldKey.unitBytes(), made.newKey.unitBytes());
        made.chunks = Chunks.countOf(terms.units, terms.chunkUnits);
        made.enter(Phase.Bringing);
        emit HandoverProposed(number, msg.sender, terms);
    }

    /// @inheritdoc IKeyTransfer
    function bringModel(uint64 handover, uint32 chunk, bytes calldata units) external override {
        Handovers.Handover storage made = _handovers[handover];
        Members.requireDirect();
        made.requirePhase(Phase.Bringing);
        if (msg.sender != made.founder) revert NotHandoverFounder(msg.sender);
        uint32 count = made.model.take(made.oldShape(), made.oldKey, chunk, units);
        emit ModelBrought(handover, msg.sender, chunk, count);
        if (made.model.next == made.chunks) made.enter(Phase.Offering);
    }

    /// @inheritdoc IKeyTransfer
    function offer(
        uint64 handover,
        uint32 chunk,
        bytes calldata given,
        bytes calldata taken,
        bytes calldata proof
    ) external override {
        Handovers.Handover storage made = _handovers[handover];
        uint16 place = _directPlace(made.terms.from);
        made.requirePhase(Phase.Offering);
        if ((made.terms.offering >> place) & 1 == 0) revert NotOffering(msg.sender);
        uint32 count = made.given[place].take(made.oldShape(), made.oldKey, chunk, given);
        uint32 both = made.taken[place].take(made.newShape(), made.newKey, chunk, taken);
        if (both != count) revert IRounds.WrongChunk(chunk + count, chunk + both);
        emit MasksOffered(handover, msg.sender, chunk, count, keccak256(proof));
        if (chunk + count == made.chunks) _countOffer(handover, made, place);
    }

    /// @inheritdoc IKeyTransfer
    function postShares(
        uint64 handover,
        uint32 chunk,
        bytes calldata shares,
        bytes calldata proof
    ) external override {
        Handovers.Handover storage made = _handovers[handover];
        uint16 place = _directPlace(made.terms.from);
        (Phase now_,) = made.where();
        if (now_ != Phase.Confirming) made.requirePhase(Phase.Opening);
        Chunks.Stream storage stream = made.shares[place];
        uint32 count = stream.take(made.oldShape(), made.oldKey, chunk, shares);
        emit MaskedSumShares(handover, msg.sender, chunk, count, keccak256(proof));
        if (stream.next < made.chunks) return;
        if (++made.opened == made.threshold) made.enter(Phase.Confirming);
    }

    function _countOffer(uint64 handover, Handovers.Handover storage made, uint16 place) private {
        made.offeredSet |= uint64(1) << place;
        emit OfferComplete(handover, msg.sender, ++made.offered);
        if (made.offeredSet == made.terms.offering) made.enter(Phase.Summing);
    }

    // --------------------------------------------------- logic: the new group

    /// @inheritdoc IKeyTransfer
    function bringResult(uint64 handover, uint32 chunk, bytes calldata units) external override {
        Handovers.Handover storage made = _handovers[handover];
        uint16 place = _directPlace(made.terms.to);
        made.requirePhase(Phase.Confirming);
        Chunks.Stream storage stream = made.results[place];
        uint32 count = stream.take(made.newShape(), made.newKey, chunk, units);
        emit ResultBrought(handover, msg.sender, chunk, count);
        bytes32 chained = made.extendResult(place, units);
        if (stream.next < made.chunks) return;
        made.isBrought[chained] = true;
        if (made.hasConfirmed[place]) _endIfAgreed(handover, made, chained);
        else _confirm(handover, made, place, chained);
    }

    /// @inheritdoc IKeyTransfer
    function confirm(uint64 handover, bytes32 result) external override {
        Handovers.Handover storage made = _handovers[handover];
        uint16 place = _agreement.place(made.terms.to);
        made.requirePhase(Phase.Confirming);
        if (made.hasConfirmed[place]) revert AlreadyConfirmed(msg.sender);
        if (result == 0) revert EmptyResult();
        _confirm(handover, made, place, result);
    }

    function _confirm(
        uint64 handover,
        Handovers.Handover storage made,
        uint16 place,
        bytes32 result
    ) private {
        made.hasConfirmed[place] = true;
        uint16 votes = ++made.votes[result];
        if (votes > made.confirmed) made.confirmed = votes;
        emit ResultConfirmed(handover, msg.sender, result, votes);
        _endIfAgreed(handover, made, result);
    }

    function _endIfAgreed(uint64 handover, Handovers.Handover storage made, bytes32 result)
        private
    {
        if (made.votes[result] < made.votesNeeded || !made.isBrought[result]) return;
        (made.entered, made.result) = (Phase.Done, result);
        emit HandedOverModel(handover, made.terms.from, made.terms.to);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IKeyTransfer
    function addUp(uint64 handover, uint32 chunk, bytes calldata rows) external override {
        Handovers.Handover storage made = _handovers[handover];
        // Somebody was faster: no error, as in IRounds.fold.
        if (made.sums[chunk] != 0) return;
        made.requirePhase(Phase.Summing);
        uint256 size = made.oldShape().bytesOf(chunk);
        _requireRows(made, chunk, size, rows);
        bytes memory sum = made.oldKey.fold(rows[:size], rows[size:]);
        made.sums[chunk] = keccak256(sum);
        emit MaskedSum(handover, chunk, sum);
        if (++made.summed == made.chunks) made.enter(Phase.Opening);
    }

    /// @dev A group has 64 members at most.
    function _requireRows(
        Handovers.Handover storage made,
        uint32 chunk,
        uint256 size,
        bytes calldata rows
    ) private view {
        uint256 all = size * (uint256(made.offered) + 1);
        if (rows.length != all) revert IRounds.WrongLength(size, all, rows.length);
        _requireRow(made.founder, made.model.digestOf[chunk], rows[:size]);
        uint256 at = size;
        for (uint16 place = 0; at < rows.length; ++place) {
            if ((made.offeredSet >> place) & 1 == 0) continue;
            address member = _agreement.memberAt(made.terms.from, place);
            _requireRow(member, made.given[place].digestOf[chunk], rows[at:at + size]);
            at += size;
        }
    }

    function _requireRow(address member, bytes32 expected, bytes calldata row) private pure {
        bytes32 given = keccak256(row);
        if (given != expected) revert IRounds.WrongDigest(member, expected, given);
    }

    // ----------------------------------------------------------- logic: views

    /// @inheritdoc IKeyTransfer
    function stateOf(uint64 handover) external view override returns (State memory state) {
        Handovers.Handover storage made = _handovers[handover];
        (Phase phase, uint256 endsAt) = made.where();
        (state.phase, state.endsAt) = (phase, uint64(endsAt));
        (state.offered, state.offeredSet) = (made.offered, made.offeredSet);
        (state.summed, state.opened) = (made.summed, made.opened);
        (state.confirmed, state.result) = (made.confirmed, made.result);
    }

    /// @inheritdoc IKeyTransfer
    function termsOf(uint64 handover) external view override returns (Terms memory) {
        return _handovers[handover].terms;
    }

    /// @inheritdoc IKeyTransfer
    function modelDigestOf(uint64 handover, uint32 chunk)
        external
        view
        override
        returns (bytes32)
    {
        return _handovers[handover].model.digestOf[chunk];
    }

    /// @inheritdoc IKeyTransfer
    function maskDigestsOf(uint64 handover, uint16 place, uint32 chunk)
        external
        view
        override
        returns (bytes32, bytes32)
    {
        Handovers.Handover storage made = _handovers[handover];
        return (made.given[place].digestOf[chunk], made.taken[place].digestOf[chunk]);
    }

    /// @inheritdoc IKeyTransfer
    function sumDigestOf(uint64 handover, uint32 chunk) external view override returns (bytes32) {
        return _handovers[handover].sums[chunk];
    }

    /// @inheritdoc IKeyTransfer
    function shareDigestOf(uint64 handover, uint16 place, uint32 chunk)
        external
        view
        override
        returns (bytes32)
    {
        return _handovers[handover].shares[place].digestOf[chunk];
    }

    /// @inheritdoc IKeyTransfer
    function resultDigestOf(uint64 handover, uint16 place, uint32 chunk)
        external
        view
        override
        returns (bytes32)
    {
        return _handovers[handover].results[place].digestOf[chunk];
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev A group's terms. Reverts BadHandover where its sums are not opened by shares of a key.
    function _decrypting(uint64 group) private view returns (IRounds.Terms memory terms) {
        terms = rounds.termsOf(group);
        if (terms.shareUnits == 0) revert BadHandover();
    }

    function _directPlace(uint64 group) private view returns (uint16) {
        Members.requireDirect();
        return _agreement.place(group);
    }
}
