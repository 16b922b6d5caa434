// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "./IClassifier.sol";

/// @title A prediction market: a bounty for data that makes a model better on a hidden test set
/// @notice The provider (the contract's admin) escrows a bounty and commits itself to a test set, cut
/// in pieces of equally many samples. A market goes once through
///
///   Unopened        nothing is promised yet
///   Drawing         bounty and digests are there; a coming block's hash draws the pieces to be shown
///   Showing         the drawn pieces are revealed, so that everybody can judge the test set
///   Participating   contributions come through the trainer, each with its stake
///   Revealing       the provider reveals all other pieces
///   Rewarding       a scorer learns the contributions one by one and is evaluated after each
///   Settled         stakes and scores are paid; what is left of the bounty is the provider's
///   Void            stakes and bounty go back: too few contributions, or not shown, or not scored
///   Forfeited       the provider failed: stakes go back, the bounty goes to the contributors
///
/// Who fails to act can't hold money: each phase but Unopened ends at a time (`phase`), and the last
/// three pay whoever asks, for anybody.
///
/// The scorer is a second instance of the trainer's model, with the same code, the same initial
/// weights and the market as its trainer. A pass teaches it the contributions in the order in which
/// they came and counts, after each, the hidden samples that it gets right: a contribution's score is
/// the change. The shown pieces count for nothing, or handing them in would pay. A round moves
/// `unit` wei for each point of a score. Where no score is negative, all rounds that are left pass at
/// once. Otherwise as many pass as every loser's balance bears; who can't bear one round more is
/// kicked with what it has left, the scorer is reset, and the next pass goes without it.
///
/// Scores of a pass add up to (right at its end − right at its beginning) ≤ hidden samples, and
/// unit · rounds · hidden samples ≤ bounty: the bounty can't be exceeded. A stake bears one round of
/// the worst score, so bad data costs its author at least that.
///
/// @dev Anybody may take any step of Rewarding, and at each time exactly one is due: a step taken
/// twice, too early or out of order reverts. Each is bounded by one contribution or one piece.
interface IMarketIncentive {
    enum Phase {
        Unopened,
        Drawing,
        Showing,
        Participating,
        Revealing,
        Rewarding,
        Settled,
        Void,
        Forfeited
    }

    /// @dev Times are what block.timestamp counts: seconds, with Raft nanoseconds, of which 56 bits
    /// hold two years; so no sum of them is beyond 64.
    /// @param stake The least that a contribution stakes, in wei.
    /// @param least With fewer contributions the market is void.
    /// @param most With that many Participating ends before its time.
    /// @param rounds How many rounds the bounty lasts for.
    /// @param shown How many pieces are shown beforehand, of all.
    /// @param samples How many samples each piece has.
    /// @param showTime How long drawing and showing may take together.
    /// @param participationTime How long contributions are taken.
    /// @param revealTime How long the provider has to reveal the rest.
    /// @param rewardTime How long scoring may take.
    struct Terms {
        uint96 stake;
        uint32 least;
        uint32 most;
        uint32 rounds;
        uint16 shown;
        uint16 samples;
        uint56 showTime;
        uint56 participationTime;
        uint56 revealTime;
        uint56 rewardTime;
    }

    /// @dev Wei; `balance` is the stake and what ended passes made of it.
    struct Contributed {
        bytes32 key;
        address author;
        uint256 stake;
        uint256 balance;
        int256 score;
        bool kicked;
        bool collected;
    }

    /// @param pass From 1 on; 0 before Rewarding.
    /// @param contribution Whose turn it is.
    /// @param learned Whether `piece` is to be evaluated; else the contribution is to be learned, or
    /// kicked where `kickDue`.
    /// @param roundsLeft How many rounds were not paid for yet.
    /// @param initialRight How many hidden samples the model got right as it began.
    /// @param right The same after the contribution that was scored last in this pass.
    /// @param paid Wei that left the bounty so far; below zero: that came to it.
    struct Due {
        uint256 pass;
        uint256 contribution;
        bool learned;
        bool kickDue;
        uint256 piece;
        uint256 roundsLeft;
        uint256 initialRight;
        uint256 right;
        int256 paid;
    }

