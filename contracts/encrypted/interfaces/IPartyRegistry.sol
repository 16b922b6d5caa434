// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Who takes part, and what parties advertise
/// @notice Parties register themselves. Who owns an asset, its own entry or an advertisement, has
/// all rights on it; everybody else reads it, and every party creates its own.
/// @dev Descriptions are digests: the text is wherever parties publish it.
interface IPartyRegistry {
    /// @notice The account registered before.
    error AlreadyParty(address account);
    /// @notice The account is not registered.
    error NotParty(address account);
    /// @notice A key has 1 to 128 bytes.
    error KeyLength(uint256 given);
    /// @notice There is no such advertisement, or it was withdrawn.
    error UnknownAdvertisement(uint64 advertisement);
    /// @notice Only its owner changes an asset.
    error NotOwner(address account, address owner);

    /// @notice A party registered.
    event PartyRegistered(address indexed party, bytes32 description, bytes key);
    /// @notice A party describes itself anew.
    event PartyDescribed(address indexed party, bytes32 description);
    /// @notice A party says what data it has and what it is after; also when it says so anew.
    event Advertised(
        address indexed owner, uint64 indexed advertisement, bytes32 data, bytes32 goal
    );
    /// @notice An advertisement belongs to another party.
    event HandedOver(uint64 indexed advertisement, address indexed from, address indexed to);
    /// @notice An advertisement is no more.
    event AdvertisementWithdrawn(uint64 indexed advertisement);

    /// @notice Register the caller. Reverts AlreadyParty, KeyLength.
    /// @dev The key is for good: groups agree with it, and masks are made with it. Who needs
    /// another registers another account.
    /// @param description The digest of what the party says of itself.
    /// @param key The public key that others encrypt to and agree on secrets with.
    function register(bytes32 description, bytes calldata key) external;

    /// @notice Change the caller's description. Reverts NotParty.
    function describe(bytes32 description) external;

    /// @notice Advertise the caller's data and business goal, by digests. Reverts NotParty.
    function advertise(bytes32 data, bytes32 goal) external returns (uint64 advertisement);

    /// @notice Change an advertisement. Reverts UnknownAdvertisement, NotOwner.
    function revise(uint64 advertisement, bytes32 data, bytes32 goal) external;

    /// @notice Give an advertisement to a party. Reverts UnknownAdvertisement, NotOwner, NotParty.
    function handOver(uint64 advertisement, address to) external;

    /// @notice Withdraw an advertisement. Reverts UnknownAdvertisement, NotOwner.
    function withdraw(uint64 advertisement) external;

    /// @notice Whether the account is registered.
    function isParty(address account) external view returns (bool);

    /// @notice What a party says of itself, and its key; empty where the account is none.
    function partyOf(address account)
        external
        view
        returns (bytes32 description, bytes memory key);

    /// @notice An advertisement; its owner is zero where there is none.
    function advertisementOf(uint64 advertisement)
        external
        view
        returns (address owner, bytes32 data, bytes32 goal);

    /// @notice The newest advertisement's number; 0 before the first one.
    function lastAdvertisement() external view returns (uint64);
}
