// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Which of the results that came in so far came in most often
/// @notice Kept up with every result, so that asking costs the same after one and after thousands.
library Plurality {
    /// @dev `size` members; the first of them was result number `first` of all.
    struct Group {
        uint32 size;
        uint32 first;
    }

    /// @param leader The largest group; of equally large ones that whose first result came first.
    /// @param votes Its size.
    /// @param first The number of its first result.
    /// @param tied Whether another group is as large.
    struct Tally {
        bytes32 leader;
        uint32 votes;
        uint32 first;
        bool tied;
        mapping(bytes32 digest => Group) groups;
    }

    // ------------------------------------------------------------------ logic

    /// @notice Count a result.
    /// @param digest The group it belongs to.
    /// @param number How many results came before it.
    /// @return size How many members its group has now.
    function add(Tally storage tally, bytes32 digest, uint32 number)
        internal
        returns (uint32 size)
    {
        Group memory group = tally.groups[digest];
        if (group.size == 0) group.first = number;
        size = ++group.size;
        tally.groups[digest] = group;
        if (size > tally.votes) {
            (tally.leader, tally.votes, tally.first, tally.tied) = (digest, size, group.first, false);
        } else if (size == tally.votes) {
            tally.tied = true;
            if (group.first < tally.first) (tally.leader, tally.first) = (digest, group.first);
        }
    }
}