    /// @notice The market is in another phase.
    error NotInPhase(Phase needed, Phase now_);
    /// @notice The market has no trainer yet.
    error NoTrainer();
    /// @notice A phase lasts for no time.
    error NoTime();
    /// @notice No rounds, or pieces of no samples.
    error EmptyMarket();
    /// @notice There are 2 to 256 pieces; at least one is shown and one is not.
    error PiecesOutOfRange(uint256 pieces, uint256 shown);
    /// @notice `least` lies in [1, most].
    error ContributionsOutOfRange(uint256 least, uint256 most);
    /// @notice The bounty gives no wei for a right answer and round.
    error BountyTooSmall(uint256 least, uint256 given);
    /// @notice The stake would not bear one round of the worst score.
    error StakeTooSmall(uint256 least, uint256 given);
    /// @notice The scorer has not the code, the admin or the initial weights of the trainer's model,
    /// or not the market as its trainer.
    error ScorerDiffers(address scorer);
    /// @notice The drawing block's hash is out of the chain's reach; the market will be void.
    error DrawMissed(uint256 block_);
    /// @notice There are fewer pieces.
    error UnknownPiece(uint256 piece, uint256 pieces);
    /// @notice The piece is not among the drawn ones: it is revealed later.
    error NotDrawn(uint256 piece);
    error AlreadyRevealed(uint256 piece);
    /// @notice What was handed in is not the piece that was committed to.
    error WrongDigest(uint256 piece, bytes32 expected, bytes32 given);
    /// @notice The model does not take a sample of the piece.
    error SampleRefused(uint256 piece, uint256 sample);
    /// @notice Evaluating the piece takes more than a third of a block's gas.
    error PieceTooHeavy(uint256 piece, uint256 most, uint256 used);
    /// @notice The piece has not as many samples, or labels, as the terms say.
    error WrongPieceSize(uint256 expected, uint256 samples, uint256 labels);
    /// @notice There are fewer contributions.
    error UnknownContribution(uint256 contribution, uint256 contributions);
    /// @notice What was handed in is not the contribution whose turn it is.
    error WrongData(uint256 contribution, bytes32 expected, bytes32 given);
    /// @notice A contribution was learned: first a piece has to be evaluated.
    error EvaluationDue(uint256 contribution, uint256 piece);
    /// @notice A contribution has to be learned, or kicked, first.
    error LearningDue(uint256 contribution);
    /// @notice Pieces are evaluated in their order.
    error WrongPiece(uint256 expected, uint256 given);
    /// @notice The contribution can't bear another round: it is to be kicked.
    error KickDue(uint256 contribution);
    /// @notice The contribution bears another round.
    error NotToKick(uint256 contribution);
    /// @notice The scorer ran out of gas: the step needs more.
    error GasTooLow();
    /// @notice Classes or features were added to the scorer: `denounce` ends the market.
    error ScorerChanged();
    /// @notice The scorer and the trainer's model have the classes and features they had when the
    /// market was opened.
    error ModelsUnchanged();
    error AlreadyCollected(uint256 contribution);

    /// @notice The market has its bounty; `unit` wei are paid for each right answer and round.
    event Opened(
        address indexed provider, address indexed scorer, uint256 bounty, uint256 unit, Terms terms
    );
    /// @notice The pieces to be shown, one bit each, the lowest for piece 0.
    event Drawn(uint256 shown, bytes32 seed);
    /// @notice A piece lies in this transaction's call data; the model as it began gets `right` of it.
    event PieceRevealed(uint256 indexed piece, uint256 right);
    event ParticipationBegun(uint64 endsAt);
    event Staked(
        uint256 indexed contribution, address indexed author, bytes32 indexed key, uint256 stake
    );
    /// @notice All is revealed; the model as it began gets `right` of the hidden samples.
    event RewardingBegun(uint256 right, uint64 endsAt);
    /// @notice The scorer learned a contribution; not `taken`: the model refused it, its score is 0.
    event Learned(uint256 indexed pass, uint256 indexed contribution, bool taken);
    event Scored(uint256 indexed pass, uint256 indexed contribution, int256 score);
    event Kicked(uint256 indexed pass, uint256 indexed contribution, uint256 balance);
    /// @notice `rounds` rounds passed; the scorer got `right` in the end.
    event PassEnded(uint256 indexed pass, uint256 rounds, uint256 roundsLeft, uint256 right);
    event Denounced(address indexed by);
    event Collected(uint256 indexed contribution, address indexed author, uint256 amount);
    event BountyReturned(address indexed provider, uint256 amount);

    // ---------------------------------------------------------- the provider

