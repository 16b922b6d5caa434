// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBountyTypes} from "../interfaces/IBountyTypes.sol";

/// @title The votes on one published model: what they decide, and what they earn
library Votes {
    // ------------------------------------------------------------------ logic

    /// @notice Decide, and fix the winning side's share.
    /// @param fee What the winning side gets on top of lost deposits, except for Unproven.
    /// @return verdict What the votes came to.
    /// @return rest What of lost deposits and fee is nobody's: no winner, or no even division.
    function decide(
        IBountyTypes.Tally storage tally,
        uint32 quorum,
        uint64 deposit,
        uint64 fee
    ) internal returns (IBountyTypes.Verdict verdict, uint64 rest) {
        IBountyTypes.Tally memory made = tally;
        uint32 winners = made.honest;
        uint32 losers = made.cast - made.honest;
        verdict = IBountyTypes.Verdict.Honest;
        if (made.cheat > made.honest) {
            bool proven = made.cheat >= quorum;
            verdict = proven ? IBountyTypes.Verdict.Cheat : IBountyTypes.Verdict.Unproven;
            (winners, losers) = proven
                ? (made.cheat, made.cast - made.cheat)
                : (0, made.cast - made.cheat - made.honest);
        }
        rest = deposit * losers + (verdict == IBountyTypes.Verdict.Unproven ? 0 : fee);
        if (winners != 0) {
            tally.share = rest / winners;
            rest %= winners;
        }
        tally.verdict = verdict;
    }

    /// @notice What a voter gets out of a turn: deposit and share.
    function owed(
        IBountyTypes.Tally storage tally,
        IBountyTypes.Ballot step,
        uint64 deposit
    ) internal view returns (uint64) {
        IBountyTypes.Verdict verdict = tally.verdict;
        bool opened = step == IBountyTypes.Ballot.Honest || step == IBountyTypes.Ballot.Cheat;
        if (verdict == IBountyTypes.Verdict.None || !opened) return 0;
        if (verdict == IBountyTypes.Verdict.Unproven) return deposit;
        bool convicted = verdict == IBountyTypes.Verdict.Cheat;
        return (step == IBountyTypes.Ballot.Cheat) == convicted ? deposit + tally.share : 0;
    }
}
