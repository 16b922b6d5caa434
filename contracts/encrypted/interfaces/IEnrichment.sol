// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPurse} from "./IPurse.sol";
import {IRounds} from "./IRounds.sol";

/// @title Somebody outside improves a group's model and is paid by the accuracy reached
/// @notice An enrichment goes
///
///   Backing     a member proposed a plan; members back it, each once, with its part of the escrow
///               and a bond. It takes as many as the group's charter asks votes for, and all parts
///   Open        an enricher takes it, with a deposit
///   Enriching   the enricher brings its encrypted improvement chunk by chunk
///   Measuring   backers decrypt the improvement, measure it on the test set whose digest is in the
///               plan, and commit to the accuracy
///   Revealing   backers reveal
///   Ended       a deadline passed, or all has been said: anybody settles it
///   Settled     what everybody gets can be withdrawn
///
/// How it ends: Lapsed, not backed in time: backers get back what they gave. Unused, no enricher
/// came: likewise. Abandoned, the enricher brought nothing whole in time: its deposit goes to the
/// parties as they escrowed. Judged, as many as the charter asks votes for revealed: the median
/// counts, the lower one of two, and the plan says what is paid. Silent, fewer revealed: the plan
/// says what silence costs. In both the enricher has its deposit back and gets the bonds of those
/// backers who did not reveal. What is not paid goes back as it was escrowed, to the last wei.
/// @dev The median is between what honest backers measured as long as more than half of those who
/// revealed are honest. A lying majority can have the improvement for the least the plan pays: no
/// contract can measure what it can't decrypt. The test set's digest allows to show afterwards that
/// they lied, and no more. A lying enricher gets what its improvement is worth on that set.
/// All bytes lie in call data, in chunks, and their digests here. Backers and the enricher call by
/// themselves. Chunks are refused as IRounds and IAggregation say.
interface IEnrichment is IPurse {
    enum Phase {
        None,
        Backing,
        Open,
        Enriching,
        Measuring,
        Revealing,
        Ended,
        Settled
    }

    enum Outcome {
        None,
        Lapsed,
        Unused,
        Abandoned,
        Judged,
        Silent
    }

    /// @notice The two ways in which an enricher can have a part of what the model earns from then
    /// on (IPredictionService). Revenue: of all that comes in, and the key is handed over: the
    /// enricher has to be a member of the group that serves. Profit: of what is left when the work
    /// of answering is paid, and the model stays encrypted for the enricher.
    enum Reward {
        Revenue,
        Profit
    }

    /// @param group Whose model it is.
    /// @param reward What the enricher's part is a part of.
    /// @param share The enricher's part in ten-thousandths, if the plan pays for the accuracy.
    /// @param enricher Who may take it; zero: any party that is no member.
    /// @param testSet The digest of the test set, with a secret in it as long as it shall be one.
    /// @param units Units of an improvement; they are of the group's scheme and key.
    /// @param baseline The accuracy that the model has, in ten-thousandths. Without steps each one
    /// above it is paid.
    /// @param perPoint What a ten-thousandth above the baseline is paid, in wei; 0 with steps.
    /// @param cap The most that is paid, in wei: all of the escrow. With steps the last one's.
    /// @param silence What is paid when too few backers reveal, in wei; at most the cap.
    /// @param deposit What the enricher puts down, in wei.
    /// @param bond What each backer puts down, in wei.
    /// @param backBlocks How long it can be backed, 2 at least, as all that follow.
    /// @param openBlocks How long it can be taken.
    /// @param enrichBlocks How long the enricher has.
    /// @param measureBlocks How long commitments are taken.
    /// @param revealBlocks How long they are opened.
    struct Plan {
        uint64 group;
        Reward reward;
        uint16 share;
        address enricher;
        bytes32 testSet;
        uint32 units;
        uint16 baseline;
        uint96 perPoint;
        uint96 cap;
        uint96 silence;
        uint96 deposit;
        uint96 bond;
        uint32 backBlocks;
        uint32 openBlocks;
        uint32 enrichBlocks;
        uint32 measureBlocks;
        uint32 revealBlocks;
    }

    /// @notice From this accuracy on, in ten-thousandths, this is paid, in wei.
    struct Step {
        uint16 accuracy;
        uint96 amount;
    }

    /// @param endsAt The first block outside the phase if nothing happens; 0: there is none.
    /// @param outcome None before Ended.
    /// @param enricher Who took it.
    /// @param backed Members that backed it.
    /// @param committed Backers that committed.
    /// @param revealed Backers that revealed.
    /// @param accuracy The median; 0 unless Judged.
    /// @param paid What the plan pays for it, in wei, deposits and bonds aside.
    struct State {
        Phase phase;
        uint64 endsAt;
        Outcome outcome;
        address enricher;
        uint16 backed;
        uint16 committed;
        uint16 revealed;
        uint16 accuracy;
        uint96 paid;
    }

    /// @notice The plan can't be met: its numbers, its steps (at most 16, both numbers rising) or
    /// the parts of the escrow (one for each member, together the cap).
    error BadPlan();
    /// @notice The enrichment is in another phase.
    error WrongEnrichmentPhase(Phase needed, Phase now_);
    /// @notice The member backed it.
    error AlreadyBacked(address member);
    /// @notice The account did not back it.
    error NotBacker(address account);
    /// @notice A member of the group can't be its enricher.
    error IsMember(address account);
    /// @notice The plan names another enricher, or the account is no party.
    error NotEnricher(address account);
    /// @notice The backer committed, or revealed.
    error AlreadyMeasured(address member);
    /// @notice A commitment is not zero.
    error NoCommitment();
    /// @notice The backer did not commit to this.
    error OtherCommitment(bytes32 committed, bytes32 given);
    /// @notice An accuracy is at most 10,000.
    error NoAccuracy(uint16 given);

