// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Products of large numbers modulo a large odd number
/// @notice Numbers are `size` bytes, big-endian, a multiple of 32 of them, and lie in memory. The
/// precompile 0x05 only raises to a power, so a product is made of two squares (EIP-198, priced by
/// EIP-2565): 4ab = (a+b)² − (a−b)². What is left for the EVM is additions. A product of 512 bytes
/// costs 12,300 gas; multiplied by words of 256 bits and then reduced it was 58,400 on the same
/// node.
/// @dev All places are addresses in memory. A number below the modulus is called reduced.
library BigModulus {
    /// @notice The precompile 0x05 did not answer: too little gas is left.
    error ModexpFailed();

    /// @param size Bytes of a number.
    /// @param multiples Five numbers of size + 32 bytes: 0, 1, 2, 3, 4 times the modulus.
    /// @param sum Input of the precompile whose base has size + 32 bytes.
    /// @param difference Input of the precompile whose base has size bytes.
    /// @param squares Two numbers: the precompile's answers.
    struct Workspace {
        uint256 size;
        uint256 multiples;
        uint256 sum;
        uint256 difference;
        uint256 squares;
    }

    // The precompile's input: three lengths, base, exponent (a word that says 2), modulus.
    uint256 private constant _LENGTHS = 0x60;
    uint256 private constant _WORD = 0x20;

    // -------------------------------------------------------------- logic: keys

    /// @notice n² in twice the bytes of n, whose length is a multiple of 32.
    function square(bytes memory n) internal view returns (bytes memory result) {
        uint256 half = n.length;
        uint256 size = 2 * half;
        // Modulo 256^size, which is above every square: the answer has a leading zero byte.
        bytes memory input = abi.encodePacked(
            half, _WORD, size + 1, n, uint256(2), bytes1(0x01), new bytes(size)
        );
        result = new bytes(size + 1);
        bool done;
        assembly ("memory-safe") {
            done := staticcall(
                gas(), 5, add(input, 0x20), mload(input), add(result, 0x20), add(size, 1)
            )
            // The bytes begin one further: behind the leading zero.
            let length := mload(result)
            result := add(result, 1)
            mstore(result, sub(length, 1))
        }
        if (!done) revert ModexpFailed();
    }

    /// @notice The place of `size` bytes of the code of `source`, from `offset` on.
    function read(address source, uint256 offset, uint256 size)
        internal
        view
        returns (uint256 place)
    {
        place = _allocate(size);
        assembly ("memory-safe") {
            extcodecopy(source, place, offset, size)
        }
    }

    // -------------------------------------------------------- logic: comparing

    /// @notice Whether a number in call data is above zero and below the modulus.
    function inRange(uint256 unit, uint256 modulus, uint256 size)
        internal
        pure
        returns (bool found)
    {
        assembly ("memory-safe") {
            // The first words nearly always tell both.
            let bits := 0
            for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                let word := calldataload(add(unit, i))
                let limit := mload(add(modulus, i))
                bits := or(bits, word)
                if gt(word, limit) { break }
                if lt(word, limit) {
                    found := 1
                    break
                }
            }
            if and(found, iszero(bits)) {
                found := 0
                for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                    if calldataload(add(unit, i)) {
                        found := 1
                        break
                    }
                }
            }
        }
    }

    /// @notice Whether the number at `a` is below that at `b`.
    function less(uint256 a, uint256 b, uint256 size) internal pure returns (bool found) {
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                let u := mload(add(a, i))
                let v := mload(add(b, i))
                if xor(u, v) {
                    found := lt(u, v)
                    break
                }
            }
        }
    }

    // ------------------------------------------------------- logic: multiplying

    /// @notice Room to multiply modulo the odd number of `size` bytes at `modulus`.
    function prepare(uint256 modulus, uint256 size) internal pure returns (Workspace memory room) {
        room.size = size;
        room.multiples = _multiples(modulus, size);
        room.sum = _input(size + _WORD, modulus, size);
        room.difference = _input(size, modulus, size);
        room.squares = _allocate(2 * size);
    }

    /// @notice Put a·b modulo the modulus in the place of a; both are reduced.
    function multiply(Workspace memory room, uint256 a, uint256 b) internal view {
        uint256 size = room.size;
        uint256 base = room.sum + _LENGTHS;
        bool swapped = less(a, b, size);
        _sumAndDifference(
            swapped ? b : a, swapped ? a : b, base + _WORD, room.difference + _LENGTHS, size
        );
        uint256 squares = room.squares;
        _modexp(room.sum, _LENGTHS + 2 * _WORD + 2 * size, squares, size);
        _modexp(room.difference, _LENGTHS + _WORD + 2 * size, squares + size, size);
        _quarter(squares, _multiple(room, squares), a, size);
    }

    /// @dev `sum` gets x + y with its carry in the word before, `difference` x − y; x ≥ y.
    function _sumAndDifference(
        uint256 x,
        uint256 y,
        uint256 sum,
        uint256 difference,
        uint256 size
    ) private pure {
        assembly ("memory-safe") {
            let carry := 0
            let borrow := 0
            for { let i := size } i {} {
                i := sub(i, 0x20)
                let u := mload(add(x, i))
                let v := mload(add(y, i))
                let s := add(u, v)
                let t := add(s, carry)
                mstore(add(sum, i), t)
                carry := or(lt(s, u), lt(t, s))
                s := sub(u, v)
                mstore(add(difference, i), sub(s, borrow))
                borrow := or(lt(u, v), lt(s, borrow))
            }
            mstore(sub(sum, 0x20), carry)
        }
    }

    /// @dev The multiple j·m (behind its leading word) that makes S − D + j·m divisible by 4, at
    /// least 0 and below 4m. An odd m is its own inverse modulo 4.
    function _multiple(Workspace memory room, uint256 squares)
        private
        pure
        returns (uint256 place)
    {
        uint256 size = room.size;
        bool negative = less(squares, squares + size, size);
        uint256 multiples = room.multiples;
        assembly ("memory-safe") {
            let stride := add(size, 0x20)
            let last := add(squares, sub(size, 0x20))
            let gap := sub(mload(add(last, size)), mload(last))
            // The lowest word of the modulus is the last one of the second entry.
            let j := and(mul(gap, mload(add(multiples, add(stride, size)))), 3)
            if and(negative, iszero(j)) { j := 4 }
            place := add(add(multiples, mul(j, stride)), 0x20)
        }
    }

    /// @dev `to` gets (S − D + M) / 4, where D lies behind S and the word before M leads it.
    function _quarter(uint256 s, uint256 m, uint256 to, uint256 size) private pure {
        assembly ("memory-safe") {
            let i := sub(size, 0x20)
            let d := add(s, size)
            let u := mload(add(s, i))
            let v := mload(add(d, i))
            let borrow := lt(u, v)
            let w := mload(add(m, i))
            // The word that waits for the two lowest bits of the next one.
            let held := add(sub(u, v), w)
            let carry := lt(held, w)
            for {} i {} {
                i := sub(i, 0x20)
                u := mload(add(s, i))
                v := mload(add(d, i))
                w := sub(u, v)
                u := lt(u, v)
                v := sub(w, borrow)
                borrow := or(u, lt(w, borrow))
                u := mload(add(m, i))
                w := add(v, u)
                u := lt(w, u)
                v := add(w, carry)
                carry := or(u, lt(v, w))
                mstore(add(add(to, i), 0x20), or(shr(2, held), shl(254, v)))
                held := v
            }
            u := sub(add(mload(sub(m, 0x20)), carry), borrow)
            mstore(to, or(shr(2, held), shl(254, u)))
        }
    }

    function _modexp(uint256 input, uint256 length, uint256 to, uint256 size) private view {
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gas(), 5, input, length, to, size)
        }
        if (!done) revert ModexpFailed();
    }

    // --------------------------------------------------------- logic: the room

    function _multiples(uint256 modulus, uint256 size) private pure returns (uint256 place) {
        uint256 stride = size + _WORD;
        place = _allocate(5 * stride);
        assembly ("memory-safe") {
            // Memory above the free pointer may be dirty: reading call data beyond its end gives 0.
            calldatacopy(place, calldatasize(), stride)
            let entry := place
            for { let j := 0 } lt(j, 4) { j := add(j, 1) } {
                let next := add(entry, stride)
                let carry := 0
                for { let i := size } i {} {
                    i := sub(i, 0x20)
                    let u := mload(add(add(entry, 0x20), i))
                    let s := add(u, mload(add(modulus, i)))
                    let t := add(s, carry)
                    mstore(add(add(next, 0x20), i), t)
                    carry := or(lt(s, u), lt(t, s))
                }
                mstore(next, add(mload(entry), carry))
                entry := next
            }
        }
    }

    function _input(uint256 baseBytes, uint256 modulus, uint256 size)
        private
        pure
        returns (uint256 place)
    {
        place = _allocate(_LENGTHS + baseBytes + _WORD + size);
        assembly ("memory-safe") {
            mstore(place, baseBytes)
            mstore(add(place, 0x20), 0x20)
            mstore(add(place, 0x40), size)
            let exponent := add(add(place, 0x60), baseBytes)
            mstore(exponent, 2)
            for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                mstore(add(add(exponent, 0x20), i), mload(add(modulus, i)))
            }
        }
    }

    function _allocate(uint256 length) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            mstore(0x40, add(place, length))
        }
    }
}