    /// @notice Escrow the bounty (all that is paid) and commit to the pieces' digests.
    /// @dev Of the admin, in Unopened. Reverts IIncentive.NotAdmin, NotInPhase, NoTrainer, NoTime,
    /// EmptyMarket, PiecesOutOfRange, ContributionsOutOfRange, BountyTooSmall, StakeTooSmall,
    /// IIncentive.TooMuch (for 2^96 wei), ScorerDiffers, IClassifier.NotReady.
    /// @param digests Of each piece: keccak256 of the call data of `reveal` behind its first argument:
    /// abi.encode(piece, salt, samples, labels) without its first 32 bytes.
    function open(Terms memory terms_, bytes32[] calldata digests, IClassifier scorer_)
        external
        payable;

    // ------------------------------------------------------------ everybody

    /// @notice Draw the pieces to be shown, by the hash of the block `drawnBy`.
    /// @dev In Drawing, in the 256 blocks behind that one. Reverts NotInPhase, IIncentive.TooEarly (in
    /// block numbers), DrawMissed.
    function draw() external;

    /// @notice Hand in a piece: in Showing one of the drawn, in Revealing one of the others. It is
    /// evaluated by the model as it began, so a piece that the model refuses can't be revealed.
    /// @dev Whoever knows the piece may. Reverts NotInPhase (naming Revealing), UnknownPiece,
    /// AlreadyRevealed, NotDrawn, WrongDigest, WrongPieceSize, SampleRefused, PieceTooHeavy, GasTooLow.
    function reveal(
        uint256 piece,
        bytes32 salt,
        int64[][] calldata samples,
        uint64[] calldata labels
    ) external;

    /// @notice Teach the scorer the contribution whose turn it is.
    /// @dev In Rewarding. Reverts NotInPhase, EvaluationDue, KickDue, WrongData, GasTooLow,
    /// ScorerChanged (where the model refuses the data, and with it the score is 0 at once).
    function learn(int64[] calldata features, uint64 class, uint64 addedAt) external;

    /// @notice Evaluate the scorer on the piece whose turn it is. A sample that it refuses is wrong.
    /// @dev In Rewarding. Reverts NotInPhase, LearningDue, WrongPiece, WrongDigest, GasTooLow,
    /// ScorerChanged.
    function evaluate(
        uint256 piece,
        bytes32 salt,
        int64[][] calldata samples,
        uint64[] calldata labels
    ) external;

    /// @notice Leave the contribution whose turn it is out: it can't bear another round.
    /// @dev In Rewarding. Reverts NotInPhase, EvaluationDue, NotToKick.
    function kick() external;

    /// @notice Show that the provider added classes or features to the scorer, or to the trainer's
    /// model, which then takes data that the scorer refuses and nobody is paid for. The market is
    /// Forfeited then, or Void where nobody has contributed.
    /// @dev From Drawing to Rewarding. Reverts NotInPhase (naming Rewarding), ModelsUnchanged.
    function denounce() external;

    /// @notice Credit a contribution's author what the market's end gives it.
    /// @dev In Settled, Void and Forfeited. Reverts NotInPhase (naming Settled), UnknownContribution,
    /// AlreadyCollected.
    function collect(uint256 contribution) external;

    /// @notice Credit the provider what is left of the bounty; of Forfeited nothing is.
    /// @dev In Settled and Void. Reverts NotInPhase (naming Settled), IIncentive.NothingToClaim.
    function returnBounty() external;

    // ---------------------------------------------------------------- views

    /// @notice Where the market is, and when that phase ends if nothing happens: 0 for never.
    function phase() external view returns (Phase now_, uint64 endsAt);

    function terms() external view returns (Terms memory);
    /// @notice What is there to be won or returned, in wei: once settled, what is left.
    function bounty() external view returns (uint96);
    /// @notice All stakes that were not collected from a forfeited market, in wei.
    function stakes() external view returns (uint96);
    /// @notice Wei for each right answer and round.
    function unit() external view returns (uint96);
    function scorer() external view returns (IClassifier);
    function pieceCount() external view returns (uint256);
    /// @notice What a piece was promised to be; zero where there is none.
    function digestAt(uint256 piece) external view returns (bytes32);
    /// @notice The block whose hash draws.
    function drawnBy() external view returns (uint64);
    /// @notice The drawn pieces and the revealed ones, one bit each.
    function pieces() external view returns (uint256 shown, uint256 revealed);
    function contributionCount() external view returns (uint32);

    /// @notice A contribution's key in the data handler, who staked how much, what scoring made of
    /// that so far, the score of its last pass, and what became of it. Reverts UnknownContribution.
    function contributionAt(uint256 contribution) external view returns (Contributed memory);

    /// @notice Which step of Rewarding is due, and how the market stands.
    function due() external view returns (Due memory);
}
