// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The books of a market's reward rounds: scores, balances, and who is kicked
/// @notice Contributions stand in a row. A pass goes along it with a cursor and gives each a score;
/// its end says how many rounds those scores are paid for. What that comes to for a contribution is
/// booked when the next pass reaches it, so that nothing loops over the row: until then it follows
/// from its score, by `balanceAt`.
library Rounds {
    // ------------------------------------------------------------------ types

    /// @dev Three slots, of which a contribution writes two when it comes. `gain` is what the passes
    /// before the last one gave, `skip` how many behind it in the row are kicked.
    struct Entry {
        bytes32 key;
        address author;
        uint96 stake;
        int128 gain;
        int32 score;
        uint32 skip;
        bool kicked;
        bool collected;
    }

    /// @dev In one slot: every step writes it. `head` is the first of the row, `previous` the one
    /// before the cursor. The one at the cursor is being evaluated where `learned`: `right` answers
    /// so far, `piece` comes next. No loser so far bears more rounds than `bearable`. The last pass
    /// was paid for `rounds`.
    struct Pass {
        uint32 cursor;
        uint32 head;
        uint32 previous;
        uint32 bearable;
        uint32 rounds;
        uint32 roundsLeft;
        uint32 right;
        uint16 piece;
        bool learned;
    }

    /// @dev `initial` answers are right as the model began, `reached` after what was scored last.
    /// `paid` wei left the bounty so far; where it is negative, so many came to it.
    struct Book {
        uint96 unit;
        uint32 number;
        uint32 initial;
        uint32 reached;
        int128 paid;
        Pass pass;
        mapping(uint256 index => Entry) entries;
    }

    // ------------------------------------------------------------- logic: steps

    /// @notice Begin the first pass, of a row of one contribution or more.
    function begin(Book storage book, uint32 rounds) internal {
        (book.number, book.reached) = (1, book.initial);
        book.pass.roundsLeft = rounds;
        book.pass.bearable = type(uint32).max;
    }

    /// @notice The one at the cursor was learned and is evaluated from that piece on.
    function learn(Book storage book, uint256 piece) internal {
        Pass memory pass = book.pass;
        _pay(book, pass.cursor);
        (pass.learned, pass.right, pass.piece) = (true, 0, uint16(piece));
        book.pass = pass;
    }

    /// @notice So many answers more were right; `piece` comes next.
    function count(Book storage book, uint32 right, uint256 piece) internal {
        (book.pass.right, book.pass.piece) = (right, uint16(piece));
    }

    /// @notice Score the one at the cursor, after which `right` answers are right, and go on.
    function score(Book storage book, uint32 right) internal returns (int32 change) {
        Pass memory pass = book.pass;
        Entry storage entry = book.entries[pass.cursor];
        change = int32(right) - int32(book.reached);
        if (change < 0) {
            uint256 bears_ = balanceAt(book, pass.cursor) / (uint256(-int256(change)) * book.unit);
            if (bears_ < pass.bearable) pass.bearable = uint32(bears_);
        }
        (entry.score, book.reached) = (change, right);
        (pass.previous, pass.cursor) = (pass.cursor, _behind(entry, pass.cursor));
        pass.learned = false;
        book.pass = pass;
    }

    /// @notice Take the one at the cursor out of the row, and go on.
    /// @return balance What it has left.
    function kick(Book storage book) internal returns (uint256 balance) {
        Pass memory pass = book.pass;
        balance = _pay(book, pass.cursor);
        Entry storage entry = book.entries[pass.cursor];
        entry.kicked = true;
        uint32 next = _behind(entry, pass.cursor);
        if (pass.cursor == pass.head) pass.head = next;
        else book.entries[pass.previous].skip += next - pass.cursor;
        pass.cursor = next;
        book.pass = pass;
    }

    /// @notice End the pass: as many rounds pass as all bear.
    /// @return rounds How many.
    /// @return left How many are left; with none the market is settled, else `restart` follows.
    function end(Book storage book) internal returns (uint32 rounds, uint32 left) {
        Pass memory pass = book.pass;
        rounds = pass.bearable < pass.roundsLeft ? pass.bearable : pass.roundsLeft;
        left = pass.roundsLeft - rounds;
        int256 change = int256(uint256(book.reached)) - int256(uint256(book.initial));
        book.paid += int128(change * int256(uint256(rounds) * book.unit));
        (pass.rounds, pass.roundsLeft, pass.cursor) = (rounds, left, pass.head);
        pass.bearable = type(uint32).max;
        book.pass = pass;
    }

    /// @notice Begin another pass.
    function restart(Book storage book) internal {
        (book.number, book.reached) = (book.number + 1, book.initial);
    }

    // ------------------------------------------------------------- logic: views

    /// @notice Whether a contribution bears another round of its last score.
    function bears(Book storage book, uint256 index) internal view returns (bool) {
        int256 score_ = book.entries[index].score;
        return score_ >= 0 || balanceAt(book, index) >= uint256(-score_) * book.unit;
    }

    /// @notice What a contribution has, in wei: its stake and what all ended passes gave it.
    /// @dev Never negative: no pass is paid for more rounds than its losers bear.
    function balanceAt(Book storage book, uint256 index) internal view returns (uint256) {
        Entry storage entry = book.entries[index];
        int256 balance = int256(uint256(entry.stake)) + entry.gain;
        // Behind the cursor the last pass is booked already, and the score is the running one's.
        if (index >= book.pass.cursor) {
            balance += entry.score * int256(uint256(book.pass.rounds) * book.unit);
        }
        return uint256(balance);
    }

    // ---------------------------------------------------------- logic: shared

    /// @dev Book what the last pass gave.
    function _pay(Book storage book, uint256 index) private returns (uint256 balance) {
        balance = balanceAt(book, index);
        Entry storage entry = book.entries[index];
        (entry.gain, entry.score) = (int128(int256(balance) - int256(uint256(entry.stake))), 0);
    }

    function _behind(Entry storage entry, uint32 index) private view returns (uint32) {
        return index + 1 + entry.skip;
    }
}
