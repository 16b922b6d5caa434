// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IEnrichment} from "./IEnrichment.sol";
import {IPurse} from "./IPurse.sol";
import {IRounds} from "./IRounds.sol";

/// @title Predictions for a fee: asked, answered, perhaps disputed, and paid
/// @notice A group's member proposes a service, and it is open when as many members approve as the
/// group's charter asks votes for. A request goes
///
///   Asked      a customer paid the fee; members answer
///   Answered   so many members gave the same answer as the service asks for: the customer can
///              challenge it, with a bond
///   Disputed   the members who did not give that answer vote whether it is right
///   Ended      a deadline passed, or all has been said: anybody settles it
///   Settled    what everybody gets can be withdrawn
///
/// How it ends: Unanswered, no such answer in time: the customer has the fee back. Accepted, not
/// challenged in time: the fee is earned. Upheld, more votes for the answer than against: the fee
/// is earned, and the bond goes to those who voted in equal parts. Overturned, as many against as
/// for, or nobody voted: the customer has fee and bond back.
///
/// A fee that is earned is shared: with an enrichment of reward Revenue its enricher has its part of
/// the fee, then who answered is paid `cost` in equal parts, and the members share the rest. With
/// Profit who answered is paid first, and the enricher has its part of what is left.
/// @dev A dispute shows what the group's other members say, who earn from the fee themselves: it
/// proves no prediction right or wrong. It helps against one member that answers rubbish, not
/// against a group that does. A customer risks its time, its bond and, against such a group, its
/// fee. Silence costs the group the fee. A service need not name an enrichment: members who agree
/// on one that does not leave its enricher out.
/// Requests and answers lie in call data, and their digests here. Customers and members call by
/// themselves.
interface IPredictionService is IPurse {
    enum Phase {
        None,
        Asked,
        Answered,
        Disputed,
        Ended,
        Settled
    }

    enum Outcome {
        None,
        Unanswered,
        Accepted,
        Upheld,
        Overturned
    }

    /// @param group Whose model answers.
    /// @param enrichment Whose enricher has a part in the fees; 0: nobody's.
    /// @param fee What a request pays, in wei.
    /// @param cost What those who answer have of it for their work, in wei.
    /// @param bond What a challenge puts down, in wei.
    /// @param answers How many members have to give the same answer: fewer than the group has.
    /// @param inputUnits Units of a request, of the group's scheme and key and checked as such; 0: a
    /// request is whatever group and customer understand.
    /// @param answerBytes The longest answer.
    /// @param answerBlocks How long members may answer, 2 at least.
    /// @param disputeBlocks How long the customer may challenge, 2 at least.
    /// @param voteBlocks How long members may vote, 2 at least.
    struct Offer {
        uint64 group;
        uint64 enrichment;
        uint96 fee;
        uint96 cost;
        uint96 bond;
        uint16 answers;
        uint32 inputUnits;
        uint32 answerBytes;
        uint32 answerBlocks;
        uint32 disputeBlocks;
        uint32 voteBlocks;
    }

    /// @param approved Members that approved.
    /// @param retired Members that want no more requests.
    /// @param isOpen Whether requests are taken.
    /// @param enricher Who has a part in the fees; zero: nobody.
    /// @param reward What it is a part of.
    /// @param share That part in ten-thousandths.
    struct Service {
        uint16 approved;
        uint16 retired;
        bool isOpen;
        address enricher;
        IEnrichment.Reward reward;
        uint16 share;
    }

    /// @param endsAt The first block outside the phase if nothing happens; 0: there is none.
    /// @param outcome None before Ended.
    /// @param input The request's digest.
    /// @param answer The digest of the answer that so many gave; zero before.
    /// @param right Votes for it.
    /// @param wrong Votes against it.
    struct State {
        Phase phase;
        uint64 endsAt;
        Outcome outcome;
        uint64 service;
        address customer;
        bytes32 input;
        bytes32 answer;
        uint16 right;
        uint16 wrong;
    }

    /// @notice The offer can't be met: its numbers, or the members' parts (one for each, together
    /// 10,000).
    error BadOffer();
    /// @notice The enrichment earned its enricher no part, or of revenue and it is no member.
    error NoIncome(uint64 enrichment);
    /// @notice The service takes no requests.
    error ServiceClosed(uint64 service);
    /// @notice The member approved, retired, answered or voted.
    error AlreadySaid(address member);
    /// @notice Members do not buy from their own group.
    error IsMember(address account);
    /// @notice The request is in another phase.
    error WrongRequestPhase(Phase needed, Phase now_);
    /// @notice A request or an answer has another length: at least one byte, and at most so many.
    error BadLength(uint256 most, uint256 given);
    /// @notice Only the customer challenges.
    error NotCustomer(address account);
    /// @notice Who gave the answer does not vote on it.
    error OwnAnswer(address member);

