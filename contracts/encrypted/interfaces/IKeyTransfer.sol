// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRounds} from "./IRounds.sol";

/// @title A model handed from the key of a group to the key of a new group, for a newcomer
/// @notice The new group has agreed in IAgreement, by votes of its members, and its rounds are open:
/// so its members, its threshold and its public key are fixed. Then the handover goes
///
///   Bringing    the founder, a member of the old group, brings the model under the old key
///   Offering    old members bring masks: each E_old(r) and E_new(−r). Offering is consenting: it
///               takes as many as the old group's charter asks votes for
///   Summing     anybody hands model and masks in again: the contract adds them, E_old(w + Σr)
///   Opening     old members bring decryption shares of that sum
///   Confirming  new members bring or confirm E_new(w): the opened sum, encrypted for the new key,
///               with all E_new(−r) added
///   Done        as many as the new charter asks votes for confirmed the same, and it was brought
///   Void        a deadline passed
///
/// Each phase lasts `waitBlocks` at most. Masks are proved to be their party's own off the chain
/// (system.encrypted.transfer). Where one is not, honest members bring no shares, the handover is
/// void, and the next one leaves that member out of `offering`.
/// @dev What is E_new(w) is for votes: no contract can open E_old. A majority of new members that
/// lies hands itself another model; everybody can compute from the chain that it is another.
/// All bytes lie in call data, in chunks, and their digests here. Members call by themselves.
/// Chunks are refused as IRounds and IAggregation say.
interface IKeyTransfer {
    enum Phase {
        None,
        Bringing,
        Offering,
        Summing,
        Opening,
        Confirming,
        Done,
        Void
    }

    /// @param from The old group; its sums are opened by decryption shares.
    /// @param to The new group, likewise.
    /// @param offering Bit i: the old group's member i may offer masks.
    /// @param units Ciphertexts of the model.
    /// @param chunkUnits Ciphertexts of a chunk: one transaction holds a chunk of the model and of
    /// all masks.
    /// @param waitBlocks How long each phase lasts at most, 2 at least.
    struct Terms {
        uint64 from;
        uint64 to;
        uint64 offering;
        uint32 units;
        uint32 chunkUnits;
        uint32 waitBlocks;
    }

    /// @param endsAt The first block outside the phase if nothing happens; 0: there is none.
    /// @param offered Members whose masks are complete.
    /// @param offeredSet Bit i: those of the old group's member i are.
    /// @param summed Chunks that are added.
    /// @param opened Members whose decryption shares are complete.
    /// @param confirmed Most votes that are for one result.
    /// @param result The chained digest of E_new(w) by chunks, once Done.
    struct State {
        Phase phase;
        uint64 endsAt;
        uint16 offered;
        uint64 offeredSet;
        uint32 summed;
        uint16 opened;
        uint16 confirmed;
        bytes32 result;
    }

    /// @notice A group's sums are not opened by decryption shares, or numbers are 0 or too small, or
    /// fewer members may offer than have to.
    error BadHandover();
    /// @notice The handover is in another phase.
    error WrongHandoverPhase(Phase needed, Phase now_);
    /// @notice Only the founder brings the model.
    error NotHandoverFounder(address account);
    /// @notice The member is not among those who offer.
    error NotOffering(address member);
    /// @notice The member voted for a result.
    error AlreadyConfirmed(address member);
    /// @notice A result has a digest.
    error EmptyResult();

