// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A model on the chain: predicts for everybody, learns from its trainer
/// @notice Numbers are fixed point with nine decimals (1e9 is one), as the deposits' models of
/// Sharing Updatable Models have them. `features` are either values of all features, in their order
/// (dense), or the indices of those that are one, ascending (sparse); a contract says which.
///
/// A life: the admin (its deployer) brings initial weights in chunks and finishes; names a trainer,
/// once; from then on the trainer alone updates it. Classes and features can be added by the admin
/// at any time, with any weights: contributors trust it with that. Of a dense sample of before, the
/// features that were added since are 0 in predictions; learned are whole ones only. `initialDigest` covers all that was brought in, in order, so that two
/// models that start alike can be told: d = keccak256(d ‖ keccak256(calldata of the call)), from 0;
/// the first link is abi.encode(the constructor's arguments) in place of the call.
interface IClassifier {
    /// @notice The account is not the one that deployed the model.
    error NotAdmin(address sender);
    /// @notice The account is not the model's trainer.
    error NotTrainer(address sender);
    /// @notice The trainer is named once.
    error TrainerNamed(address trainer);
    /// @notice Initial weights are not all there yet.
    error NotReady();
    /// @notice Initial weights have all come in.
    error AlreadyReady();
    /// @notice Initial weights come in order, each once: this one is `given`, due is `expected`.
    error OutOfOrder(uint256 expected, uint256 given);
    /// @notice There are fewer classes.
    error UnknownClass(uint64 class, uint256 classes);
    /// @notice A sample has another number of features.
    error WrongLength(uint256 expected, uint256 given);
    /// @notice Features come one at least.
    error NoFeatures();
    /// @notice A value is beyond what the model's arithmetic holds, or an index beyond its
    /// features.
    error FeatureOutOfRange(uint256 position, int64 value);
    /// @notice Indices ascend: each feature is named once.
    error NotAscending(uint256 position);
    /// @notice The squared length of a sample differs from one (1e18) by 1e11 or more.
    error NotNormalised(uint256 squaredLength);

    event ClassAdded(uint64 indexed class, string name);
    event FeaturesAdded(uint256 count);
    event WeightsBrought(uint256 count);
    event TrainerAppointed(address indexed trainer);
    event Ready(bytes32 digest);
    /// @notice The model learned a sample. `changed` is false where it was right already.
    event Updated(uint64 indexed class, bool changed);
    event ResetToInitial();

    /// @notice The class of a sample; ties go to the lower one.
    function predict(int64[] calldata features) external view returns (uint64 class);

    /// @notice Learn one sample; of the trainer.
    function update(int64[] calldata features, uint64 class) external;

    /// @notice Go back to the initial weights, as if nothing had been learned; of the trainer. Its
    /// gas does not depend on what was learned.
    function reset() external;

    /// @notice All initial weights are there: the model predicts and learns from now on; of the
    /// admin, once. Reverts NotReady where some are missing.
    function finish() external;

    /// @notice Name who may update; of the admin, once.
    function appoint(address trainer) external;

    function admin() external view returns (address);
    function trainer() external view returns (address);
    function isReady() external view returns (bool);
    function initialDigest() external view returns (bytes32);
    function classCount() external view returns (uint64);
    function className(uint64 class) external view returns (string memory);
    function featureCount() external view returns (uint256);
}
