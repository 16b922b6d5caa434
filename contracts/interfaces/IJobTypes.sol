// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What a job of the market is made of; see IJobMarket
interface IJobTypes {
    /// @notice Where a job is. In the order in which they are passed.
    enum Phase { Publishing, Committing, Revealing, Delivering, Ended, Closed }
    /// @notice What a worker did in a job. In the order in which steps are taken.
    enum Step { None, Picked, Committed, Sealed, Opened, Counted, Claimed }
    /// @notice Commit: weights or their digest come after the close. Sealed: weights come before it
    /// as ciphertext, their key after it. Plain: at once, for everybody to copy.
    enum Privacy { Commit, Sealed, Plain }
    /// @notice Full weights of every worker, or digests and the weights of one winner.
    enum Results { Weights, Hash }
    /// @notice Whether equally large groups win nothing, or the one whose first result came first.
    enum TieRule { None, First }
    /// @notice How a job ended; Open: it has not been closed.
    enum Outcome { Open, Void, Tied, Undelivered, Won }

    /// @notice What the server asks for.
    /// @param weightsDigest Of the weights to start from, see ChunkDigest.
    /// @param batchDigest Of the batch's data; zero where workers hold the data themselves.
    /// @param payment Wei for each winner.
    /// @param deposit Wei each worker puts down when it picks the job up.
    /// @param weightCount Number of weights of the model.
    /// @param chunkCount Number of `publishChunk` calls that carry them.
    /// @param batchChunks Number of `publishBatch` calls that carry the batch; 0: its index alone.
    /// @param batchIndex Which batch of the training data the step is made on.
    /// @param resultChunkBytes Where a result is cut for its digest: equal ones have to be cut
    /// equally. Of a sealed result the digest is that of the weights inside.
    /// @param seats n, the number of workers that can pick it up.
    /// @param quorum The least number of results that decide anything, 1 to n.
    /// @param publishBlocks Publishing's deadline, from `deploy` on.
    /// @param commitBlocks Committing's, from the end of Publishing on.
    /// @param revealBlocks Revealing's, from the end of Committing on.
    /// @param deliveryBlocks How long each member of the largest group has for delivery.
    struct Terms {
        bytes32 weightsDigest;
        bytes32 batchDigest;
        uint128 payment;
        uint128 deposit;
        uint32 weightCount;
        uint32 chunkCount;
        uint32 batchChunks;
        uint64 batchIndex;
        uint32 resultChunkBytes;
        uint32 seats;
        uint32 quorum;
        uint32 publishBlocks;
        uint32 commitBlocks;
        uint32 revealBlocks;
        uint32 deliveryBlocks;
        Privacy privacy;
        Results results;
        TieRule tieRule;
    }

    /// @notice How far a job has come.
    /// @param phase Where it is in the block it is asked for.
    /// @param outcome How it ended.
    /// @param endsAt The first block outside the phase if nothing happens; 0 from Ended on. Of
    /// Delivering: the end of the turn.
    /// @param picked How many seats are taken.
    /// @param committed How many results are bound: commitments, sealed results, plain results.
    /// @param counted How many results are counted.
    /// @param digest The largest group's; of equally large ones that whose first result came first.
    /// @param votes How many results it has.
    /// @param tied Whether another group is as large.
    /// @param turn How many members' turns to deliver have passed.
    struct State {
        Phase phase;
        Outcome outcome;
        uint64 endsAt;
        uint32 picked;
        uint32 committed;
        uint32 counted;
        bytes32 digest;
        uint32 votes;
        bool tied;
        uint32 turn;
    }
}
