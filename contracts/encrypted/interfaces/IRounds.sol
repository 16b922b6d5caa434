// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "./IAgreement.sol";
import {IRoundTypes} from "./IRoundTypes.sol";

/// @title Rounds of learning: updates nobody can read come in, are added, and the sum is opened
/// @notice A group that agreed on terms learns round by round. A round goes
///
///   Announcing   where the scheme has it: members bring what the others need to know first
///   Submitting   members bring their updates chunk by chunk; each unit is checked
///   Judging      where the terms have it: members say whose updates are none by their proofs
///   Summing      anybody hands the updates in again; the contract adds them
///   Opening      members bring what opens the sum: decryption shares, or shares of masks' seeds
///   Opened       enough members did, so that everybody can open it
///   Void         too few updates, not added in time, or too few shares
///
/// Phases follow from counts and block numbers, no transaction is needed to enter one. A phase ends
/// before its deadline when there is nothing to wait for. An update counts when all of its chunks
/// are in before the deadline, unless more than half of the members judge that it is none; of one
/// that stopped half-way nothing is in any sum.
///
/// Updates and shares lie in call data, and their digests here: keeping them would cost 22,100 gas
/// a word. A sum lies in its event and has its digest here. So whoever hands chunks in again needs
/// nobody's leave and risks nothing: what it hands in has the digest or is refused, a step that
/// somebody took before has no effect, and each step brings the sum on.
/// @dev Members call by themselves, no contract between: what they bring is then found in the
/// transactions' input, and no member can make a sum that nobody else can compute.
/// Waits are counted in blocks: Raft's timestamps are nanoseconds where others' are seconds. Rounds
/// of a group are numbered 1, 2, ….
interface IRounds is IRoundTypes {
    /// @notice The terms can't be met by a group of that many members.
    error BadTerms(uint16 members);
    /// @notice These are not the terms the group agreed on.
    error TermsNotAgreed(bytes32 agreed, bytes32 given);
    /// @notice The group's rounds were opened before.
    error AlreadyOpen(uint64 group);
    /// @notice The group's rounds were never opened.
    error NotOpen(uint64 group);
    /// @notice The account is no member of the group.
    error NotMember(address account);
    /// @notice Members call by themselves, no contract between.
    error NotDirect(address sender);
    /// @notice The group's next round has another number.
    error WrongRound(uint64 expected, uint64 given);
    /// @notice The round is in another phase.
    error WrongPhase(Phase needed, Phase now_);
    /// @notice The member did not announce: its masks would not cancel out.
    error NotAnnounced(address member);
    /// @notice The member's announcement, update, judgement or shares are complete.
    error AlreadyComplete(address member);
    /// @notice Chunks come in order.
    error WrongChunk(uint32 expected, uint32 given);
    /// @notice A row has fewer chunks.
    error NoSuchChunk(uint32 chunk, uint32 count);
    /// @notice Bytes come by whole chunks, or to the end of what is left.
    error WrongLength(uint256 chunkBytes, uint256 rest, uint256 given);
    /// @notice That many updates are in the sum: the next step starts there.
    error WrongStep(uint16 expected, uint16 given);
    /// @notice What is handed in is not what the member brought.
    error WrongDigest(address member, bytes32 expected, bytes32 given);
    /// @notice What is handed in is not the sum so far.
    error WrongSum(bytes32 expected, bytes32 given);
    /// @notice Sums of this group are not opened in this way.
    error NotOpenedThisWay();
    /// @notice A seed share for a member that did not drop: together with its update it would bare
    /// it.
    error NotDropped(address member);

    /// @notice A group's rounds can begin.
    event RoundsOpened(uint64 indexed group, Terms terms);
    /// @notice Announcements, or else updates, are taken from this block on.
    event RoundBegun(uint64 indexed group, uint64 indexed round);
    /// @notice A member's announcement lies in this transaction's call data.
    event Announced(
        address indexed party, uint64 indexed group, uint64 indexed round, bytes32 digest
    );
    /// @notice `count` chunks of a member's encrypted gradients and biases, from `chunk` on, lie in
    /// this transaction's call data.
    event GradientPerIterationValue(
        address indexed party,
        uint64 indexed group,
        uint64 indexed round,
        uint32 chunk,
        uint32 count
    );
    /// @notice A member's update counts; `counted` do now.
    event UpdateComplete(
        address indexed party, uint64 indexed group, uint64 indexed round, uint16 counted
    );
    /// @notice A member judged; bit i of `wrong`: the update of member i is none.
    event Judged(
        address indexed party, uint64 indexed group, uint64 indexed round, uint64 wrong
    );
    /// @notice A member's update does not count any more.
    event UpdateRejected(address indexed party, uint64 indexed group, uint64 indexed round);
    /// @notice `folded` updates are in the sum of a chunk, and more are to come.
    event ChunkFolded(
        uint64 indexed group, uint64 indexed round, uint32 indexed chunk, uint16 folded
    );
    /// @notice The sum of a chunk over all updates that count.
    event AggregateGradientsOutput(
        uint64 indexed group, uint64 indexed round, uint32 indexed chunk, bytes sum
    );
    /// @notice All chunks are added; shares are taken in the blocks before `opensUntil`.
    event SumComplete(uint64 indexed group, uint64 indexed round, uint64 opensUntil);
    /// @notice `count` chunks of a member's decryption shares lie in this transaction's call data.
    event SharesPosted(
        address indexed party,
        uint64 indexed group,
        uint64 indexed round,
        uint32 chunk,
        uint32 count,
        bytes32 proofDigest
    );
    /// @notice A member's seed shares lie in this transaction's call data.
    event SeedsPosted(
        address indexed party, uint64 indexed group, uint64 indexed round, bytes32 digest
    );
    /// @notice So many members' shares are complete that the sum can be opened.
    event SumOpened(uint64 indexed group, uint64 indexed round);

