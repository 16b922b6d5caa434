// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAggregation} from "../interfaces/IAggregation.sol";
import {IRounds} from "../interfaces/IRounds.sol";

/// @title Rows of units that come in by chunks, in order, of which a digest each is kept
library Chunks {
    /// @param units Units of a row.
    /// @param chunkUnits Units of a chunk; the last one may have fewer.
    /// @param unitBytes Bytes of a unit.
    /// @param count Chunks of a row.
    struct Shape {
        uint32 units;
        uint32 chunkUnits;
        uint32 unitBytes;
        uint32 count;
    }

    /// @dev Chunks below `next` are in.
    struct Stream {
        uint32 next;
        mapping(uint32 chunk => bytes32) digestOf;
    }

    // ------------------------------------------------------------------ logic

    /// @notice Chunks of so many units.
    function countOf(uint32 units, uint32 chunkUnits) internal pure returns (uint32) {
        return units / chunkUnits + (units % chunkUnits == 0 ? 0 : 1);
    }

    /// @notice Bytes of a chunk. Reverts NoSuchChunk.
    function bytesOf(Shape memory shape, uint32 chunk) internal pure returns (uint256) {
        if (chunk >= shape.count) revert IRounds.NoSuchChunk(chunk, shape.count);
        uint256 rest = shape.units - uint256(chunk) * shape.chunkUnits;
        return (rest < shape.chunkUnits ? rest : shape.chunkUnits) * shape.unitBytes;
    }

    function _append(
        Stream storage stream,
        Shape memory shape,
        uint32 chunk,
        bytes calldata units
    ) private returns (uint32 taken) {
        if (chunk != stream.next) revert IRounds.WrongChunk(stream.next, chunk);
        _requireWhole(shape, chunk, units.length);
        uint256 full = uint256(shape.chunkUnits) * shape.unitBytes;
        for (uint256 at = 0; at < units.length; at += full) {
            uint256 end = at + full < units.length ? at + full : units.length;
            stream.digestOf[chunk + taken++] = keccak256(units[at:end]);
        }
        stream.next = chunk + taken;
    }

    /// @notice Take the next chunks of a row, one or more.
    /// @dev Reverts AlreadyComplete, WrongChunk, WrongLength, and as IAggregation.check does.
    /// @return taken How many chunks these are.
    function take(
        Stream storage stream,
        Shape memory shape,
        IAggregation aggregation,
        uint32 chunk,
        bytes calldata units
    ) internal returns (uint32 taken) {
        if (stream.next == shape.count) revert IRounds.AlreadyComplete(msg.sender);
        aggregation.check(uint256(chunk) * shape.chunkUnits, units);
        return _append(stream, shape, chunk, units);
    }

    /// @dev Whole chunks, or all that is left of the row.
    function _requireWhole(Shape memory shape, uint32 chunk, uint256 length) private pure {
        uint256 full = uint256(shape.chunkUnits) * shape.unitBytes;
        uint256 rest = uint256(shape.units) * shape.unitBytes - chunk * full;
        if (length == rest || (length < rest && length != 0 && length % full == 0)) return;
        revert IRounds.WrongLength(full, rest, length);
    }
}
