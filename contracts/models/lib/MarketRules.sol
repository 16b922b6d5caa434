// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {IIncentive} from "../interfaces/IIncentive.sol";
import {IMarketIncentive} from "../interfaces/IMarketIncentive.sol";
import {Pieces} from "./Pieces.sol";
import {Samples} from "./Samples.sol";

/// @title What a prediction market asks of its terms, its scorer and its pieces
library MarketRules {
    using Samples for int64[];

    // ---------------------------------------------------- logic: what is asked

    /// @dev Wei for each right answer and round. Reverts for terms that can't be met.
    function unitOf(IMarketIncentive.Terms memory asked, uint256 all, uint256 bounty)
        internal
        pure
        returns (uint96 unit)
    {
        if (
            asked.showTime == 0 || asked.participationTime == 0 || asked.revealTime == 0
                || asked.rewardTime == 0
        ) revert IMarketIncentive.NoTime();
        if (asked.rounds == 0 || asked.samples == 0) revert IMarketIncentive.EmptyMarket();
        if (all > Pieces.MOST || asked.shown == 0 || asked.shown >= all) {
            revert IMarketIncentive.PiecesOutOfRange(all, asked.shown);
        }
        if (asked.least == 0 || asked.least > asked.most) {
            revert IMarketIncentive.ContributionsOutOfRange(asked.least, asked.most);
        }
        requireRoom(bounty);
        uint256 hidden = (all - asked.shown) * asked.samples;
        unit = uint96(bounty / (asked.rounds * hidden));
        if (unit == 0) revert IMarketIncentive.BountyTooSmall(asked.rounds * hidden, bounty);
        if (asked.stake < unit * hidden) revert IMarketIncentive.StakeTooSmall(unit * hidden, asked.stake);
    }

    /// @dev The scorer is what the trainer's model was when it began, and the market's to teach.
    function requireTwin(IClassifier scorer, IClassifier model, address admin) internal view {
        // The same code has the same admin and the same parameters: they are written into it.
        if (
            address(scorer).codehash != address(model).codehash || scorer.admin() != admin
                || scorer.trainer() != address(this)
                || scorer.initialDigest() != model.initialDigest()
        ) revert IMarketIncentive.ScorerDiffers(address(scorer));
        if (!scorer.isReady()) revert IClassifier.NotReady();
    }

    /// @dev All wei are kept account of in 96 bits.
    function requireRoom(uint256 sum) internal pure {
        if (sum > type(uint96).max) revert IIncentive.TooMuch(sum);
    }

    /// @dev A model that has learned may need more gas than one that has not (weights that lie in one
    /// slot as they began lie in two after a reset): a piece that just fits a block now might fit
    /// none when it is to be scored, and the provider would not pay.
    function requireLight(uint256 piece, uint256 used) internal view {
        uint256 most = block.gaslimit / 3;
        if (used > most) revert IMarketIncentive.PieceTooHeavy(piece, most, used);
    }

    /// @dev A model that refuses says why. One that says nothing had too little gas, and who calls
    /// must not be able to make answers wrong by giving little.
    function requireReason() internal pure {
        uint256 size;
        assembly ("memory-safe") {
            size := returndatasize()
        }
        if (size == 0) revert IMarketIncentive.GasTooLow();
    }

    // -------------------------------------------------------- logic: answers

    /// @dev How many of the scorer's answers are right, and the first sample that it refused: their
    /// number where it refused none. A refusal is a wrong answer.
    function evaluated(
        IClassifier model,
        int64[][] calldata samples,
        uint64[] calldata labels
    )
        internal
        view
        returns (uint32 right, uint256 refused)
    {
        refused = samples.length;
        for (uint256 index = 0; index < samples.length; ++index) {
            (bool answered, uint64 class) = samples[index].load().askedOf(model);
            if (answered && class == labels[index]) ++right;
            if (answered) continue;
            requireReason();
            if (refused == samples.length) refused = index;
        }
    }
}
