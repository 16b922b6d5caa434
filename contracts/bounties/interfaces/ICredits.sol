// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICreditTypes} from "./ICreditTypes.sol";

/// @title Identities and credits: earned by working for others, spent on jobs
/// @notice An identity is an account that registered, once and for good. Registering costs nothing
/// and gives nothing: a thousand new keys have no more credits between them than one.
///
/// Credits come into being in one way: the operator allots them, at most `supply` of them ever, a
/// number that is fixed when the market is deployed. All others are earned by jobs. There is no
/// way to send any. They cease to be in one way: whoever is banned loses them, and also whatever
/// jobs give back to it later.
///
/// Whoever has none yet can still work: a member vouches for it with credits of its own, which the
/// newcomer can stake on its announcements and nothing else. They stay the sponsor's, who can
/// recall what is not staked, and loses what the newcomer loses.
///
/// Always: minted − burnt = the sum of all accounts' own and trust, and of what each job holds.
interface ICredits is ICreditTypes {
    /// @notice The account did not register.
    error NotRegistered(address account);
    /// @notice An identity registers once.
    error AlreadyRegistered(address account);
    /// @notice The account was banned.
    error IsBanned(address account);
    /// @notice Only the operator may.
    error NotOperator(address caller);
    /// @notice Less than that is left of the supply.
    error SupplySpent(uint64 left, uint64 asked);
    /// @notice The account has fewer credits of the kind that is asked for.
    error TooFewCredits(uint64 available, uint64 needed);
    /// @notice Zero credits are no allotment, no guarantee, and nothing to recall.
    error NoCredits();
    /// @notice The newcomer named another sponsor, or none.
    error NotSponsor(address named, address caller);

    /// @notice An account is an identity from now on.
    event Registered(address indexed account, address indexed sponsor);
    /// @notice An account is banned; its credits are burnt in the same transaction.
    event Banned(address indexed account, uint64 indexed job);
    /// @notice Credits moved; `reason` says between whom and in which direction. `job` is 0 for
    /// what concerns no job. These events alone give every balance.
    event Credit(
        address indexed account, uint64 indexed job, Reason reason, uint64 own, uint64 trust
    );

    /// @notice Become an identity. Reverts AlreadyRegistered, also for banned ones.
    /// @param sponsor Who may vouch for the caller; zero: nobody. It is never changed.
    function register(address sponsor) external;

    /// @notice Hand out credits of the supply. Operator only.
    /// @dev Reverts NotOperator, NotRegistered, IsBanned, NoCredits, SupplySpent.
    function allot(address account, uint64 amount) external;

    /// @notice Guarantee for a newcomer that named the caller, with credits of the caller's own.
    /// @dev Reverts NotRegistered, IsBanned (of either), NoCredits, NotSponsor, TooFewCredits.
    function vouch(address newcomer, uint64 amount) external;

    /// @notice Take back what the caller guarantees and the newcomer has not staked.
    /// @dev Reverts NotRegistered, IsBanned (of the caller), NotSponsor, NoCredits.
    function recall(address newcomer) external;

    /// @notice Who allots the supply and authorises stores.
    function operator() external view returns (address);

    /// @notice How many credits can ever be.
    function supply() external view returns (uint64);

    /// @notice How many credits were allotted so far.
    function minted() external view returns (uint64);

    /// @notice How many credits were burnt so far.
    function burnt() external view returns (uint64);

    /// @notice An identity; all zero where there is none.
    function accountOf(address account)
        external
        view
        returns (Standing standing, address sponsor, uint64 own, uint64 trust);
}
