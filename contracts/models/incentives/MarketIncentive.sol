// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {ICollaborativeTrainer} from "../interfaces/ICollaborativeTrainer.sol";
import {IDataHandler} from "../interfaces/IDataHandler.sol";
import {IIncentive} from "../interfaces/IIncentive.sol";
import {IMarketIncentive} from "../interfaces/IMarketIncentive.sol";
import {MarketRules} from "../lib/MarketRules.sol";
import {Pieces} from "../lib/Pieces.sol";
import {Rounds} from "../lib/Rounds.sol";
import {Loaded, Samples} from "../lib/Samples.sol";
import {Incentive} from "./Incentive.sol";
import {MarketViews} from "./MarketViews.sol";

/// @title The prediction market: a bounty shared by what contributions do for a hidden test set
contract MarketIncentive is Incentive, MarketViews {
    using MarketRules for IClassifier;
    using MarketRules for IMarketIncentive.Terms;
    using Pieces for Pieces.Set;
    using Rounds for Rounds.Book;
    using Samples for int64[];

    // -------------------------------------------------------------- constants

    /// @dev Blocks from `open` to the one that draws. Its hash is nobody's to know when the digests
    /// are given, but its proposer's to choose among: see docs/models-market.md.
    uint64 private constant _DRAW_DELAY = 2;

    modifier only(Phase needed) {
        _requirePhase(needed);
        _;
    }

    // ---------------------------------------------------- logic: the provider

    /// @inheritdoc IMarketIncentive
    function open(Terms memory terms_, bytes32[] calldata digests, IClassifier scorer_)
        external
        payable
        override
        only(Phase.Unopened)
    {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
        if (trainer == address(0)) revert NoTrainer();
        uint96 unit_ = terms_.unitOf(digests.length, msg.value);
        scorer_.requireTwin(_model(), admin);
        (_phase, _endsAt) = (Phase.Drawing, _in(terms_.showTime));
        (scorer, bounty) = (scorer_, uint96(msg.value));
        drawnBy = uint64(block.number) + _DRAW_DELAY;
        (_terms, _rounds.unit) = (terms_, unit_);
        _pieces.commit(digests);
        _digest = scorer_.initialDigest();
        emit Opened(msg.sender, address(scorer_), msg.value, unit_, terms_);
    }

    // ----------------------------------------------------- logic: the trainer

    /// @inheritdoc IIncentive
    /// @dev All that is paid is staked: who stakes more bears more rounds.
    function onData(address author, bytes32 key)
        external
        payable
        override
        onlyTrainer
        only(Phase.Participating)
        returns (uint256)
    {
        (uint256 least, uint32 index) = (_terms.stake, contributionCount);
        if (msg.value < least) revert TooLittle(least, msg.value);
        MarketRules.requireRoom(msg.value + stakes + bounty);
        (contributionCount, stakes) = (index + 1, stakes + uint96(msg.value));
        Rounds.Entry storage entry = _rounds.entries[index];
        (entry.key, entry.author, entry.stake) = (key, author, uint96(msg.value));
        if (index + 1 == _terms.most) _endsAt = _in(0);
        emit Staked(index, author, key, msg.value);
        _book(author, 0, 1, 0);
        return msg.value;
    }

    /// @inheritdoc IIncentive
    /// @dev Scores pay here, not the model's agreement.
    function onRefund(address, IDataHandler.Contribution calldata, bool)
        external
        pure
        override
        returns (uint256)
    {
        revert Unsupported();
    }

    /// @inheritdoc IIncentive
    /// @dev As `onRefund`.
    function onReport(address, IDataHandler.Contribution calldata, bool)
        external
        pure
        override
        returns (uint256)
    {
        revert Unsupported();
    }

    // ------------------------------------------------- logic: the test set

    /// @inheritdoc IMarketIncentive
    function draw() external override only(Phase.Drawing) {
        uint256 by = drawnBy;
        if (block.number <= by) revert TooEarly(by + 1, block.number);
        bytes32 hash = blockhash(by);
        if (hash == 0) revert DrawMissed(by);
        _phase = Phase.Showing;
        // Two markets opened in one block are drawn apart.
        bytes32 seed = keccak256(abi.encode(hash, address(this)));
        emit Drawn(_pieces.draw(_terms.shown, seed), seed);
    }

    /// @inheritdoc IMarketIncentive
    function reveal(
        uint256 piece,
        bytes32, // salt
        int64[][] calldata samples,
        uint64[] calldata labels
    ) external override {
        (Phase now_,) = phase();
        bool showing = now_ == Phase.Showing;
        if (!showing && now_ != Phase.Revealing) revert NotInPhase(Phase.Revealing, now_);
        _pieces.requireDue(piece, showing);
        _pieces.requireDigest(piece, _digestOfCall());
        uint256 size = _terms.samples;
        if (samples.length != size || labels.length != size) {
            revert WrongPieceSize(size, samples.length, labels.length);
        }
        uint256 gasBefore = gasleft();
        (uint32 right, uint256 refused) = scorer.evaluated(samples, labels);
        if (refused != size) revert SampleRefused(piece, refused);
        MarketRules.requireLight(piece, gasBefore - gasleft());
        emit PieceRevealed(piece, right);
        if (!showing) _rounds.initial += right;
        (bool allShown, bool all) = _pieces.mark(piece);
        if (showing && allShown) _beginParticipation();
        if (all) _beginRewarding();
    }

    // --------------------------------------------- logic: the steps of scoring

    /// @inheritdoc IMarketIncentive
    function learn(int64[] calldata features, uint64 class, uint64 addedAt)
        external
        override
        only(Phase.Rewarding)
    {
        uint32 index = _requireLearning();
        if (!_rounds.bears(index)) revert KickDue(index);
        Rounds.Entry storage entry = _rounds.entries[index];
        Loaded sample = features.load();
        bytes32 key = sample.keyOf(class, addedAt, entry.author);
        if (key != entry.key) revert WrongData(index, entry.key, key);
        _rounds.learn(_pieces.hiddenFrom(0));
        bool taken = sample.offeredTo(scorer, class);
        if (!taken) MarketRules.requireReason();
        emit Learned(_rounds.number, index, taken);
        if (!taken) _score(_rounds.reached);
    }

    /// @inheritdoc IMarketIncentive
    function evaluate(
        uint256 piece,
        bytes32, // salt
        int64[][] calldata samples,
        uint64[] calldata labels
    ) external override only(Phase.Rewarding) {
        Rounds.Pass storage pass = _rounds.pass;
        if (!pass.learned) revert LearningDue(pass.cursor);
        if (piece != pass.piece) revert WrongPiece(pass.piece, piece);
        _pieces.requireDigest(piece, _digestOfCall());
        (uint32 right,) = scorer.evaluated(samples, labels);
        right += pass.right;
        uint256 next = _pieces.hiddenFrom(piece + 1);
        if (next < _pieces.count) _rounds.count(right, next);
        else _score(right);
    }

    /// @inheritdoc IMarketIncentive
    function kick() external override only(Phase.Rewarding) {
        uint32 index = _requireLearning();
        if (_rounds.bears(index)) revert NotToKick(index);
        emit Kicked(_rounds.number, index, _rounds.kick());
        _endPassAtEnd();
    }

    // ------------------------------------------------------ logic: the money

    /// @inheritdoc IMarketIncentive
    function denounce() external override {
        (Phase now_,) = phase();
        if (now_ == Phase.Unopened || now_ > Phase.Rewarding) {
            revert NotInPhase(Phase.Rewarding, now_);
        }
        if (scorer.initialDigest() == _digest && _model().initialDigest() == _digest) {
            revert ModelsUnchanged();
        }
        (_phase, _endsAt) = (contributionCount == 0 ? Phase.Void : Phase.Forfeited, 0);
        emit Denounced(msg.sender);
    }

    /// @inheritdoc IMarketIncentive
    function collect(uint256 contribution) external override {
        Phase end = _requireEnd();
        Rounds.Entry storage entry = _entry(contribution);
        if (entry.collected) revert AlreadyCollected(contribution);
        entry.collected = true;
        uint256 amount = end == Phase.Settled ? _rounds.balanceAt(contribution) : entry.stake;
        if (end == Phase.Forfeited) amount += _takeShare(entry.stake);
        emit Collected(contribution, entry.author, amount);
        _credit(entry.author, amount);
    }

    /// @inheritdoc IMarketIncentive
    function returnBounty() external override {
        Phase end = _requireEnd();
        uint256 amount = bounty;
        if (end == Phase.Forfeited || amount == 0) revert NothingToClaim();
        bounty = 0;
        emit BountyReturned(admin, amount);
        _credit(admin, amount);
    }

    /// @inheritdoc IIncentive
    function cost() external view override returns (uint256) {
        return _terms.stake;
    }

    // --------------------------------------------------- logic: shared, phases

    function _beginParticipation() private {
        (_phase, _endsAt) = (Phase.Participating, _in(_terms.participationTime));
        emit ParticipationBegun(_endsAt);
    }

    function _beginRewarding() private {
        (_phase, _endsAt) = (Phase.Rewarding, _in(_terms.rewardTime));
        _rounds.begin(_terms.rounds);
        emit RewardingBegun(_rounds.initial, _endsAt);
    }

    function _score(uint32 right) private {
        // Whatever was added to the scorer stays there: who looks here sees it, whenever it came.
        if (scorer.initialDigest() != _digest) revert ScorerChanged();
        (uint32 number, uint32 index) = (_rounds.number, _rounds.pass.cursor);
        emit Scored(number, index, _rounds.score(right));
        _endPassAtEnd();
    }

    function _endPassAtEnd() private {
        if (_rounds.pass.cursor < contributionCount) return;
        (uint32 rounds, uint32 left) = _rounds.end();
        emit PassEnded(_rounds.number, rounds, left, _rounds.reached);
        if (left == 0) {
            (_phase, _endsAt) = (Phase.Settled, 0);
            // Never below 0: what scores add up to is what the unit was reckoned for.
            bounty = uint96(uint256(int256(uint256(bounty)) - _rounds.paid));
        } else {
            _rounds.restart();
            scorer.reset();
        }
    }

    // --------------------------------------------------- logic: shared, checks

    /// @dev What contributions teach as they come; the scorer is its twin.
    function _model() private view returns (IClassifier) {
        return ICollaborativeTrainer(trainer).classifier();
    }

    /// @dev The contribution whose turn it is, if it is to be learned or kicked.
    function _requireLearning() private view returns (uint32 index) {
        Rounds.Pass storage pass = _rounds.pass;
        index = pass.cursor;
        if (pass.learned) revert EvaluationDue(index, pass.piece);
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev A contribution's part of the bounty by its stake, of those that have not collected. So the
    /// last one has all that is left, and not a wei stays.
    function _takeShare(uint96 stake) private returns (uint96 share) {
        share = uint96(uint256(bounty) * stake / stakes);
        (bounty, stakes) = (bounty - share, stakes - stake);
    }

    /// @dev Of a piece: all that was handed in but its number, which its digest's place stands for.
    function _digestOfCall() private pure returns (bytes32) {
        return keccak256(msg.data[36:]);
    }

    function _in(uint64 time) private view returns (uint64) {
        return uint64(block.timestamp) + time;
    }
}
