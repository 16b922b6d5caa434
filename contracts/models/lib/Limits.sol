// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";

/// @title How much a model that averages or counts takes: beyond it is refused, nothing wraps
library Limits {
    /// @notice A model has room for no more than `most` features more.
    error TooManyFeatures(uint256 most, uint256 given);
    /// @notice A class takes no more samples, or no more of what they add up to.
    error TooManySamples(uint64 class);
    /// @notice A class is the mean of so many samples at least.
    error TooFewSamples(uint256 least, uint256 given);

    /// @notice Reverts NoFeatures, TooManyFeatures unless a model of `count` features can have `added`
    /// more.
    function requireRoom(uint256 most, uint256 count, uint256 added) internal pure {
        if (added == 0) revert IClassifier.NoFeatures();
        if (added > most - count) revert TooManyFeatures(most - count, added);
    }
}
