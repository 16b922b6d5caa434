// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What a bounty's job is made of; see IBountyMarket
interface IBountyTypes {
    /// @notice Where a job is. From Claiming on a job may pass through them again.
    enum Phase { Announcing, Revealing, Claiming, Publishing, Voting, Counting, Due, Closed }
    /// @notice How a job ended; Open: it has not been closed.
    enum Outcome { Open, Paid, Refunded }
    /// @notice What the votes on a published model came to. Unproven: most say that its solver
    /// lied, but fewer than the quorum.
    enum Verdict { None, Unproven, Honest, Cheat }
    /// @notice What a voter did in a turn.
    enum Ballot { None, Cast, Honest, Cheat, Collected }

    /// @notice What the owner asks for. Losses are in millionths, lower is better.
    /// @param taskDigest Of the task: what a client checks before it runs anything.
    /// @param evaluationDigest Of the data by which the loss is measured.
    /// @param bounty Credits for the winner, `fee` of them for those who checked its model.
    /// @param stake Credits each solver puts down with its first commitment.
    /// @param deposit Credits each voter puts down.
    /// @param fee Credits for the voters on the winning side together.
    /// @param tolerance By how much the true loss may exceed the announced one.
    /// @param quorum How many votes convict a solver, if they are most.
    /// @param openBlocks How long commitments are taken: the job's validity.
    /// @param revealBlocks How long after that they can be revealed.
    /// @param claimBlocks How long the others may claim after a winner failed.
    /// @param publishBlocks How long a winner has to publish its model.
    /// @param voteBlocks How long votes are cast, and as long again opened.
    struct Terms {
        bytes32 taskDigest;
        bytes32 evaluationDigest;
        uint64 bounty;
        uint64 stake;
        uint64 deposit;
        uint64 fee;
        uint64 tolerance;
        uint32 quorum;
        uint32 openBlocks;
        uint32 revealBlocks;
        uint32 claimBlocks;
        uint32 publishBlocks;
        uint32 voteBlocks;
    }

    /// @notice How far a job has come.
    /// @param endsAt The first block outside the phase; 0 for Due and Closed.
    /// @param owner Who posted it.
    /// @param turn How many winners failed before.
    /// @param leader Who has the best announcement, or the best claim, or was paid;
    /// zero: nobody.
    /// @param pool Credits that the winner or the owner will get; lost stakes add to the bounty.
    /// @param held All credits in the job: the pool, stakes, deposits, rewards not yet collected.
    /// @param standing How many announcements stand.
    /// @param commitments How many commitments were made.
    struct State {
        Phase phase;
        Outcome outcome;
        uint48 endsAt;
        address owner;
        uint8 turn;
        address leader;
        uint64 pool;
        uint64 held;
        uint32 standing;
        uint32 commitments;
    }

    /// @notice A solver's part in a job.
    /// @param commitment What is not yet revealed; zero: nothing.
    /// @param committedAt The block of that commitment.
    /// @param pending Its number among the job's commitments, from 1.
    /// @param order The number of the commitment behind the standing announcement.
    /// @param loss The announced loss.
    /// @param digest The model's digest by the rule of ChunkDigest; zero: nothing announced.
    /// @param own Credits of its own at stake.
    /// @param trust Credits of its sponsor at stake.
    struct Entry {
        bytes32 commitment;
        bytes32 digest;
        uint48 committedAt;
        uint32 pending;
        uint32 order;
        uint64 loss;
        uint64 own;
        uint64 trust;
    }

    /// @notice The votes on one turn's model.
    /// @param share What each voter on the winning side gets beside its deposit.
    struct Tally {
        uint32 cast;
        uint32 honest;
        uint32 cheat;
        Verdict verdict;
        uint64 share;
    }
}
