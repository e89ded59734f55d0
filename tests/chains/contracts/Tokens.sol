// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Tokens as they are met besides the ordinary ones. Compiled bytecode: compiled.json beside this file.

contract MannersToken {
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;
    mapping(address => bool) public isBlacklisted;
    bool public paused;
    uint8 public answer; // 0 true, 1 nothing, 2 false
    bool public pretends; // logs a transfer and makes none
    uint256 public feePercent;

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(uint256 supply) {
        balanceOf[msg.sender] = supply;
    }

    function set(uint8 answer_, bool pretends_, uint256 feePercent_, bool paused_) external {
        (answer, pretends, feePercent, paused) = (answer_, pretends_, feePercent_, paused_);
    }

    function block_(address account) external {
        isBlacklisted[account] = true;
    }

    function transfer(address to, uint256 value) external {
        require(!paused, "paused");
        require(!isBlacklisted[msg.sender], "blacklisted");
        if (!pretends) {
            balanceOf[msg.sender] -= value;
            balanceOf[to] += value - (value * feePercent) / 100;
        }
        emit Transfer(msg.sender, to, value);
        if (answer == 1) return;
        uint256 word = answer == 0 ? 1 : 0;
        assembly {
            mstore(0, word)
            return(0, 32)
        }
    }
}

/// Says yes to whatever it is asked.
contract YesToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    function transfer(address to, uint256 value) external returns (bool) {
        emit Transfer(msg.sender, to, value);
        return true;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return abi.encode(uint256(1));
    }
}

/// A proxy in the old manner: its own code shows none of the functions it has.
contract HandingOn {
    address immutable target;

    constructor(address target_) {
        target = target_;
    }

    fallback() external payable {
        address to = target;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), to, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}

contract Collectible {
    mapping(uint256 => address) public ownerOf;

    event Transfer(address indexed from, address indexed to, uint256 indexed id);

    constructor() {
        ownerOf[7] = msg.sender;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x80ac58cd;
    }

    function transferFrom(address from, address to, uint256 id) external {
        require(ownerOf[id] == from && msg.sender == from, "not yours");
        ownerOf[id] = to;
        emit Transfer(from, to, id);
    }

    function pretend(address to, uint256 id) external {
        emit Transfer(msg.sender, to, id);
    }
}