    /// @notice A handover is Bringing.
    event HandoverProposed(uint64 indexed handover, address indexed founder, Terms terms);
    /// @notice `count` chunks of the model lie in this transaction's call data.
    event ModelBrought(
        uint64 indexed handover, address indexed party, uint32 chunk, uint32 count
    );
    /// @notice `count` chunks of a member's masks lie in this transaction's call data.
    event MasksOffered(
        uint64 indexed handover,
        address indexed party,
        uint32 chunk,
        uint32 count,
        bytes32 proofDigest
    );
    /// @notice A member's masks are complete; `offered` members' are now.
    event OfferComplete(uint64 indexed handover, address indexed party, uint16 offered);
    /// @notice A chunk of E_old(w + Σr).
    event MaskedSum(uint64 indexed handover, uint32 indexed chunk, bytes sum);
    /// @notice `count` chunks of a member's decryption shares lie in this transaction's call data.
    event MaskedSumShares(
        uint64 indexed handover,
        address indexed party,
        uint32 chunk,
        uint32 count,
        bytes32 proofDigest
    );
    /// @notice `count` chunks of E_new(w) as a member computed it lie in this transaction's call
    /// data.
    event ResultBrought(
        uint64 indexed handover, address indexed party, uint32 chunk, uint32 count
    );
    /// @notice A member of the new group is for this result; `votes` are now.
    event ResultConfirmed(
        uint64 indexed handover, address indexed party, bytes32 result, uint16 votes
    );
    /// @notice The model is under the new group's key.
    event HandedOverModel(uint64 indexed handover, uint64 indexed from, uint64 indexed to);

    /// @notice Propose a handover, as a member of the old group. Reverts NotMember, NotOpen,
    /// BadHandover.
    function propose(Terms calldata terms) external returns (uint64 handover);

    /// @notice Bring the next chunks of the model under the old key. Founder only, in Bringing.
    function bringModel(uint64 handover, uint32 chunk, bytes calldata units) external;

    /// @notice Bring the next chunks of the caller's masks: as many of both keys. In Offering.
    /// @param given E_old(r).
    /// @param taken E_new(−r).
    /// @param proof Whatever proves the masks to others; its digest is in the event.
    function offer(
        uint64 handover,
        uint32 chunk,
        bytes calldata given,
        bytes calldata taken,
        bytes calldata proof
    ) external;

    /// @notice Add a chunk: anybody may, in Summing. A chunk added before has no effect.
    /// @param rows That chunk of the model, then of all complete masks under the old key by their
    /// members' numbers.
    function addUp(uint64 handover, uint32 chunk, bytes calldata rows) external;

    /// @notice Bring the next chunks of the caller's decryption shares of the masked sum, in Opening
    /// and Confirming: also when there are enough, since one may be wrong.
    function postShares(
        uint64 handover,
        uint32 chunk,
        bytes calldata shares,
        bytes calldata proof
    ) external;

    /// @notice Bring the next chunks of E_new(w), as a member of the new group, in Confirming. With
    /// the last one the caller is for it, unless it was for one before.
    function bringResult(uint64 handover, uint32 chunk, bytes calldata units) external;

    /// @notice Be for a result by its digest alone, as a member of the new group, in Confirming.
    /// @param result d(0) = 0, d(i + 1) = keccak256(d(i) ‖ keccak256(chunk i)).
    function confirm(uint64 handover, bytes32 result) external;

    /// @notice How far a handover has come.
    function stateOf(uint64 handover) external view returns (State memory);

    /// @notice What was proposed.
    function termsOf(uint64 handover) external view returns (Terms memory);

    /// @notice The digest of a chunk of the model; zero where it is not in.
    function modelDigestOf(uint64 handover, uint32 chunk) external view returns (bytes32);

    /// @notice The digests of a chunk of a member's masks under the old and the new key.
    function maskDigestsOf(uint64 handover, uint16 place, uint32 chunk)
        external
        view
        returns (bytes32 given, bytes32 taken);

    /// @notice The digest of a chunk of the masked sum; zero where it is not added.
    function sumDigestOf(uint64 handover, uint32 chunk) external view returns (bytes32);

    /// @notice The digest of a chunk of a member's decryption shares.
    function shareDigestOf(uint64 handover, uint16 place, uint32 chunk)
        external
        view
        returns (bytes32);

    /// @notice The digest of a chunk of E_new(w) as a member of the new group brought it.
    function resultDigestOf(uint64 handover, uint16 place, uint32 chunk)
        external
        view
        returns (bytes32);

    /// @notice The newest handover; 0 before the first one.
    function lastHandover() external view returns (uint64);

    /// @notice Where groups learn, and by it where they come from.
    function rounds() external view returns (IRounds);
}
