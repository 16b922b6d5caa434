// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPredictionService} from "../interfaces/IPredictionService.sol";
import {IRounds} from "../interfaces/IRounds.sol";

/// @title What a group's offer of predictions has to be, and what it takes as a request
library Offers {
    uint16 private constant _WHOLE = 10_000;

    // ------------------------------------------------------------------ logic

    /// @notice Reverts BadOffer for one that a group of so many members can't meet.
    /// @dev A group has 64 members at most.
    function check(
        IPredictionService.Offer calldata offer,
        uint16[] calldata parts,
        uint16 members
    ) internal pure {
        if (
            parts.length != members || offer.cost > offer.fee || offer.answers == 0
                || offer.answers >= members || offer.answerBytes == 0 || offer.answerBlocks < 2
                || offer.disputeBlocks < 2 || offer.voteBlocks < 2
        ) revert IPredictionService.BadOffer();
        uint256 sum = 0;
        for (uint256 place = 0; place < parts.length; ++place) {
            sum += parts[place];
        }
        if (sum != _WHOLE) revert IPredictionService.BadOffer();
    }

    /// @notice Reverts BadLength, and as IAggregation.check does, for what is no request.
    function requireInput(
        IPredictionService.Offer storage offer,
        IRounds rounds,
        bytes calldata input
    ) internal view {
        if (input.length == 0) revert IPredictionService.BadLength(type(uint256).max, 0);
        uint256 units = offer.inputUnits;
        if (units == 0) return;
        IRounds.Terms memory terms = rounds.termsOf(offer.group);
        uint256 size = units * terms.aggregation.unitBytes();
        if (input.length != size) revert IPredictionService.BadLength(size, input.length);
        terms.aggregation.check(0, input);
    }
}
