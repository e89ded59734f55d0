// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Pays the recipient and then changes its mind: the trace shows a transfer, the transaction reverts and moves nothing.
contract ClosedTill {
    function pay(address payable to) external payable {
        (bool paid, ) = to.call{value: msg.value}("");
        require(paid, "native payout failed");
        revert("till is closed");
    }
}
