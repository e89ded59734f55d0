"""Signatures of EVM wallets: of a text (EIP-191), of typed data (EIP-712), and of contracts (EIP-1271, wrapped by EIP-6492).

A contract's answer holds at the block it was asked at, on the chain it was asked on: its owners may differ elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chains.encoding import keccak
from chains.errors import ChainError, NodeUnavailable
from chains.proving import Ask, NotProven, Question, SignedStatement, Statement, Verdict, asked, judged, moment, verdict
from chains.signatures import ethereum_signer, pasted, personal_digest
from chains.transport import Call, Outcome, Talk
from chains.types import Network, Node

VALID = "1626ba7e"
"""What ``isValidSignature(bytes32,bytes)`` answers when it is; also the function's selector (EIP-1271)."""

WRAPPED = bytes.fromhex("6492" * 16)
"""How a signature ends that is wrapped with how to deploy its contract (EIP-6492)."""

_DOMAIN = {"name": "string", "version": "string", "chainId": "uint256"}
_FIELDS = {
    "purpose": "string",
    "desk": "string",
    "wallet": "address",
    "network": "string",
    "case": "string",
    "nonce": "string",
    "issued": "string",
    "expires": "string",
}
_PURPOSE = "To show that this address is yours. It moves no money, permits nothing and costs nothing."


def methods(network: Network) -> tuple[str, ...]:
    """All three, on every EVM network."""
    return ("eip191", "eip712", "eip1271")


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``typed_data`` for ``eth_signTypedData_v4``, or ``hex`` for ``personal_sign``."""
    if method == "eip712":
        return {"typed_data": typed_data(network, statement)}
    return {"hex": "0x" + text.encode().hex()}


def typed_data(network: Network, statement: Statement) -> dict[str, Any]:
    """The statement in the form of EIP-712; no contract verifies it, so the domain names none."""
    fields = {"EIP712Domain": _DOMAIN, "Ownership": _FIELDS}
    return {
        "types": {name: [{"name": n, "type": t} for n, t in kinds.items()] for name, kinds in fields.items()},
        "primaryType": "Ownership",
        "domain": {"name": "Proof of ownership", "version": "1", "chainId": network.params["chain_id"]},
        "message": {
            "purpose": _PURPOSE,
            "desk": statement.domain,
            "wallet": statement.address,
            "network": statement.network,
            "case": statement.case,
            "nonce": statement.nonce,
            "issued": moment(statement.issued),
            "expires": moment(statement.expires),
        },
    }


def typed_digest(data: Mapping[str, Any]) -> bytes:
    """What wallets sign of :func:`typed_data`."""
    domain = _struct_hash("EIP712Domain", _DOMAIN, data["domain"])
    return keccak(b"\x19\x01" + domain + _struct_hash("Ownership", _FIELDS, data["message"]))


def _struct_hash(name: str, kinds: Mapping[str, str], values: Mapping[str, Any]) -> bytes:
    words = [keccak(f"{name}({','.join(f'{kind} {field}' for field, kind in kinds.items())})".encode())]
    for field, kind in kinds.items():
        value = values[field]
        if kind == "string":
            words.append(keccak(str(value).encode()))
        else:
            words.append((int(value, 16) if kind == "address" else int(value)).to_bytes(32))
    return keccak(b"".join(words))


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    form = signed.extra.get("form", "eip191") if method == "eip1271" else method
    if form not in ("eip191", "eip712"):
        raise NotProven("not_readable")
    if form == "eip191":
        digest = personal_digest(b"Ethereum", text.encode())
    else:
        digest = typed_digest(typed_data(network, statement))
    if method == "eip1271":
        signature = b"" if signed.signature.strip() in ("", "0x") else pasted(signed.signature, ("hex",), range(8193))
        return asked(ask, Question(statement.address, digest=digest, signature=unwrapped(signature)))
    signer = ethereum_signer(digest, pasted(signed.signature, ("hex",), (64, 65)))
    return judged(signer == bytes.fromhex(statement.address[2:]))


def unwrapped(signature: bytes) -> bytes:
    """The signature inside what EIP-6492 wraps around it, or itself. Raises :class:`NotProven`."""
    if not signature.endswith(WRAPPED):
        return signature
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        _factory, _call, inner = decode(["address", "bytes", "bytes"], signature[: -len(WRAPPED)])
    except (DecodingError, ValueError, OverflowError) as error:
        raise NotProven("not_readable") from error
    return bytes(inner)


def asker(network: Network, nodes: Sequence[Node | Talk]) -> Ask:
    """Who asks contracts of ``network``, at one block that most of ``nodes`` have."""

    def ask(question: Question) -> Verdict:
        from chains.evm.asking import agreed, surveyed

        height = None
        try:
            heights = sorted(surveyed(network, nodes, [Call("eth_blockNumber")], _height))
            height = heights[(len(heights) - 1) // 2]
            return verdict(agreed(network, nodes, _calls(question, hex(height)), _accepted), height)
        except ChainError:
            return verdict("node_unavailable", height)

    return ask


def _calls(question: Question, block: str) -> list[Call]:
    from eth_abi.abi import encode

    arguments = encode(["bytes32", "bytes"], [question.digest, question.signature]).hex()
    call = {"to": question.address, "data": f"0x{VALID}{arguments}"}
    return [Call("eth_getCode", [question.address, block]), Call("eth_call", [call, block])]


def _height(outcomes: Sequence[Outcome]) -> int:
    from chains.encoding import quantity
    from chains.evm.asking import result_of

    return quantity(result_of(outcomes[0]), bits=63)


def _accepted(outcomes: Sequence[Outcome]) -> str:
    """What one node says of the contract. A revert is its no; any other error says nothing of it."""
    from chains.encoding import octets
    from chains.evm.asking import result_of

    code, answer = outcomes
    if not octets(result_of(code)):
        return "not_deployed"
    if answer.failed:
        if answer.code == 3 or "revert" in answer.message.lower():
            return "other_signature"
        raise NodeUnavailable(f"error {answer.code}")
    said = octets(answer.result)
    return "proven" if len(said) >= 32 and said[:32] == bytes.fromhex(VALID).ljust(32, b"\0") else "other_signature"
