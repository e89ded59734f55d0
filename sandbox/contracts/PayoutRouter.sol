// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// Pays onward from a contract, as other platforms' withdrawal contracts do: the native coin arrives by an inner call.
contract PayoutRouter {
    function payNative(address payable to) external payable {
        _forward(to, msg.value);
    }

    /// Takes the token from the caller first, so the transaction shows two movements of which the second is the payout.
    function payToken(address token, address to, uint256 value) external {
        _relay(token, to, value);
    }

    function payBoth(address token, address payable to, uint256 value) external payable {
        _forward(to, msg.value);
        _relay(token, to, value);
    }

    function _forward(address payable to, uint256 value) private {
        (bool paid, ) = to.call{value: value}("");
        require(paid, "native payout failed");
    }

    function _relay(address token, address to, uint256 value) private {
        require(IToken(token).transferFrom(msg.sender, address(this), value), "token not taken");
        require(IToken(token).transfer(to, value), "token payout failed");
    }
}
