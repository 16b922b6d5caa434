// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBoard} from "./IBoard.sol";
import {IJobBoard} from "./IJobBoard.sol";

/// @title What stands between weight stores and a board while a round's results are secret
/// @notice A worker first sends a commitment. Commitments are taken in rounds; when a round has
/// closed, each of its workers opens its commitment before the round's deadline. What is not opened
/// by then is void: anyone may clear it away, and it holds up nobody else.
/// @dev To a store the gate is its board (`requireNext`, `complete`, `authorise`), to the board it
/// is a store: any store works behind any gate, and neither knows of it.
///
/// A commitment is keccak256(abi.encode(chain id, gate, worker, sequence, digest, secret)):
/// chain id and gate, so that it is worth nothing on another chain or at another gate; worker, so
/// that a copy by somebody else can never be opened; sequence, so that it answers for one result
/// only; digest, which fixes every byte of the result, see ChunkDigest; and 32 secret random bytes,
/// without which anybody could try which likely weights it stands for, and equal ones would show.
///
/// What one round reveals can be copied in the next one: whoever compares results compares those of
/// one round.
interface ICommitGate is IBoard {
    /// @notice A round takes commitments, and reveals, for at least one block each.
    error EmptyRound();
    /// @notice The zero commitment stands for none.
    error EmptyCommitment();
    /// @notice The worker's commitment for this result stands: it can't be replaced.
    error AlreadyCommitted(address worker, uint64 sequence);
    /// @notice There is no commitment, or its result has been returned.
    error NoCommitment(address worker, uint64 sequence);
    /// @notice The round still takes commitments: nothing of it is revealed before that block.
    error RevealTooEarly(uint64 closesAt);
    /// @notice The round's deadline has passed: the commitment is void.
    error RevealTooLate(uint64 deadline);
    /// @notice The commitment was opened before.
    error AlreadyOpened(address worker, uint64 sequence);
    /// @notice The commitment has to be opened first.
    error NotOpened(address worker, uint64 sequence);
    /// @notice The sealed result has to be there first.
    error NotComplete(address worker, uint64 sequence);
    /// @notice What was revealed is not what was committed to.
    error CommitmentMismatch(bytes32 expected, bytes32 given);
    /// @notice The commitment can be cleared away from that block on.
    error NotVoid(uint64 deadline);
    /// @notice No round takes commitments now.
    error NoRound();

    /// @notice A round takes commitments in the blocks before `closesAt`.
    event RoundOpened(uint64 indexed round, uint64 closesAt);
    /// @notice The server closed a round before its time.
    event RoundClosed(uint64 indexed round, uint64 closesAt);
    /// @notice A worker committed itself to a result.
    event Committed(
        address indexed worker, uint64 indexed sequence, uint64 indexed round, bytes32 commitment
    );
    /// @notice A worker opened its commitment. `secret` is the salt, or the key of a sealed result.
    event Opened(address indexed worker, uint64 indexed sequence, bytes32 digest, bytes32 secret);
    /// @notice A commitment was not opened and fulfilled in time; a deposit would be lost here.
    event Forfeited(address indexed worker, uint64 indexed sequence, bytes32 commitment);

    /// @notice Let a store return results through this gate. The board's server only; NotServer.
    function authorise(address store) external;

    /// @notice Close the round that is open, before its time. Server only; NotServer, NoRound.
    function closeRound() external;

    /// @notice Commit the caller to a result, in the open round or as the first one of the next.
    /// @dev Reverts EmptyCommitment, AlreadyCommitted, and with the board's NotRegistered and
    /// WrongSequence for a result returned before. Results still to come may be committed to ahead.
    function commit(uint64 sequence, bytes32 commitment) external;

    /// @notice Open the caller's commitment.
    /// @dev Reverts NoCommitment, RevealTooEarly, RevealTooLate, CommitmentMismatch, AlreadyOpened
    /// and NotComplete.
    /// @param digest The digest that was committed to.
    /// @param secret The salt, or the key of a sealed result.
    function open(uint64 sequence, bytes32 digest, bytes32 secret) external;

    /// @notice Clear a void commitment away: anyone may. Reverts NoCommitment, NotVoid.
    function forfeit(address worker, uint64 sequence) external;

    /// @notice As the board's: reverts unless the worker may return this result now.
    function requireNext(address worker, uint64 sequence) external view override;

    /// @notice As the board's, for the gate's stores: what they call with a complete result.
    function complete(address worker, uint64 sequence, uint32 chunks, bytes32 digest)
        external
        override;

    /// @notice The commitment that a worker can open with this digest and secret.
    function commitmentOf(address worker, uint64 sequence, bytes32 digest, bytes32 secret)
        external
        view
        returns (bytes32);

    /// @notice The board behind the gate.
    function board() external view returns (IJobBoard);

    /// @notice For how many blocks a round takes commitments, unless the server closes it.
    function roundBlocks() external view returns (uint64);

    /// @notice For how many blocks from its close on a round's commitments can be opened.
    function revealBlocks() external view returns (uint64);

    /// @notice The newest round; 0 before the first one.
    function round() external view returns (uint64);

    /// @notice The first block that takes no more commitments for a round, but reveals.
    function closesAt(uint64 round) external view returns (uint64);

    /// @notice Whether results may come in through this store.
    function isStore(address store) external view returns (bool);

    /// @notice A worker's pending commitment. All zero where there is none.
    /// @return hash What the worker sent.
    /// @return digest Of the result: as opened, or of a sealed result as it came; else zero.
    /// @return inRound The round it belongs to.
    function pending(address worker, uint64 sequence)
        external
        view
        returns (bytes32 hash, bytes32 digest, uint64 inRound);
}
