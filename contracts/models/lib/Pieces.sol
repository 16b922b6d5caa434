// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarketIncentive} from "../interfaces/IMarketIncentive.sol";

/// @title A test set in pieces: committed to by digest, drawn from, revealed one by one
library Pieces {
    /// @dev `shown` and `revealed` have a bit for each piece, the lowest for piece 0. Those that are
    /// not shown are hidden: they are what counts.
    struct Set {
        uint256 count;
        uint256 shown;
        uint256 revealed;
        mapping(uint256 piece => bytes32) digests;
    }

    // -------------------------------------------------------------- constants

    uint256 internal constant MOST = 256; // the bits of a word

    // ------------------------------------------------------------------ logic

    /// @notice Commit to the pieces.
    function commit(Set storage set, bytes32[] calldata digests) internal {
        set.count = digests.length;
        for (uint256 piece = 0; piece < digests.length; ++piece) {
            set.digests[piece] = digests[piece];
        }
    }

    /// @notice Draw `count` pieces. Reverts nothing: `count` is below the number of pieces.
    /// @dev R. Floyd's sample: each subset of that size is equally likely, and no piece is drawn
    /// twice (J. Bentley, R. Floyd, "A sample of brilliance", CACM 30(9), 1987).
    function draw(Set storage set, uint256 count, bytes32 seed) internal returns (uint256 shown) {
        uint256 all = set.count;
        for (uint256 top = all - count; top < all; ++top) {
            uint256 pick = uint256(keccak256(abi.encode(seed, top))) % (top + 1);
            shown |= 1 << (has(shown, pick) ? top : pick);
        }
        set.shown = shown;
    }

    /// @notice Note that a piece is revealed.
    /// @return allShown Whether all drawn pieces are revealed now.
    /// @return all Whether all pieces are.
    function mark(Set storage set, uint256 piece) internal returns (bool allShown, bool all) {
        uint256 revealed = set.revealed | (1 << piece);
        set.revealed = revealed;
        uint256 shown = set.shown;
        uint256 every = type(uint256).max >> (MOST - set.count);
        return (revealed & shown == shown, revealed == every);
    }

    /// @notice The first hidden piece from that one on; the number of pieces where there is none.
    function hiddenFrom(Set storage set, uint256 piece) internal view returns (uint256) {
        (uint256 shown, uint256 all) = (set.shown, set.count);
        while (piece < all && has(shown, piece)) ++piece;
        return piece;
    }

    /// @notice Reverts UnknownPiece, AlreadyRevealed, and NotDrawn where only drawn pieces may come.
    function requireDue(Set storage set, uint256 piece, bool onlyDrawn) internal view {
        uint256 all = set.count;
        if (piece >= all) revert IMarketIncentive.UnknownPiece(piece, all);
        if (has(set.revealed, piece)) revert IMarketIncentive.AlreadyRevealed(piece);
        if (onlyDrawn && !has(set.shown, piece)) revert IMarketIncentive.NotDrawn(piece);
    }

    /// @notice Reverts WrongDigest.
    function requireDigest(Set storage set, uint256 piece, bytes32 given) internal view {
        bytes32 expected = set.digests[piece];
        if (given != expected) revert IMarketIncentive.WrongDigest(piece, expected, given);
    }

    function has(uint256 bits, uint256 piece) internal pure returns (bool) {
        return (bits >> piece) & 1 == 1;
    }
}
