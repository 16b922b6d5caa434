// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAgreement} from "../interfaces/IAgreement.sol";
import {IRounds} from "../interfaces/IRounds.sol";

/// @title Who calls, as a member of a group
library Members {
    // ------------------------------------------------------------------ logic

    /// @notice The caller's number in the group. Reverts NotMember.
    function place(IAgreement agreement, uint64 group) internal view returns (uint16) {
        uint16 number = agreement.placeOf(group, msg.sender);
        if (number == 0) revert IRounds.NotMember(msg.sender);
        return number - 1;
    }

    /// @notice Reverts NotDirect where a contract calls.
    /// @dev It could bring bytes that no transaction's input shows, and nobody could read them.
    function requireDirect() internal view {
        if (msg.sender != tx.origin) revert IRounds.NotDirect(msg.sender);
    }
}
