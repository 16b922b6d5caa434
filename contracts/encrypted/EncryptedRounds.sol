// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "./interfaces/IAgreement.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {Chunks} from "./lib/Chunks.sol";
import {RoundPhases} from "./lib/RoundPhases.sol";
import {RoundViews} from "./RoundViews.sol";

/// @title Rounds of learning: updates nobody can read come in, are added, and the sum is opened
/// @dev What is done; RoundViews holds the state and what is looked at.
contract EncryptedRounds is RoundViews {
    using Chunks for Chunks.Shape;
    using Chunks for Chunks.Stream;
    using RoundPhases for RoundPhases.Group;
    using RoundPhases for RoundPhases.Round;

    // ------------------------------------------------------------ constructor

    constructor(IAgreement agreement_) RoundViews(agreement_) {}

    // ---------------------------------------------------------- logic: groups

    /// @inheritdoc IRounds
    function open(uint64 group, Terms calldata terms) external override {
        RoundPhases.Group storage made = _groups[group];
        if (made.chunks != 0) revert AlreadyOpen(group);
        (, bytes32 agreed) = agreement.resultOf(group);
        bytes32 given = termsDigest(terms);
        if (given != agreed) revert TermsNotAgreed(agreed, given);
        (uint16 members,) = agreement.countOf(group);
        RoundPhases.check(terms, members);
        (made.terms, made.members) = (terms, members);
        made.unitBytes = terms.aggregation.unitBytes();
        made.chunks = Chunks.countOf(terms.units, terms.chunkUnits);
        made.shareChunks = Chunks.countOf(terms.shareUnits, terms.chunkUnits);
        emit RoundsOpened(group, terms);
    }

    /// @inheritdoc IRounds
    function begin(uint64 group, uint64 round) external override {
        RoundPhases.Group storage learning = _opened(group);
        _place(group);
        uint64 last = learning.lastRound;
        if (round != last + 1) revert WrongRound(last + 1, round);
        if (last != 0) {
            (Phase phase,) = learning.where(learning.rounds[last]);
            if (phase < Phase.Opened) revert WrongPhase(Phase.Opened, phase);
        }
        learning.lastRound = round;
        learning.start(learning.rounds[round]);
        emit RoundBegun(group, round);
    }

    // --------------------------------------------------------- logic: members

    /// @inheritdoc IRounds
    function announce(uint64 group, uint64 round, bytes calldata announcement) external override {
        RoundPhases.Group storage learning = _opened(group);
        RoundPhases.Round storage running = learning.rounds[round];
        uint16 place = _directPlace(group);
        learning.requirePhase(running, Phase.Announcing);
        if (running.announcements[place] != 0) revert AlreadyComplete(msg.sender);
        _requireLength(learning.terms.announceBytes, announcement);
        bytes32 digest = keccak256(announcement);
        learning.hear(running, place, digest);
        emit Announced(msg.sender, group, round, digest);
    }

    /// @inheritdoc IRounds
    function judge(uint64 group, uint64 round, uint64 wrong) external override {
        RoundPhases.Group storage learning = _opened(group);
        RoundPhases.Round storage running = learning.rounds[round];
        uint64 own = uint64(1) << _place(group);
        learning.requirePhase(running, Phase.Judging);
        if (running.judgedSet & own != 0) revert AlreadyComplete(msg.sender);
        running.judgedSet |= own;
        if (++running.judged == learning.members) running.judgeEnd = uint48(block.number);
        emit Judged(msg.sender, group, round, wrong);
        for (uint16 place = 0; place < learning.members; ++place) {
            bool named = (wrong >> place) & 1 == 1 && running.isCounted(place);
            if (!named || !learning.objectTo(running, place)) continue;
            emit UpdateRejected(agreement.memberAt(group, place), group, round);
        }
    }

    /// @inheritdoc IRounds
    function submit(uint64 group, uint64 round, uint32 chunk, bytes calldata units)
        external
        override
    {
        RoundPhases.Group storage learning = _opened(group);
        RoundPhases.Round storage running = learning.rounds[round];
        uint16 place = _directPlace(group);
        learning.requirePhase(running, Phase.Submitting);
        bool unheard = learning.terms.announceBytes != 0 && running.announcements[place] == 0;
        if (unheard) revert NotAnnounced(msg.sender);
        Chunks.Stream storage update = running.updates[place];
        uint32 taken = update.take(learning.shape(), learning.terms.aggregation, chunk, units);
        emit GradientPerIterationValue(msg.sender, group, round, chunk, taken);
        if (update.next < learning.chunks) return;
        uint16 counted = learning.count(running, place);
        emit UpdateComplete(msg.sender, group, round, counted);
    }

    /// @inheritdoc IRounds
    function postShares(
        uint64 group,
        uint64 round,
        uint32 chunk,
        bytes calldata shares,
        bytes calldata proof
    ) external override {
        RoundPhases.Group storage learning = _opened(group);
        RoundPhases.Round storage summed = learning.rounds[round];
        if (learning.shareChunks == 0) revert NotOpenedThisWay();
        Chunks.Stream storage stream = summed.shares[_directPlace(group)];
        learning.requireShares(summed);
        uint32 taken =
            stream.take(learning.shareShape(), learning.terms.aggregation, chunk, shares);
        emit SharesPosted(msg.sender, group, round, chunk, taken, keccak256(proof));
        if (stream.next == learning.shareChunks) _countShares(group, round, learning, summed);
    }

    /// @inheritdoc IRounds
    function postSeeds(uint64 group, uint64 round, bytes calldata seeds) external override {
        RoundPhases.Group storage learning = _opened(group);
        RoundPhases.Round storage summed = learning.rounds[round];
        uint256 size = learning.terms.seedBytes;
        if (size == 0) revert NotOpenedThisWay();
        Chunks.Stream storage stream = summed.shares[_directPlace(group)];
        learning.requireShares(summed);
        if (stream.next != 0) revert AlreadyComplete(msg.sender);
        _requireLength(size * learning.members, seeds);
        if (!learning.terms.selfMasked) _requireDropped(group, summed, size, seeds);
        bytes32 digest = keccak256(seeds);
        (stream.next, stream.digestOf[0]) = (1, digest);
        emit SeedsPosted(msg.sender, group, round, digest);
        _countShares(group, round, learning, summed);
    }

    function _requireLength(uint256 expected, bytes calldata data) private pure {
        if (data.length != expected) revert WrongLength(expected, expected, data.length);
    }

    function _countShares(
        uint64 group,
        uint64 round,
        RoundPhases.Group storage learning,
        RoundPhases.Round storage summed
    ) private {
        if (++summed.opened == learning.needed(summed)) emit SumOpened(group, round);
    }

    /// @dev A group has 64 members at most.
    function _requireDropped(
        uint64 group,
        RoundPhases.Round storage summed,
        uint256 size,
        bytes calldata seeds
    ) private view {
        for (uint256 at = 0; at < seeds.length; at += size) {
            uint256 place = at / size;
            if (!summed.isCounted(place) || _isZero(seeds[at:at + size])) continue;
            revert NotDropped(agreement.memberAt(group, uint16(place)));
        }
    }

    function _isZero(bytes calldata data) private pure returns (bool) {
        return keccak256(data) == keccak256(new bytes(data.length));
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IRounds
    function fold(
        uint64 group,
        uint64 round,
        uint32 chunk,
        uint16 from,
        bytes calldata sum,
        bytes calldata units
    ) external override {
        RoundPhases.Group storage learning = _opened(group);
        RoundPhases.Round storage summing = learning.rounds[round];
        uint16 folded = summing.foldedOf(chunk);
        // Somebody was faster: no error, so that those who sum side by side need not care.
        if (from < folded) return;
        learning.requirePhase(summing, Phase.Summing);
        uint256 size = learning.shape().bytesOf(chunk);
        if (from > folded) revert WrongStep(folded, from);
        _requireSum(from == 0 ? keccak256("") : summing.partials[chunk].digest, sum);
        _requireRows(group, summing, chunk, from, size, units);
        folded += uint16(units.length / size);
        bytes memory total = from == 0
            ? learning.terms.aggregation.fold(units[:size], units[size:])
            : learning.terms.aggregation.fold(sum, units);
        _note(group, round, chunk, folded, total);
    }

    function _note(uint64 group, uint64 round, uint32 chunk, uint16 folded, bytes memory total)
        private
    {
        RoundPhases.Group storage learning = _groups[group];
        RoundPhases.Round storage summing = learning.rounds[round];
        bytes32 digest = keccak256(total);
        if (folded < summing.counted) {
            summing.partials[chunk] = RoundPhases.Partial(digest, folded);
            emit ChunkFolded(group, round, chunk, folded);
            return;
        }
        summing.sums[chunk] = digest;
        emit AggregateGradientsOutput(group, round, chunk, total);
        if (++summing.summed < learning.chunks) return;
        uint256 opensUntil = block.number + learning.terms.openBlocks;
        summing.openEnd = uint48(opensUntil);
        emit SumComplete(group, round, uint64(opensUntil));
        if (learning.needed(summing) == 0) emit SumOpened(group, round);
    }

    function _requireSum(bytes32 expected, bytes calldata sum) private pure {
        bytes32 given = keccak256(sum);
        if (given != expected) revert WrongSum(expected, given);
    }

    /// @dev The chunk of the next updates that count, `from` of them behind us, in the group's
    /// order.
    function _requireRows(
        uint64 group,
        RoundPhases.Round storage summing,
        uint32 chunk,
        uint16 from,
        uint256 size,
        bytes calldata units
    ) private view {
        uint256 rest = size * (summing.counted - from);
        if (units.length == 0 || units.length > rest || units.length % size != 0) {
            revert WrongLength(size, rest, units.length);
        }
        uint256 at = 0;
        for (uint16 place = 0; at < units.length; ++place) {
            if (!summing.isCounted(place)) continue;
            if (from != 0) {
                --from;
                continue;
            }
            bytes32 expected = summing.updates[place].digestOf[chunk];
            bytes32 given = keccak256(units[at:at + size]);
            if (given != expected) {
                revert WrongDigest(agreement.memberAt(group, place), expected, given);
            }
            at += size;
        }
    }

    /// @dev A contract could bring bytes that no transaction's input shows, and nobody could add
    /// them.
    function _directPlace(uint64 group) private view returns (uint16) {
        if (msg.sender != tx.origin) revert NotDirect(msg.sender);
        return _place(group);
    }

    function _place(uint64 group) private view returns (uint16) {
        uint16 number = agreement.placeOf(group, msg.sender);
        if (number == 0) revert NotMember(msg.sender);
        return number - 1;
    }
}
