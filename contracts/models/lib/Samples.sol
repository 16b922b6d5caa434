// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";
import {IDataHandler} from "../interfaces/IDataHandler.sol";

/// @dev Where in memory a sample's length stands; its features follow.
type Loaded is uint256;

using Samples for Loaded global;

/// @title A sample that is copied from call data once, and then hashed, logged and passed on in place
/// @dev Solidity would copy the features anew, word by word, for each call, event and hash: at 512
/// features some 40,000 gas each. Here one `calldatacopy` (3 gas a word) serves all: there is room in
/// front of it for the head of a call or an event, and behind it for the rest of a key, each of which
/// is written where it is needed and overwritten by the next.
///
/// Features pass as the words they came as: what is no int64 the model refuses, which looks at each.
library Samples {
    /// @dev The longest head: a selector and four words, in whole words.
    uint256 private constant HEAD = 0xA0;

    // ------------------------------------------------------------------ logic

    /// @notice Copy a sample into memory.
    function load(int64[] calldata features) internal pure returns (Loaded sample) {
        assembly ("memory-safe") {
            let featureBytes := shl(5, features.length)
            sample := add(mload(0x40), HEAD)
            mstore(sample, features.length)
            calldatacopy(add(sample, 0x20), features.offset, featureBytes)
            // The length, the features, and two words for the rest of a key.
            mstore(0x40, add(add(sample, 0x60), featureBytes))
        }
    }

    /// @notice The key of the sample as a contribution: see IDataHandler.
    function keyOf(Loaded sample, uint64 class, uint64 addedAt, address author)
        internal
        pure
        returns (bytes32 key)
    {
        assembly ("memory-safe") {
            let start := add(sample, 0x20)
            let featureBytes := shl(5, mload(sample))
            let end := add(start, featureBytes)
            // 8 bytes class, 8 bytes time, 20 bytes author: 16 of them in the first word. The shifts
            // to the left drop what may lie above a value in its word.
            mstore(
                end, or(shl(192, class), or(shr(64, shl(192, addedAt)), shr(128, shl(96, author))))
            )
            mstore(add(end, 0x20), shl(224, author))
            key := keccak256(start, add(featureBytes, 36))
        }
    }

    /// @notice The class that the model gives the sample. Reverts as the model does.
    function predictedBy(Loaded sample, IClassifier model) internal view returns (uint64 class) {
        bool answered;
        (answered, class) = askedOf(sample, model);
        if (!answered) _passOn();
    }

    /// @notice Let the model learn the sample. Reverts as the model does.
    function learnedBy(Loaded sample, IClassifier model, uint64 class) internal {
        if (!offeredTo(sample, model, class)) _passOn();
    }

    /// @notice The class that the model gives the sample; where it is not `answered`, why not is the
    /// call's return data.
    function askedOf(Loaded sample, IClassifier model)
        internal
        view
        returns (bool answered, uint64 class)
    {
        (uint256 start, uint256 size) = _request(sample, IClassifier.predict.selector, 1);
        assembly ("memory-safe") {
            answered := staticcall(gas(), model, start, size, 0, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            class := and(mload(0), 0xffffffffffffffff)
        }
    }

    /// @notice Let the model learn the sample; where it is not `taken`, why not is the call's return
    /// data.
    function offeredTo(Loaded sample, IClassifier model, uint64 class)
        internal
        returns (bool taken)
    {
        (uint256 start, uint256 size) = _request(sample, IClassifier.update.selector, 2);
        assembly ("memory-safe") {
            mstore(sub(sample, 0x20), class)
            taken := call(gas(), model, 0, start, size, 0, 0)
        }
    }

    /// @notice Have the handler note the sample as a contribution.
    function notedBy(
        Loaded sample,
        IDataHandler handler,
        uint64 class,
        address author,
        uint256 deposit
    ) internal {
        (uint256 start, uint256 size) = _request(sample, IDataHandler.add.selector, 4);
        bool done;
        assembly ("memory-safe") {
            mstore(sub(sample, 0x60), class)
            mstore(sub(sample, 0x40), author)
            mstore(sub(sample, 0x20), deposit)
            done := call(gas(), handler, 0, start, size, 0, 0)
        }
        if (!done) _passOn();
    }

    /// @notice Emit IDataHandler.DataAdded with the sample.
    function log(
        Loaded sample,
        bytes32 key,
        uint64 class,
        uint64 addedAt,
        address author,
        uint256 deposit
    ) internal {
        bytes32 signature = IDataHandler.DataAdded.selector;
        assembly ("memory-safe") {
            mstore(sub(sample, 0x60), addedAt)
            mstore(sub(sample, 0x40), deposit)
            mstore(sub(sample, 0x20), 0x60) // where the features begin
            let size := add(0x80, shl(5, mload(sample)))
            log4(sub(sample, 0x60), size, signature, author, key, class)
        }
    }

    /// @dev Write the selector and the features' offset in front of the sample, leaving the words in
    /// between, `arguments` - 1 of them, to the caller. Returns where the call's data is.
    function _request(Loaded sample, bytes4 selector, uint256 arguments)
        private
        pure
        returns (uint256 start, uint256 size)
    {
        assembly ("memory-safe") {
            let head := shl(5, arguments)
            start := sub(sample, add(head, 4))
            // The selector is the word's first four bytes: it goes where the word's last four lie.
            mstore(sub(start, 28), shr(224, selector))
            mstore(add(start, 4), head)
            size := add(add(head, 0x24), shl(5, mload(sample)))
        }
    }

    /// @dev Revert as the part that was called did.
    function _passOn() private pure {
        assembly ("memory-safe") {
            let free := mload(0x40)
            returndatacopy(free, 0, returndatasize())
            revert(free, returndatasize())
        }
    }
}