    /// @notice A service waits for approval; `parts` of what members share by the group's order, in
    /// ten-thousandths.
    event ServiceProposed(
        uint64 indexed service,
        uint64 indexed group,
        address indexed proposer,
        Offer offer,
        uint16[] parts
    );
    /// @notice A member approves.
    event ServiceApproved(uint64 indexed service, address indexed party, uint16 approved);
    /// @notice Requests are taken.
    event ServiceOpened(uint64 indexed service);
    /// @notice A member wants no more requests.
    event ServiceRetired(uint64 indexed service, address indexed party, uint16 retired);
    /// @notice Requests are not taken any more.
    event ServiceEnded(uint64 indexed service);
    /// @notice A request lies in this transaction's call data.
    event Requested(
        uint64 indexed request, uint64 indexed service, address indexed customer, bytes32 input
    );
    /// @notice A member's answer lies in this transaction's call data.
    event RequestAnswered(uint64 indexed request, address indexed party, bytes32 answer);
    /// @notice So many gave this answer.
    event AnswerAccepted(uint64 indexed request, bytes32 answer, uint64 disputesUntil);
    /// @notice The customer says the answer is wrong.
    event Challenged(uint64 indexed request, address indexed customer);
    /// @notice A member says whether it is.
    event DisputeVoted(uint64 indexed request, address indexed party, bool right);
    /// @notice It is over; `income` was shared.
    event RequestSettled(uint64 indexed request, Outcome outcome, uint256 income);

    /// @notice Propose a service, as a member; that approves it too. Reverts NotMember, NotOpen,
    /// BadOffer, NoIncome.
    /// @param parts What each member has of what members share, in ten-thousandths.
    function propose(Offer calldata offer, uint16[] calldata parts)
        external
        returns (uint64 service);

    /// @notice Approve a service, as a member. Reverts NotMember, AlreadySaid.
    function approve(uint64 service) external;

    /// @notice Want no more requests, as a member: as many as approve a service end it.
    /// @dev Reverts NotMember, AlreadySaid. What was asked before goes on.
    function retire(uint64 service) external;

    /// @notice Ask for a prediction and pay the fee.
    /// @dev Reverts ServiceClosed, NotDirect, IsMember, WrongValue, BadLength, and as
    /// IAggregation.check does.
    function ask(uint64 service, bytes calldata input) external payable returns (uint64 request);

    /// @notice Answer a request, as a member, once. In Asked.
    /// @dev Reverts NotMember, NotDirect, WrongRequestPhase, AlreadySaid, BadLength.
    /// @param content Where several have to give the same, byte by byte.
    function answer(uint64 request, bytes calldata content) external;

    /// @notice Challenge the answer with the bond, as the customer. In Answered.
    /// @dev Reverts WrongRequestPhase, NotCustomer, WrongValue.
    function challenge(uint64 request) external payable;

    /// @notice Say whether the answer is right, as a member who did not give it, once. In Disputed.
    /// @dev Reverts NotMember, WrongRequestPhase, OwnAnswer, AlreadySaid.
    function vote(uint64 request, bool right) external;

    /// @notice Credit everybody with what is theirs: anybody may, once, when it Ended.
    function settle(uint64 request) external;

    /// @notice How far a request has come.
    function stateOf(uint64 request) external view returns (State memory);

    /// @notice How a service stands.
    function serviceOf(uint64 service) external view returns (Service memory);

    /// @notice What was proposed.
    function offerOf(uint64 service)
        external
        view
        returns (Offer memory offer, uint16[] memory parts);

    /// @notice The digest of a member's answer; zero where it gave none.
    function answerOf(uint64 request, uint16 place) external view returns (bytes32);

    /// @notice The newest service; 0 before the first one.
    function lastService() external view returns (uint64);

    /// @notice The newest request; 0 before the first one.
    function lastRequest() external view returns (uint64);

    /// @notice Where groups learn, and by it where they come from.
    function rounds() external view returns (IRounds);

    /// @notice Where enrichers earn their parts.
    function enrichments() external view returns (IEnrichment);
}
