// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./SampleToken.sol";

/// A fee-on-transfer token: the recipient gets less than was sent, the rest goes to the collector (in basis points).
contract TollToken is SampleToken {
    address public immutable collector;
    uint256 public immutable tollBps;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply, uint256 tollBps_)
        SampleToken(name_, symbol_, decimals_, supply)
    {
        collector = msg.sender;
        tollBps = tollBps_;
    }

    function _move(address from, address to, uint256 value) internal override {
        uint256 toll = (value * tollBps) / 10_000;
        super._move(from, to, value - toll);
        if (toll > 0) super._move(from, collector, toll);
    }
}
