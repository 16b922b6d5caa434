// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAggregation} from "./IAggregation.sol";

/// @title The words in which groups and their rounds speak of updates and sums
interface IRoundTypes {
    enum Phase {
        None,
        Announcing,
        Submitting,
        Judging,
        Summing,
        Opening,
        Opened,
        Void
    }

    /// @param aggregation Checks and adds units; of Paillier it holds the public key.
    /// @param units Units of an update.
    /// @param chunkUnits Units of a chunk: two chunks have to fit the largest transaction.
    /// @param quorum How many updates a sum needs: 2 at least where it is opened by shares, since
    /// the sum of one is that one.
    /// @param threshold How many members open a sum; 0: everybody reads it as it is.
    /// @param shareUnits Units of a member's decryption shares: those of the sum that mean
    /// something, the first ones; 0: sums are not opened by such.
    /// @param seedBytes Bytes of a share of a seed, for masks; 0: sums are not opened by such.
    /// Where there is a threshold, this or `shareUnits` is above 0, and not both.
    /// @param announceBytes Bytes of an announcement; 0: there are none. Who did not announce can't
    /// submit.
    /// @param selfMasked Whether updates bear a mask of their member's own as well, so that seed
    /// shares are wanted for all members and in every round: of the own mask where the update
    /// counts, of the masks in pairs where it does not. Without, shares are for members that
    /// dropped alone, and bare whatever chunks those had brought.
    /// @param announceBlocks How long announcements are taken, 2 at least; 0 where there are none.
    /// @param submitBlocks How long updates are taken, 2 at least.
    /// @param judgeBlocks How long updates can be judged, 2 at least; 0: nobody judges.
    /// @param sumBlocks How long they can be added, 2 at least.
    /// @param openBlocks How long shares are taken, 2 at least.
    struct Terms {
        IAggregation aggregation;
        uint32 units;
        uint32 chunkUnits;
        uint16 quorum;
        uint16 threshold;
        uint32 shareUnits;
        uint16 seedBytes;
        uint16 announceBytes;
        bool selfMasked;
        uint32 announceBlocks;
        uint32 submitBlocks;
        uint32 judgeBlocks;
        uint32 sumBlocks;
        uint32 openBlocks;
    }

    /// @param endsAt The first block outside the phase if nothing happens; 0: there is none.
    /// @param opensUntil The first block in which no shares are taken any more; 0 before Opening.
    /// @param announced Members that announced.
    /// @param counted Updates that count.
    /// @param judged Members that judged.
    /// @param summed Chunks that are added.
    /// @param opened Members whose shares are complete.
    struct State {
        Phase phase;
        uint64 endsAt;
        uint64 opensUntil;
        uint16 announced;
        uint16 counted;
        uint16 judged;
        uint32 summed;
        uint16 opened;
    }
}
