// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Limits} from "./Limits.sol";

/// @title How many samples a class has and what they add up to: brought, and learned since
/// @notice `sum` is of what the model says: all counts, or their squares. What was learned counts in
/// its epoch only. In one slot. A class takes 2^28 − 1 samples.
library Tally {
    // ------------------------------------------------------------------ types

    struct Class {
        uint32 epoch;
        uint32 broughtSamples;
        uint32 learnedSamples;
        uint80 broughtSum;
        uint80 learnedSum;
    }

    // -------------------------------------------------------------- constants

    uint256 internal constant MOST_SAMPLES = (1 << 28) - 1;

    // ------------------------------------------------------------------ logic

    /// @notice What a class starts with. Reverts TooManySamples.
    function started(uint64 class, uint256 samples, uint256 sum, uint256 mostSum)
        internal
        pure
        returns (Class memory made)
    {
        _check(class, samples, sum, mostSum);
        (made.broughtSamples, made.broughtSum) = (uint32(samples), uint80(sum));
    }

    /// @notice The class with one sample more, which adds so much to the sum. Reverts TooManySamples.
    function learned(
        Class memory tally,
        uint64 class,
        uint32 epoch,
        uint256 added,
        uint256 mostSum
    ) internal pure returns (Class memory made) {
        made = _inEpoch(tally, epoch);
        (uint256 samples, uint256 sum) = _of(made);
        _check(class, samples + 1, sum + added, mostSum);
        made.learnedSamples += 1;
        made.learnedSum += uint80(added);
    }

    /// @notice How many samples the class has and what they add up to.
    function amounts(Class memory tally, uint32 epoch)
        internal
        pure
        returns (uint256 samples, uint256 sum)
    {
        return _of(_inEpoch(tally, epoch));
    }

    function _inEpoch(Class memory tally, uint32 epoch) private pure returns (Class memory) {
        if (tally.epoch == epoch) return tally;
        return Class(epoch, tally.broughtSamples, 0, tally.broughtSum, 0);
    }

    function _of(Class memory made) private pure returns (uint256, uint256) {
        return (
            uint256(made.broughtSamples) + made.learnedSamples,
            uint256(made.broughtSum) + made.learnedSum
        );
    }

    function _check(uint64 class, uint256 samples, uint256 sum, uint256 mostSum) private pure {
        if (samples > MOST_SAMPLES || sum > mostSum) revert Limits.TooManySamples(class);
    }
}
