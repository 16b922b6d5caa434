// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Products of thousands of factors, to be divided and compared
/// @notice A product is m · 2^(66·e), m below 2^190, and a factor is below 2^66, so that m · factor
/// fits a word. An m that grows to 2^190 is shifted down by 66 bits: 2^124 and more is left of it,
/// so a step loses less than one part in 2^124, always downwards, and small products lose nothing.
/// A product of L factors is therefore less than L parts in 2^124 too low.
///
/// `quotient` cuts both products to their highest 128 bits and divides: with L factors above and
/// below it is off by less than L + 2 parts in 2^124 either way. Quotients of which one is larger by
/// 2L + 4 parts in 2^124 or more (for 4,000 factors: one part in 2^110) come out in their order;
/// nearer ones may come out equal or the other way round, as they do for everybody.
library Product {
    // -------------------------------------------------------------- constants

    /// @notice A factor is below two to this.
    uint256 internal constant FACTOR_BITS = 66;
    uint256 private constant _LIMIT = 1 << 190;
    uint256 private constant _KEPT_BITS = 128;

    // ------------------------------------------------------------------ logic

    /// @notice The product m · 2^(66·e) times a factor.
    function times(uint256 m, uint256 e, uint256 factor) internal pure returns (uint256, uint256) {
        unchecked {
            m *= factor;
            return m < _LIMIT ? (m, e) : (m >> FACTOR_BITS, e + 1);
        }
    }

    /// @notice The product of so many times the same factor.
    function power(uint256 factor, uint256 count) internal pure returns (uint256 m, uint256 e) {
        m = 1;
        unchecked {
            for (uint256 i = 0; i < count; i++) {
                (m, e) = times(m, e, factor);
            }
        }
    }

    /// @notice A number that orders quotients of products: its power of two above 2^128, then its
    /// highest 128 bits. Neither product is 0.
    function quotient(uint256 m, uint256 e, uint256 divisor, uint256 divisorE)
        internal
        pure
        returns (int256 order)
    {
        // The exponents are below 2^32: each step of a product takes gas.
        unchecked {
            int256 exponent = int256(FACTOR_BITS) * (int256(e) - int256(divisorE));
            (uint256 top, uint256 bits) = _top(m);
            (uint256 bottom, uint256 divisorBits) = _top(divisor);
            exponent += int256(bits) - int256(divisorBits);
            // Both have their 128th bit set, so this is between 2^127 and 2^129.
            uint256 ratio = (top << _KEPT_BITS) / bottom;
            if (ratio >> _KEPT_BITS != 0) (ratio, exponent) = (ratio >> 1, exponent + 1);
            return exponent * int256(1 << _KEPT_BITS) + int256(ratio);
        }
    }

    /// @dev A number's highest 128 bits, and how many it has.
    function _top(uint256 m) private pure returns (uint256 top, uint256 bits) {
        unchecked {
            bits = _bits(m);
            top = bits < _KEPT_BITS ? m << (_KEPT_BITS - bits) : m >> (bits - _KEPT_BITS);
        }
    }

    /// @dev How many bits a number has, found by halves: a loop would take three times the gas.
    function _bits(uint256 rest) private pure returns (uint256 bits) {
        assembly ("memory-safe") {
            bits := shl(7, lt(0xffffffffffffffffffffffffffffffff, rest))
            bits := or(bits, shl(6, lt(0xffffffffffffffff, shr(bits, rest))))
            bits := or(bits, shl(5, lt(0xffffffff, shr(bits, rest))))
            bits := or(bits, shl(4, lt(0xffff, shr(bits, rest))))
            bits := or(bits, shl(3, lt(0xff, shr(bits, rest))))
            bits := or(bits, shl(2, lt(0xf, shr(bits, rest))))
            bits := or(bits, shl(1, lt(3, shr(bits, rest))))
            bits := or(bits, lt(1, shr(bits, rest)))
            bits := add(bits, iszero(iszero(rest)))
        }
    }
}
