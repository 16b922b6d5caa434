// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IClassifier} from "../interfaces/IClassifier.sol";

/// @title What all models share: who may do what, which classes there are, what they began with
abstract contract Classifier is IClassifier {
    // -------------------------------------------------------------- constants

    /// @dev One, in fixed point with nine decimals, and the square of one.
    uint256 internal constant ONE = 1e9;
    uint256 private constant _ONE_SQUARED = 1e18;
    /// @dev What rounding 4,096 values to nine decimals can add to a squared length is below this:
    /// 2 · 0.5 · Σ|d| ≤ √4096 · 1e9 = 6.4e10.
    uint256 private constant _SQUARE_TOLERANCE = 1e11;

    /// @inheritdoc IClassifier
    address public immutable override admin;

    // ---------------------------------------------------------------- storage

    /// @inheritdoc IClassifier
    bytes32 public override initialDigest;
    string[] private _names;
    /// @inheritdoc IClassifier
    /// @dev In the last slot here, 21 bytes: a model's own small fields follow in the same slot.
    address public override trainer;
    /// @inheritdoc IClassifier
    bool public override isReady;

    // ------------------------------------------------------------ constructor

    constructor() {
        admin = msg.sender;
    }

    // ------------------------------------------------------- logic: the admin

    /// @inheritdoc IClassifier
    function appoint(address trainer_) external override {
        _requireAdmin();
        if (trainer != address(0)) revert TrainerNamed(trainer);
        trainer = trainer_;
        emit TrainerAppointed(trainer_);
    }

    /// @inheritdoc IClassifier
    function finish() external override {
        _requireAdmin();
        if (isReady) revert AlreadyReady();
        if (!_isWhole()) revert NotReady();
        isReady = true;
        emit Ready(initialDigest);
    }

    // -------------------------------------------------------- logic: everyone

    /// @inheritdoc IClassifier
    function classCount() public view override returns (uint64) {
        return uint64(_names.length);
    }

    /// @inheritdoc IClassifier
    function className(uint64 class) external view override returns (string memory) {
        _requireClass(class);
        return _names[class];
    }

    // ---------------------------------------------------- what models build on

    /// @dev Whether all initial weights are there.
    function _isWhole() internal view virtual returns (bool);

    function _requireAdmin() internal view {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
    }

    /// @dev The trainer, of a model that is ready: what updates and resets ask.
    function _requireTrainer() internal view {
        if (msg.sender != trainer) revert NotTrainer(msg.sender);
        _requireReady();
    }

    function _requireReady() internal view {
        if (!isReady) revert NotReady();
    }

    function _requireClass(uint64 class) internal view {
        if (class >= _names.length) revert UnknownClass(class, _names.length);
    }

    /// @dev The length of a dense sample that is learned: NoFeatures for none, WrongLength for too few or many.
    function _requireLength(uint256 expected, uint256 given) internal pure {
        if (given == 0) revert NoFeatures();
        if (given != expected) revert WrongLength(expected, given);
    }

    /// @dev The length of a dense sample that is asked about: as many features as the model has, or
    /// had at any time since it was ready, so that what was contributed before it grew can still be
    /// refunded. The features that it lacks are 0.
    function _requireKnown(uint256 least, uint256 most, uint256 given) internal pure {
        if (given < least) _requireLength(most, given);
        if (given > most) revert WrongLength(most, given);
    }

    function _requireUnit(uint256 squaredLength) internal pure {
        if (
            squaredLength <= _ONE_SQUARED - _SQUARE_TOLERANCE
                || squaredLength >= _ONE_SQUARED + _SQUARE_TOLERANCE
        ) revert NotNormalised(squaredLength);
    }

    function _addClass(string memory name) internal {
        emit ClassAdded(uint64(_names.length), name);
        _names.push(name);
    }

    /// @dev One more link of `initialDigest`: msg.data, or abi.encode(the constructor's arguments).
    function _note(bytes memory brought) internal {
        initialDigest = keccak256(abi.encodePacked(initialDigest, keccak256(brought)));
    }
}