    /// @notice Open the rounds of a group that agreed on these terms: anybody may.
    /// @dev Reverts AlreadyOpen, TermsNotAgreed, BadTerms.
    function open(uint64 group, Terms calldata terms) external;

    /// @notice Begin the group's next round, when the one before is Opened or Void. Members only.
    /// @dev Reverts NotOpen, NotMember, WrongRound, WrongPhase. Groups choose times long enough for
    /// members to learn of it.
    function begin(uint64 group, uint64 round) external;

    /// @notice Bring the caller's announcement for a round.
    /// @dev In Announcing. Reverts NotOpen, NotDirect, NotMember, WrongPhase, AlreadyComplete,
    /// WrongLength.
    function announce(uint64 group, uint64 round, bytes calldata announcement) external;

    /// @notice Say whose updates are none, as everybody finds by their proofs: what more than half
    /// of the members name does not count. Judging ends when all members have.
    /// @dev In Judging. Reverts NotOpen, NotMember, WrongPhase, AlreadyComplete.
    /// @param wrong Bit i: the update of member i.
    function judge(uint64 group, uint64 round, uint64 wrong) external;

    /// @notice Bring the next chunks of the caller's update, as many as fit a transaction.
    /// @dev In Submitting. Reverts NotOpen, NotDirect, NotMember, WrongPhase, NotAnnounced,
    /// AlreadyComplete,
    /// WrongChunk, WrongLength, and as IAggregation.check does.
    /// @param chunk The first one's index.
    /// @param units The chunks one behind the other.
    function submit(uint64 group, uint64 round, uint32 chunk, bytes calldata units) external;

    /// @notice Add members' chunks to the sum of that chunk: anybody may. Members' order is that of
    /// the group, and those whose update does not count are left out.
    /// @dev In Summing. A step taken before has no effect, whether it brought the same or not.
    /// Reverts NotOpen, WrongPhase, NoSuchChunk, WrongStep, WrongLength, WrongDigest, WrongSum.
    /// @param from How many updates are in the sum.
    /// @param sum The sum so far; empty where `from` is 0.
    /// @param units That chunk of the next updates, one behind the other.
    function fold(
        uint64 group,
        uint64 round,
        uint32 chunk,
        uint16 from,
        bytes calldata sum,
        bytes calldata units
    ) external;

    /// @notice Bring the next chunks of the caller's decryption shares.
    /// @dev From Opening on, until its deadline even if the sum is Opened before: a wrong share is
    /// found by its proof and needs another in its place. Reverts NotOpen, NotOpenedThisWay,
    /// NotDirect, NotMember, WrongPhase, AlreadyComplete, WrongChunk, WrongLength, and as
    /// IAggregation.check does.
    /// @param proof Whatever proves the shares to others; its digest is in the event.
    function postShares(
        uint64 group,
        uint64 round,
        uint32 chunk,
        bytes calldata shares,
        bytes calldata proof
    ) external;

    /// @notice Bring the caller's shares of seeds, `seedBytes` for each member in the group's
    /// order, zeros for none. Where it is not `selfMasked`, only for members that dropped.
    /// @dev As `postShares`. Reverts NotOpen, NotOpenedThisWay, NotDirect, NotMember, WrongPhase,
    /// AlreadyComplete, WrongLength, NotDropped. What is refused was in a transaction all the same:
    /// everybody can read it.
    function postSeeds(uint64 group, uint64 round, bytes calldata seeds) external;

    /// @notice The digest of terms that groups agree on, of this chain and this contract alone.
    function termsDigest(Terms calldata terms) external view returns (bytes32);

    /// @notice What a group learns by. Reverts NotOpen.
    function termsOf(uint64 group) external view returns (Terms memory);

    /// @notice How far a round has come.
    function stateOf(uint64 group, uint64 round) external view returns (State memory);

    /// @notice The group's newest round; 0 before the first one.
    function lastRound(uint64 group) external view returns (uint64);

    /// @notice How many chunks of a member's update and of its shares are in.
    /// @param place The member's number in the group. Its seed shares are a single chunk.
    function progressOf(uint64 group, uint64 round, uint16 place)
        external
        view
        returns (uint32 submitted, uint32 shared);

    /// @notice The digest of a member's announcement; zero where there is none.
    function announcementOf(uint64 group, uint64 round, uint16 place)
        external
        view
        returns (bytes32);

    /// @notice Whether a member's update counts.
    function isCounted(uint64 group, uint64 round, uint16 place) external view returns (bool);

    /// @notice The digest of a chunk of a member's update; zero where it is not in.
    function digestOf(uint64 group, uint64 round, uint16 place, uint32 chunk)
        external
        view
        returns (bytes32);

    /// @notice The digest of a chunk of a member's shares; zero where it is not in.
    function shareDigestOf(uint64 group, uint64 round, uint16 place, uint32 chunk)
        external
        view
        returns (bytes32);

    /// @notice The sum of a chunk: how many updates are in it, and its digest.
    function sumOf(uint64 group, uint64 round, uint32 chunk)
        external
        view
        returns (uint16 folded, bytes32 digest);

    /// @notice Where groups come from.
    function agreement() external view returns (IAgreement);
}
