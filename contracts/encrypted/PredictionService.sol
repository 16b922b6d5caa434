// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "./interfaces/IAgreement.sol";
import {IEnrichment} from "./interfaces/IEnrichment.sol";
import {IPredictionService} from "./interfaces/IPredictionService.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {Members} from "./lib/Members.sol";
import {Offers} from "./lib/Offers.sol";
import {Portion} from "./lib/Portion.sol";
import {Requests} from "./lib/Requests.sol";
import {Purse} from "./Purse.sol";

/// @title Predictions for a fee: asked, answered, perhaps disputed, and paid
contract PredictionService is IPredictionService, Purse {
    using Members for IAgreement;
    using Requests for Requests.Request;

    // -------------------------------------------------------------- constants

    uint16 private constant _WHOLE = 10_000;
    /// @inheritdoc IPredictionService
    IRounds public immutable override rounds;
    /// @inheritdoc IPredictionService
    IEnrichment public immutable override enrichments;
    IAgreement private immutable _agreement;

    // ---------------------------------------------------------------- storage

    /// @dev `needed` approvals open it, and as many ends close it.
    struct Made {
        Offer offer;
        Service service;
        uint16[] parts;
        uint16 needed;
        uint16 members;
        mapping(uint16 place => bool) hasApproved;
        mapping(uint16 place => bool) hasRetired;
    }

    mapping(uint64 service => Made) private _services;
    mapping(uint64 request => Requests.Request) private _requests;
    /// @inheritdoc IPredictionService
    uint64 public override lastService;
    /// @inheritdoc IPredictionService
    uint64 public override lastRequest;

    // ------------------------------------------------------------ constructor

    constructor(IRounds rounds_, IEnrichment enrichments_) {
        (rounds, enrichments) = (rounds_, enrichments_);
        _agreement = rounds_.agreement();
    }

    // --------------------------------------------------------- logic: service

    /// @inheritdoc IPredictionService
    function propose(Offer calldata offer, uint16[] calldata parts)
        external
        override
        returns (uint64 service)
    {
        uint16 place = _agreement.place(offer.group);
        rounds.termsOf(offer.group);
        (uint16 members,) = _agreement.countOf(offer.group);
        Offers.check(offer, parts, members);
        service = ++lastService;
        Made storage made = _services[service];
        (made.offer, made.parts) = (offer, parts);
        (made.members, made.needed) = (members, _agreement.charterOf(offer.group).votes);
        if (offer.enrichment != 0) _name(offer, made.service);
        emit ServiceProposed(service, offer.group, msg.sender, offer, parts);
        _approve(service, made, place);
    }

    /// @inheritdoc IPredictionService
    function approve(uint64 service) external override {
        Made storage made = _services[service];
        uint16 place = _agreement.place(made.offer.group);
        if (made.hasApproved[place]) revert AlreadySaid(msg.sender);
        _approve(service, made, place);
    }

    /// @inheritdoc IPredictionService
    function retire(uint64 service) external override {
        Made storage made = _services[service];
        uint16 place = _agreement.place(made.offer.group);
        if (made.hasRetired[place]) revert AlreadySaid(msg.sender);
        made.hasRetired[place] = true;
        uint16 retired = ++made.service.retired;
        emit ServiceRetired(service, msg.sender, retired);
        if (retired != made.needed) return;
        made.service.isOpen = false;
        emit ServiceEnded(service);
    }

    function _approve(uint64 service, Made storage made, uint16 place) private {
        made.hasApproved[place] = true;
        uint16 approved = ++made.service.approved;
        emit ServiceApproved(service, msg.sender, approved);
        if (approved != made.needed || made.service.retired >= made.needed) return;
        made.service.isOpen = true;
        emit ServiceOpened(service);
    }

    function _name(Offer calldata offer, Service storage service) private {
        (address enricher, IEnrichment.Reward reward, uint16 share) =
            enrichments.incomeOf(offer.enrichment);
        bool hasKey = _agreement.placeOf(offer.group, enricher) != 0;
        if (share == 0 || (reward == IEnrichment.Reward.Revenue && !hasKey)) {
            revert NoIncome(offer.enrichment);
        }
        (service.enricher, service.reward, service.share) = (enricher, reward, share);
    }

    // -------------------------------------------------------- logic: customer

    /// @inheritdoc IPredictionService
    function ask(uint64 service, bytes calldata input)
        external
        payable
        override
        returns (uint64 request)
    {
        Made storage made = _services[service];
        Members.requireDirect();
        if (!made.service.isOpen) revert ServiceClosed(service);
        if (_agreement.placeOf(made.offer.group, msg.sender) != 0) revert IsMember(msg.sender);
        _requireValue(made.offer.fee);
        Offers.requireInput(made.offer, rounds, input);
        request = ++lastRequest;
        Requests.Request storage asked = _requests[request];
        (asked.service, asked.customer, asked.input) = (service, msg.sender, keccak256(input));
        asked.enter(Phase.Asked, made.offer.answerBlocks);
        emit Requested(request, service, msg.sender, asked.input);
    }

    /// @inheritdoc IPredictionService
    function challenge(uint64 request) external payable override {
        Requests.Request storage asked = _requests[request];
        asked.requirePhase(Phase.Answered);
        if (msg.sender != asked.customer) revert NotCustomer(msg.sender);
        Offer storage offer = _services[asked.service].offer;
        _requireValue(offer.bond);
        asked.enter(Phase.Disputed, offer.voteBlocks);
        emit Challenged(request, msg.sender);
    }

    // --------------------------------------------------------- logic: members

    /// @inheritdoc IPredictionService
    function answer(uint64 request, bytes calldata content) external override {
        Requests.Request storage asked = _requests[request];
        Offer storage offer = _services[asked.service].offer;
        Members.requireDirect();
        uint16 place = _agreement.place(offer.group);
        asked.requirePhase(Phase.Asked);
        if (asked.answers[place] != 0) revert AlreadySaid(msg.sender);
        if (content.length == 0 || content.length > offer.answerBytes) {
            revert BadLength(offer.answerBytes, content.length);
        }
        bytes32 digest = keccak256(content);
        asked.answers[place] = digest;
        emit RequestAnswered(request, msg.sender, digest);
        if (++asked.countOf[digest] < offer.answers) return;
        asked.accepted = digest;
        asked.enter(Phase.Answered, offer.disputeBlocks);
        emit AnswerAccepted(request, digest, asked.endsAt);
    }

    /// @inheritdoc IPredictionService
    function vote(uint64 request, bool right) external override {
        Requests.Request storage asked = _requests[request];
        Made storage made = _services[asked.service];
        uint16 place = _agreement.place(made.offer.group);
        asked.requirePhase(Phase.Disputed);
        if (asked.answers[place] == asked.accepted) revert OwnAnswer(msg.sender);
        if (asked.hasVoted[place]) revert AlreadySaid(msg.sender);
        asked.hasVoted[place] = true;
        if (right) ++asked.right;
        else ++asked.wrong;
        emit DisputeVoted(request, msg.sender, right);
        // All others have voted.
        uint16 others = made.members - made.offer.answers;
        if (asked.right + asked.wrong == others) asked.enter(Phase.Disputed, 0);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IPredictionService
    function settle(uint64 request) external override {
        Requests.Request storage asked = _requests[request];
        asked.requirePhase(Phase.Ended);
        (,, Outcome outcome) = asked.where();
        (asked.entered, asked.outcome) = (Phase.Settled, outcome);
        Made storage made = _services[asked.service];
        (uint256 fee, uint256 bond) = (made.offer.fee, made.offer.bond);
        bool earned = outcome == Outcome.Accepted || outcome == Outcome.Upheld;
        emit RequestSettled(request, outcome, earned ? fee : 0);
        if (earned) _share(asked, made, fee);
        else _credit(asked.customer, fee);
        if (outcome == Outcome.Overturned) _credit(asked.customer, bond);
        else if (outcome == Outcome.Upheld) _payVoters(asked, made, bond);
    }

    /// @dev As in `_payVoters`: a group has 64 members at most.
    function _share(Requests.Request storage asked, Made storage made, uint256 fee) private {
        (uint256 cost, uint256 enrichers) = _cut(made, fee);
        uint256 rest = fee - cost - enrichers;
        _credit(made.service.enricher, enrichers);
        (uint64 group, uint256 answers) = (made.offer.group, made.offer.answers);
        (uint256 before, uint256 paid) = (0, 0);
        for (uint16 place = 0; place < made.members; ++place) {
            uint256 next = before + made.parts[place];
            uint256 amount = Portion.between(rest, before, next, _WHOLE);
            before = next;
            if (asked.answers[place] == asked.accepted) {
                amount += Portion.between(cost, paid, paid + 1, answers);
                ++paid;
            }
            _credit(_agreement.memberAt(group, place), amount);
        }
    }

    /// @dev What those who answered get, and what the enricher gets.
    function _cut(Made storage made, uint256 fee)
        private
        view
        returns (uint256 cost, uint256 enrichers)
    {
        cost = made.offer.cost;
        uint256 share = made.service.share;
        if (made.service.reward == IEnrichment.Reward.Profit) {
            return (cost, (fee - cost) * share / _WHOLE);
        }
        enrichers = fee * share / _WHOLE;
        if (cost > fee - enrichers) cost = fee - enrichers;
    }

    function _payVoters(Requests.Request storage asked, Made storage made, uint256 bond) private {
        uint256 voters = uint256(asked.right) + asked.wrong;
        uint256 paid = 0;
        for (uint16 place = 0; place < made.members; ++place) {
            if (!asked.hasVoted[place]) continue;
            uint256 amount = Portion.between(bond, paid, paid + 1, voters);
            ++paid;
            _credit(_agreement.memberAt(made.offer.group, place), amount);
        }
    }

    // ----------------------------------------------------------- logic: views

    /// @inheritdoc IPredictionService
    function stateOf(uint64 request) external view override returns (State memory state) {
        Requests.Request storage asked = _requests[request];
        (Phase phase, uint256 endsAt, Outcome outcome) = asked.where();
        (state.phase, state.endsAt, state.outcome) = (phase, uint64(endsAt), outcome);
        (state.service, state.customer, state.input) =
            (asked.service, asked.customer, asked.input);
        (state.answer, state.right, state.wrong) = (asked.accepted, asked.right, asked.wrong);
    }

    /// @inheritdoc IPredictionService
    function serviceOf(uint64 service) external view override returns (Service memory) {
        return _services[service].service;
    }

    /// @inheritdoc IPredictionService
    function offerOf(uint64 service)
        external
        view
        override
        returns (Offer memory, uint16[] memory)
    {
        return (_services[service].offer, _services[service].parts);
    }

    /// @inheritdoc IPredictionService
    function answerOf(uint64 request, uint16 place) external view override returns (bytes32) {
        return _requests[request].answers[place];
    }
}
