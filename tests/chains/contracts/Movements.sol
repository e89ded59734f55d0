// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Contracts that move value in every way the decoder must tell apart. Compiled bytecode: compiled.json beside this file.

contract Purse {
    constructor() payable {}

    function close(address payable to) external {
        selfdestruct(to);
    }
}

contract Router {
    receive() external payable {}

    function forward(address payable to) external payable {
        (bool sent, ) = to.call{value: msg.value}("");
        require(sent, "not sent");
    }

    /// The identity precompile is called first: it must not shift the position of the movement.
    function forwardAfterPrecompile(address payable to) external payable {
        (bool ok, ) = address(4).staticcall(hex"1234");
        require(ok);
        (bool sent, ) = to.call{value: msg.value}("");
        require(sent, "not sent");
    }

    function sendThenRevert(address payable to) external payable {
        (bool sent, ) = to.call{value: msg.value}("");
        require(sent, "not sent");
        revert("undone");
    }

    /// The inner call sends and reverts; this one carries on, so nothing of it may be shown.
    function swallow(address payable to) external payable {
        (bool ok, ) = address(this).call{value: msg.value}(abi.encodeCall(this.sendThenRevert, (to)));
        require(!ok);
    }

    function delegateForward(address payable to) external payable {
        (bool ok, ) = address(this).delegatecall(abi.encodeCall(this.forward, (to)));
        require(ok);
    }

    function makePurse() external payable {
        new Purse{value: msg.value}();
    }

    function makeAndClosePurse(address payable to) external payable {
        new Purse{value: msg.value}().close(to);
    }

    function refuse(string calldata words) external payable {
        revert(words);
    }

    function panic(uint256 divisor) external payable returns (uint256) {
        return 1 / divisor;
    }

    function burnGas() external payable {
        while (true) {}
    }
}

contract Token {
    string public symbol;
    uint8 public immutable decimals;
    mapping(address => uint256) public balanceOf;
    uint8 public mood; // 0 answers true, 1 answers false, 2 reverts

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(string memory symbol_, uint8 decimals_, uint256 supply) {
        symbol = symbol_;
        decimals = decimals_;
        balanceOf[msg.sender] = supply;
        emit Transfer(address(0), msg.sender, supply);
    }

    function setMood(uint8 value) external {
        mood = value;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        if (mood == 1) return false;
        require(mood == 0, "paused");
        require(balanceOf[msg.sender] >= value, "too little");
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }

    function burn(uint256 value) external {
        balanceOf[msg.sender] -= value;
        emit Transfer(msg.sender, address(0), value);
    }
}

/// Speaks like old and odd tokens do: a bytes32 symbol, logs of other shapes.
contract Oddity {
    bytes32 public constant symbol = "MKR";
    uint256 public constant decimals = 78;

    function emitUnindexed(address from, address to, uint256 value) external {
        bytes memory data = abi.encode(from, to, value);
        bytes32 signature = keccak256("Transfer(address,address,uint256)");
        assembly {
            log1(add(data, 32), mload(data), signature)
        }
    }

    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);
    event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values);

    function emitNft(address from, address to, uint256 id) external {
        bytes32 signature = keccak256("Transfer(address,address,uint256)");
        assembly {
            log4(0, 0, signature, from, to, id)
        }
        emit TransferSingle(msg.sender, from, to, id, 7);
        uint256[] memory ids = new uint256[](2);
        uint256[] memory values = new uint256[](2);
        (ids[0], ids[1], values[0], values[1]) = (id, id + 1, 3, 4);
        emit TransferBatch(msg.sender, from, to, ids, values);
    }
}
