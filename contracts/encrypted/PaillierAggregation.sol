// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAggregation} from "./interfaces/IAggregation.sol";
import {BigModulus} from "./lib/BigModulus.sol";
import {CodeBytes} from "./lib/CodeBytes.sol";

/// @title Sums of plaintexts as products of Paillier ciphertexts modulo n²
/// @notice One contract for each public key. A unit is a ciphertext in as many bytes as n².
/// @dev Paillier, "Public-Key Cryptosystems Based on Composite Degree Residuosity Classes", 1999.
contract PaillierAggregation is IAggregation {
    using BigModulus for BigModulus.Workspace;

    /// @notice n has 2048 or 3072 bits, or 1024 where the key is for tests, and its first bit is 1.
    error KeyLength(uint256 keyBytes);
    /// @notice n is even.
    error EvenKey();

    // -------------------------------------------------------------- constants

    /// @inheritdoc IAggregation
    uint32 public immutable override unitBytes;
    /// @notice Whether the key may be as short as 1024 bits: nobody's secrets are safe with it.
    bool public immutable forTests;
    /// @dev Its code is STOP, n², n.
    address private immutable _key;

    // ------------------------------------------------------------ constructor

    /// @notice Reverts KeyLength, EvenKey. n² is made here, so it is that of n.
    /// @param n The public key, big-endian.
    constructor(bytes memory n, bool forTests_) {
        uint256 length = n.length;
        bool known = length == 256 || length == 384 || (length == 128 && forTests_);
        if (!known || n[0] < 0x80) revert KeyLength(length);
        if (uint8(n[length - 1]) & 1 == 0) revert EvenKey();
        (unitBytes, forTests) = (uint32(2 * length), forTests_);
        _key = address(new CodeBytes(bytes.concat(hex"00", BigModulus.square(n), n)));
    }

    // ------------------------------------------------------------------ logic

    /// @notice The public key n, big-endian.
    function publicKey() external view returns (bytes memory n) {
        n = new bytes(unitBytes / 2);
        (address key, uint256 offset) = (_key, 1 + unitBytes);
        assembly ("memory-safe") {
            extcodecopy(key, add(n, 0x20), offset, mload(n))
        }
    }

    /// @inheritdoc IAggregation
    function check(uint256 first, bytes calldata units) external view override {
        uint256 size = unitBytes;
        if (units.length % size != 0) revert NotWholeUnits(units.length, size);
        uint256 modulus = BigModulus.read(_key, 1, size);
        uint256 start;
        assembly ("memory-safe") {
            start := units.offset
        }
        for (uint256 at = 0; at < units.length; at += size) {
            if (!BigModulus.inRange(start + at, modulus, size)) {
                revert UnitOutOfRange(first + at / size);
            }
        }
    }

    /// @inheritdoc IAggregation
    function fold(bytes calldata sum, bytes calldata units)
        external
        view
        override
        returns (bytes memory total)
    {
        (uint256 size, uint256 row) = (unitBytes, sum.length);
        if (row == 0 || row % size != 0) revert NotWholeUnits(row, size);
        if (units.length % row != 0) revert NotWholeUnits(units.length, row);
        total = sum;
        if (units.length == 0) return total;
        BigModulus.Workspace memory room =
            BigModulus.prepare(BigModulus.read(_key, 1, size), size);
        _multiply(room, total, units);
    }

    function _multiply(BigModulus.Workspace memory room, bytes memory total, bytes calldata units)
        private
        view
    {
        (uint256 size, uint256 row) = (room.size, total.length);
        bytes memory factor = new bytes(size);
        (uint256 to, uint256 from) = (0, 0);
        assembly ("memory-safe") {
            to := add(total, 0x20)
            from := add(factor, 0x20)
        }
        for (uint256 at = 0; at < units.length; at += size) {
            assembly ("memory-safe") {
                calldatacopy(from, add(units.offset, at), size)
            }
            room.multiply(to + at % row, from);
        }
    }
}
