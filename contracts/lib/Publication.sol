// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {ChunkDigest} from "./ChunkDigest.sol";

/// @title What the server brings in by chunks: they come in order and match an announced digest
library Publication {
    /// @dev `chained` is the digest of the chunks below `nextIndex`.
    struct Progress {
        bytes32 chained;
        uint32 nextIndex;
    }

    // ------------------------------------------------------------------ logic

    /// @notice Take chunk `index` of `count`; index 0 starts an unfinished publication again.
    /// @dev Reverts AlreadyPublished (naming `job`), WrongChunk, WrongDigest.
    /// @return complete Whether all chunks are there and match `digest`.
    function add(
        Progress storage made,
        uint64 job,
        uint32 index,
        uint32 count,
        bytes32 digest,
        bytes calldata chunk
    ) internal returns (bool complete) {
        uint32 expected = made.nextIndex;
        if (expected == count) revert IJobMarket.AlreadyPublished(job);
        if (index != expected && index != 0) revert IJobMarket.WrongChunk(expected, index);
        bytes32 chained = ChunkDigest.extend(index == 0 ? bytes32(0) : made.chained, chunk);
        complete = index + 1 == count;
        if (complete && chained != digest) revert IJobMarket.WrongDigest(digest, chained);
        (made.chained, made.nextIndex) = (chained, index + 1);
    }
}