    /// @notice A plan is Backing; `parts` of the escrow by the group's order.
    event EnrichmentProposed(
        uint64 indexed enrichment,
        uint64 indexed group,
        address indexed proposer,
        Plan plan,
        Step[] steps,
        uint96[] parts
    );
    /// @notice A member backs the plan with so many wei, its bond among them.
    event Backed(uint64 indexed enrichment, address indexed party, uint256 amount);
    /// @notice The plan is agreed and escrowed.
    event EnrichmentOpened(uint64 indexed enrichment);
    /// @notice A party set about improving the model.
    event Taken(uint64 indexed enrichment, address indexed enricher);
    /// @notice `count` chunks of the improvement lie in this transaction's call data.
    event ImprovementBrought(
        uint64 indexed enrichment, address indexed enricher, uint32 chunk, uint32 count
    );
    /// @notice The improvement is whole.
    event ImprovementComplete(uint64 indexed enrichment, address indexed enricher);
    /// @notice `count` chunks of a backer's decryption shares lie in this transaction's call data.
    event ImprovementShares(
        uint64 indexed enrichment,
        address indexed party,
        uint32 chunk,
        uint32 count,
        bytes32 proofDigest
    );
    /// @notice A backer is bound to the accuracy it measured.
    event AccuracyCommitted(uint64 indexed enrichment, address indexed party, bytes32 commitment);
    /// @notice A backer says what it measured.
    event AccuracyRevealed(uint64 indexed enrichment, address indexed party, uint16 accuracy);
    /// @notice It is over.
    event EnrichmentSettled(
        uint64 indexed enrichment,
        address indexed enricher,
        Outcome outcome,
        uint16 accuracy,
        uint256 paid
    );

    /// @notice Propose a plan, as a member. Reverts NotMember, NotOpen, BadPlan.
    /// @param parts What each member escrows, in wei, by the group's order.
    function propose(Plan calldata plan, Step[] calldata steps, uint96[] calldata parts)
        external
        returns (uint64 enrichment);

    /// @notice Agree to the plan with one's part of the escrow and the bond, as a member.
    /// @dev In Backing. Reverts NotMember, WrongEnrichmentPhase, AlreadyBacked, WrongValue.
    function back(uint64 enrichment) external payable;

    /// @notice Set about improving the model, with the deposit.
    /// @dev In Open. Reverts WrongEnrichmentPhase, IsMember, NotEnricher, WrongValue.
    function take(uint64 enrichment) external payable;

    /// @notice Bring the next chunks of the improvement. Enricher only, in Enriching.
    function bring(uint64 enrichment, uint32 chunk, bytes calldata units) external;

    /// @notice Bring the next chunks of the caller's decryption shares, as a backer in Measuring.
    /// Who keeps the model from others sends them another way.
    function postShares(
        uint64 enrichment,
        uint32 chunk,
        bytes calldata shares,
        bytes calldata proof
    ) external;

    /// @notice Be bound to the accuracy that one measured, as a backer in Measuring.
    function commit(uint64 enrichment, bytes32 commitment) external;

    /// @notice Say what one measured, in ten-thousandths, as a backer in Revealing.
    function reveal(uint64 enrichment, uint16 accuracy, bytes32 secret) external;

    /// @notice Credit everybody with what is theirs: anybody may, once, when it Ended.
    function settle(uint64 enrichment) external;

    /// @notice What `commit` is given.
    function commitmentOf(address member, uint64 enrichment, uint16 accuracy, bytes32 secret)
        external
        view
        returns (bytes32);

    /// @notice What the plan pays for an accuracy, in wei.
    function rewardFor(uint64 enrichment, uint16 accuracy) external view returns (uint96);

    /// @notice What the enricher has of what the model earns; a share of 0: nothing.
    function incomeOf(uint64 enrichment)
        external
        view
        returns (address enricher, Reward reward, uint16 share);

    /// @notice How far it has come.
    function stateOf(uint64 enrichment) external view returns (State memory);

    /// @notice What was proposed.
    function planOf(uint64 enrichment)
        external
        view
        returns (Plan memory plan, Step[] memory steps, uint96[] memory parts);

    /// @notice Whether a member backed it, its commitment, and what it revealed.
    function backerOf(uint64 enrichment, address member)
        external
        view
        returns (bool backed, bytes32 commitment, bool revealed, uint16 accuracy);

    /// @notice The digest of a chunk of the improvement; zero where it is not in.
    function digestOf(uint64 enrichment, uint32 chunk) external view returns (bytes32);

    /// @notice The digest of a chunk of a member's decryption shares.
    function shareDigestOf(uint64 enrichment, uint16 place, uint32 chunk)
        external
        view
        returns (bytes32);

    /// @notice The newest enrichment; 0 before the first one.
    function lastEnrichment() external view returns (uint64);

    /// @notice Where groups learn, and by it where they come from.
    function rounds() external view returns (IRounds);
}
