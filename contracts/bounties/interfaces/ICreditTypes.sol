// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What identities and their credits are made of; see ICredits
interface ICreditTypes {
    /// @notice What an account is to the market. Banned is for ever.
    enum Standing { None, Member, Banned }

    /// @notice Why credits moved. Those of the first line come to an account, Allotted and Trusted
    /// from nowhere else in the job's books; those of the second leave it.
    ///
    ///   Allotted   minted by the operator                      + own
    ///   Trusted    a sponsor guarantees so much                + trust
    ///   Recalled   a sponsor has back what it guaranteed       + own
    ///   Unstaked   a solver's stake comes back from its job    + own, trust
    ///   Rewarded   a voter's deposit, and its share            + own
    ///   Won        the bounty                                  + own
    ///   Refunded   the bounty, to the job's owner              + own
    ///   Guaranteed the sponsor's side of Trusted               − own
    ///   Distrusted the other side of Recalled                  − trust
    ///   Posted     the bounty, into the job                    − own
    ///   Staked     a solver's stake, into the job              − own, trust
    ///   Deposited  a voter's deposit, into the job             − own
    ///   Burnt      of a banned account: gone for good          − own, trust
    enum Reason {
        Allotted, Trusted, Recalled, Unstaked, Rewarded, Won, Refunded,
        Guaranteed, Distrusted, Posted, Staked, Deposited, Burnt
    }

    /// @notice An identity.
    /// @param sponsor Who may vouch for it; it named that account itself.
    /// @param own Credits it can spend.
    /// @param trust Credits of its sponsor, which it can only stake.
    struct Account {
        Standing standing;
        address sponsor;
        uint64 own;
        uint64 trust;
    }
}
