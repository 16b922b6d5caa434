// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What was contributed: data in events, what is known of it and claimed from it in storage
/// @notice A contribution's key is keccak256(abi.encodePacked(features, class, addedAt, author)),
/// with int64[] features (each padded to 32 bytes), uint64 class, uint64 addedAt, address author.
/// Any contract may read the records; the trainer alone writes.
interface IDataHandler {
    /// @dev Amounts in wei. `claims` counts the accounts that took of it, its author among them, up to
    /// 65,535.
    struct Contribution {
        address author;
        uint64 addedAt;
        uint32 claims;
        uint128 deposit;
        uint128 claimable;
    }

    error NotTrainer(address sender);
    error NotAdmin(address sender);
    error TrainerNamed(address trainer);
    /// @notice The author gave the same data in the same second before. A key is used once, so that
    /// no claim outlives the deposit it was made on.
    error DataConflict(bytes32 key);
    /// @notice Nothing such was contributed, by that author at that time.
    error UnknownData(bytes32 key);
    /// @notice The account has claimed of this contribution before.
    error AlreadyClaimed(address claimer, bytes32 key);
    /// @notice A deposit has less than 2^96 wei, and no more is taken of it than is left.
    error TooMuch(uint256 amount);

    /// @notice The contribution in full: other contracts' data, forever.
    event DataAdded(
        address indexed author, bytes32 indexed key, uint64 indexed class, uint64 addedAt, uint256 deposit, int64[] features
    );
    event Claimed(address indexed claimer, bytes32 indexed key, uint256 amount, uint256 left);
    event TrainerAppointed(address indexed trainer);

    /// @notice Note a contribution of `author` now; of the trainer.
    function add(int64[] calldata features, uint64 class, address author, uint256 deposit)
        external
        returns (bytes32 key);

    /// @notice The contribution of that key, before `claimer` takes of it; of the trainer. It counts
    /// the claim, and reverts for a second one of the same account.
    function claim(bytes32 key, address claimer) external returns (Contribution memory before);

    /// @notice Take `amount` from what can be claimed; of the trainer, after `claim`.
    function settle(bytes32 key, address claimer, uint256 amount) external;

    /// @notice Name who may write; of the admin (the deployer), once.
    function appoint(address trainer) external;
    function admin() external view returns (address);
    function trainer() external view returns (address);

    /// @notice All zero where there is none.
    function contribution(bytes32 key) external view returns (Contribution memory);
    function hasClaimed(bytes32 key, address claimer) external view returns (bool);
    function keyOf(int64[] calldata features, uint64 class, uint64 addedAt, address author)
        external
        pure
        returns (bytes32);
}
