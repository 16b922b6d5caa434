// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {IMarketIncentive} from "../interfaces/IMarketIncentive.sol";
import {Pieces} from "../lib/Pieces.sol";
import {Rounds} from "../lib/Rounds.sol";

/// @title What a prediction market keeps, and what anybody may read of it
abstract contract MarketViews is IMarketIncentive {
    using Rounds for Rounds.Book;

    // ---------------------------------------------------------------- storage

    /// @dev As last written, beside the trainer in its slot; time moves it on: see `phase`.
    Phase internal _phase;
    uint64 internal _endsAt;
    /// @inheritdoc IMarketIncentive
    IClassifier public override scorer;
    /// @inheritdoc IMarketIncentive
    uint96 public override bounty;
    /// @inheritdoc IMarketIncentive
    uint96 public override stakes;
    /// @inheritdoc IMarketIncentive
    uint32 public override contributionCount;
    /// @inheritdoc IMarketIncentive
    uint64 public override drawnBy;
    /// @dev The scorer's initial digest when the market was opened: all that its admin adds shows.
    bytes32 internal _digest;
    Terms internal _terms;
    Pieces.Set internal _pieces;
    Rounds.Book internal _rounds;

    // ----------------------------------------------------------- logic: views

    /// @inheritdoc IMarketIncentive
    function phase() public view override returns (Phase now_, uint64 endsAt) {
        (now_, endsAt) = (_phase, _endsAt);
        if (endsAt == 0 || block.timestamp < endsAt) return (now_, endsAt);
        if (now_ == Phase.Participating) {
            if (contributionCount < _terms.least) return (Phase.Void, 0);
            (now_, endsAt) = (Phase.Revealing, endsAt + _terms.revealTime);
            if (block.timestamp < endsAt) return (now_, endsAt);
        }
        return (now_ == Phase.Revealing ? Phase.Forfeited : Phase.Void, 0);
    }

    /// @inheritdoc IMarketIncentive
    function terms() external view override returns (Terms memory) {
        return _terms;
    }

    /// @inheritdoc IMarketIncentive
    function unit() external view override returns (uint96) {
        return _rounds.unit;
    }

    /// @inheritdoc IMarketIncentive
    function pieceCount() external view override returns (uint256) {
        return _pieces.count;
    }

    /// @inheritdoc IMarketIncentive
    function digestAt(uint256 piece) external view override returns (bytes32) {
        return _pieces.digests[piece];
    }

    /// @inheritdoc IMarketIncentive
    function pieces() external view override returns (uint256 shown, uint256 revealed) {
        return (_pieces.shown, _pieces.revealed);
    }

    /// @inheritdoc IMarketIncentive
    function contributionAt(uint256 contribution)
        external
        view
        override
        returns (Contributed memory)
    {
        Rounds.Entry storage entry = _entry(contribution);
        return Contributed({
            key: entry.key,
            author: entry.author,
            stake: entry.stake,
            balance: _rounds.balanceAt(contribution),
            score: entry.score,
            kicked: entry.kicked,
            collected: entry.collected
        });
    }

    /// @inheritdoc IMarketIncentive
    function due() external view override returns (Due memory) {
        Rounds.Pass storage pass = _rounds.pass;
        return Due({
            pass: _rounds.number,
            contribution: pass.cursor,
            learned: pass.learned,
            kickDue: !pass.learned && !_rounds.bears(pass.cursor),
            piece: pass.piece,
            roundsLeft: pass.roundsLeft,
            initialRight: _rounds.initial,
            right: _rounds.reached,
            paid: _rounds.paid
        });
    }

    // ---------------------------------------------------------- logic: shared

    function _requirePhase(Phase needed) internal view {
        (Phase now_,) = phase();
        if (now_ != needed) revert NotInPhase(needed, now_);
    }

    function _requireEnd() internal view returns (Phase now_) {
        (now_,) = phase();
        if (now_ < Phase.Settled) revert NotInPhase(Phase.Settled, now_);
    }

    function _entry(uint256 contribution) internal view returns (Rounds.Entry storage) {
        if (contribution >= contributionCount) {
            revert UnknownContribution(contribution, contributionCount);
        }
        return _rounds.entries[contribution];
    }
}
