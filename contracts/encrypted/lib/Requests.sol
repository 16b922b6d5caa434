// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPredictionService} from "../interfaces/IPredictionService.sol";

/// @title One request for a prediction: who answered, who voted, and in which phase it is
library Requests {
    /// @dev `entered` is the last phase that a transaction entered, and `endsAt` its deadline.
    struct Request {
        uint64 service;
        IPredictionService.Phase entered;
        IPredictionService.Outcome outcome;
        uint48 endsAt;
        uint16 right;
        uint16 wrong;
        address customer;
        bytes32 input;
        bytes32 accepted;
        mapping(uint16 place => bytes32) answers;
        mapping(bytes32 answer => uint16) countOf;
        mapping(uint16 place => bool) hasVoted;
    }

    // ------------------------------------------------------------------ logic

    /// @notice The phase, the first block outside it (0: there is none), and how it ended.
    function where(Request storage request)
        internal
        view
        returns (IPredictionService.Phase phase, uint256, IPredictionService.Outcome outcome)
    {
        phase = request.entered;
        if (phase == IPredictionService.Phase.None) return (phase, 0, outcome);
        if (phase == IPredictionService.Phase.Settled) return (phase, 0, request.outcome);
        if (block.number < request.endsAt) return (phase, request.endsAt, outcome);
        return (IPredictionService.Phase.Ended, 0, _outcomeOf(request, phase));
    }

    function _outcomeOf(Request storage request, IPredictionService.Phase last)
        private
        view
        returns (IPredictionService.Outcome)
    {
        if (last == IPredictionService.Phase.Asked) return IPredictionService.Outcome.Unanswered;
        if (last == IPredictionService.Phase.Answered) return IPredictionService.Outcome.Accepted;
        return request.right > request.wrong
            ? IPredictionService.Outcome.Upheld
            : IPredictionService.Outcome.Overturned;
    }

    /// @notice Reverts WrongRequestPhase unless the request is in that phase.
    function requirePhase(Request storage request, IPredictionService.Phase phase) internal view {
        (IPredictionService.Phase now_,,) = where(request);
        if (now_ != phase) revert IPredictionService.WrongRequestPhase(phase, now_);
    }

    /// @notice Enter a phase, whose clock starts now.
    function enter(Request storage request, IPredictionService.Phase phase, uint32 blocks)
        internal
    {
        (request.entered, request.endsAt) = (phase, uint48(block.number + blocks));
    }
}
