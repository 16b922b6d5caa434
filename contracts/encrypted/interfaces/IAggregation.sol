// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title How updates nobody can read are added: one contract for each scheme and key
/// @notice An update is a row of units of fixed length, big-endian: Paillier ciphertexts, or words
/// of eight 32-bit lanes. Adding is unit by unit, in whatever order.
interface IAggregation {
    /// @notice The bytes are no whole number of units.
    error NotWholeUnits(uint256 given, uint256 unitBytes);
    /// @notice The unit at this place of the update is none of the scheme: of Paillier's, 0 or at
    /// least n².
    error UnitOutOfRange(uint256 position);

    /// @notice Bytes of a unit.
    function unitBytes() external view returns (uint32);

    /// @notice Reverts NotWholeUnits, UnitOutOfRange unless all these units are of the scheme.
    /// @param first The place in the update of the first one, for the error.
    function check(uint256 first, bytes calldata units) external view;

    /// @notice The sum and, added to it, one or more rows of as many units each.
    /// @dev Reverts NotWholeUnits. All units have passed `check`: others give numbers of no
    /// meaning.
    /// @param sum A row of units.
    /// @param units Rows of the same length one behind the other; none: the sum comes back.
    function fold(bytes calldata sum, bytes calldata units)
        external
        view
        returns (bytes memory total);
}
