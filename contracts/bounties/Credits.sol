// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ICredits} from "./interfaces/ICredits.sol";

/// @title Identities and credits: what BountyMarket pays with
/// @dev Each movement is one Credit event. Inherited rather than called: a movement is no call.
abstract contract Credits is ICredits {
    // -------------------------------------------------------------- constants

    /// @inheritdoc ICredits
    address public immutable override operator;
    /// @inheritdoc ICredits
    uint64 public immutable override supply;

    // ---------------------------------------------------------------- storage

    /// @inheritdoc ICredits
    uint64 public override minted;
    /// @inheritdoc ICredits
    uint64 public override burnt;
    /// @inheritdoc ICredits
    mapping(address account => Account) public override accountOf;

    // ------------------------------------------------------------ constructor

    constructor(uint64 supply_) {
        (operator, supply) = (msg.sender, supply_);
    }

    modifier onlyOperator() {
        if (msg.sender != operator) revert NotOperator(msg.sender);
        _;
    }

    // ------------------------------------------------------- logic: identities

    /// @inheritdoc ICredits
    function register(address sponsor) external override {
        Account storage account = accountOf[msg.sender];
        if (account.standing != Standing.None) revert AlreadyRegistered(msg.sender);
        (account.standing, account.sponsor) = (Standing.Member, sponsor);
        emit Registered(msg.sender, sponsor);
    }

    /// @inheritdoc ICredits
    function allot(address account, uint64 amount) external override onlyOperator {
        Account storage member = _member(account);
        if (amount == 0) revert NoCredits();
        uint64 left = supply - minted;
        if (amount > left) revert SupplySpent(left, amount);
        minted += amount;
        member.own += amount;
        emit Credit(account, 0, Reason.Allotted, amount, 0);
    }

    /// @inheritdoc ICredits
    function vouch(address newcomer, uint64 amount) external override {
        Account storage sponsor = _member(msg.sender);
        Account storage trusted = _member(newcomer);
        if (amount == 0) revert NoCredits();
        if (trusted.sponsor != msg.sender) revert NotSponsor(trusted.sponsor, msg.sender);
        if (sponsor.own < amount) revert TooFewCredits(sponsor.own, amount);
        sponsor.own -= amount;
        trusted.trust += amount;
        emit Credit(msg.sender, 0, Reason.Guaranteed, amount, 0);
        emit Credit(newcomer, 0, Reason.Trusted, 0, amount);
    }

    /// @inheritdoc ICredits
    function recall(address newcomer) external override {
        Account storage sponsor = _member(msg.sender);
        Account storage trusted = accountOf[newcomer];
        if (trusted.sponsor != msg.sender) revert NotSponsor(trusted.sponsor, msg.sender);
        uint64 amount = trusted.trust;
        if (amount == 0) revert NoCredits();
        trusted.trust = 0;
        sponsor.own += amount;
        emit Credit(newcomer, 0, Reason.Distrusted, 0, amount);
        emit Credit(msg.sender, 0, Reason.Recalled, amount, 0);
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev Reverts NotRegistered and IsBanned.
    function _member(address account) internal view returns (Account storage member) {
        member = accountOf[account];
        Standing standing = member.standing;
        if (standing == Standing.None) revert NotRegistered(account);
        if (standing == Standing.Banned) revert IsBanned(account);
    }

    /// @dev Out of the account's own credits, into the job. Reverts TooFewCredits.
    function _take(Account storage member, uint64 job, Reason reason, uint64 amount) internal {
        uint64 own = member.own;
        if (own < amount) revert TooFewCredits(own, amount);
        member.own = own - amount;
        emit Credit(msg.sender, job, reason, amount, 0);
    }

    /// @dev A stake: own credits first, then those of the sponsor. Reverts TooFewCredits.
    function _takeStake(Account storage member, uint64 job, uint64 amount)
        internal
        returns (uint64 own, uint64 trust)
    {
        (uint64 most, uint64 trusted) = (member.own, member.trust);
        own = most < amount ? most : amount;
        trust = amount - own;
        if (trusted < trust) revert TooFewCredits(most + trusted, amount);
        (member.own, member.trust) = (most - own, trusted - trust);
        emit Credit(msg.sender, job, Reason.Staked, own, trust);
    }

    /// @dev Out of a job. What reaches a banned account is burnt on the spot.
    function _give(address account, uint64 job, Reason reason, uint64 own, uint64 trust) internal {
        Account storage to = accountOf[account];
        (to.own, to.trust) = (to.own + own, to.trust + trust);
        emit Credit(account, job, reason, own, trust);
        if (to.standing == Standing.Banned) _burn(account, job);
    }

    function _ban(address account, uint64 job) internal {
        accountOf[account].standing = Standing.Banned;
        emit Banned(account, job);
    }

    function _burn(address account, uint64 job) private {
        Account storage from = accountOf[account];
        (uint64 own, uint64 trust) = (from.own, from.trust);
        (from.own, from.trust) = (0, 0);
        burnt += own + trust;
        emit Credit(account, job, Reason.Burnt, own, trust);
    }
}
