// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./SampleToken.sol";

/// A token whose `transfer` answers false and moves nothing, yet its transaction succeeds. Only `grant` really moves.
contract StubbornToken is SampleToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        SampleToken(name_, symbol_, decimals_, supply)
    {}

    function transfer(address, uint256) external pure override returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) external pure override returns (bool) {
        return false;
    }

    function grant(address to, uint256 value) external {
        _move(msg.sender, to, value);
    }
}
