"""Read-only questions that show what a token contract is like, and what the answers mean. Pure; for families with contracts.

A reply is the bytes that came back, ``b""`` when the contract has no such function (nothing came back, or the call reverted), and
``None`` when the node did not say. Nothing here goes by a token's name or by its address. A contract that answers a question no
contract has is taken at its word in nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from chains.encoding import keccak
from chains.surveyed import Traits

CANARY = "thereIsNoFunctionOfThisName(address)"
PAUSED = ("paused()",)
DECIMALS = "decimals()"
INTERFACE = "supportsInterface(bytes4)"
COLLECTIBLES = ("80ac58cd", "d9b67a26")
"""Interface ids of ERC-721 and ERC-1155 (ERC-165)."""

BLOCKED = (
    "isBlacklisted(address)",  # USDC, EURC
    "isBlackListed(address)",  # USDT on Ethereum and TRON
    "getBlackListStatus(address)",
    "isBlocked(address)",  # XAUT and the newer USDT of other networks
    "isFrozen(address)",  # PAXG, BUSD, USDP
    "blacklisted(address)",
    "frozen(address)",
    "frozenAccount(address)",
)
"""Whether an address may not move the token; names that issuers use."""

REBASING = (
    "sharesOf(address)",  # stETH
    "scaledBalanceOf(address)",  # aTokens, AMPL
    "scaledTotalSupply()",
    "rebasingCreditsPerToken()",  # OUSD, OETH
    "gonsPerFragment()",
    "gonsForBalance(uint256)",  # sOHM
)
"""What only tokens have whose balances are computed from something else."""

RECEIPTS: Mapping[str, tuple[str, ...]] = {
    "erc4626": ("asset()", "convertToAssets(uint256)"),
    "pair": ("token0()", "token1()", "getReserves()"),
    "aave": ("UNDERLYING_ASSET_ADDRESS()",),
    "compound": ("comptroller()", "exchangeRateStored()"),
    "comet": ("baseToken()", "getUtilization()"),
    "balancer": ("getPoolId()", "getVault()"),
    "curve": ("get_virtual_price()", "coins(uint256)"),
    "yearn": ("token()", "pricePerShare()"),
}
"""Kinds of tokens that stand for a share of something: all of these questions have an answer."""

BRIDGED: Sequence[tuple[str, ...]] = (
    ("l1Token()",),  # OP stack, first form
    ("remoteToken()",),  # OP stack
    ("REMOTE_TOKEN()",),
    ("l1Address()",),  # Arbitrum, ZKsync
    ("counterpart()", "gateway()"),  # Scroll
    ("bridge()",),  # Linea
    ("bridgeContract()",),  # Gnosis
    ("rootToken()",),  # Polygon, FX portal
    ("DEPOSITOR_ROLE()", "getDomainSeperator()"),  # Polygon, PoS portal; the second is spelled like this there
    ("depositAddress(bytes32)",),  # Axelar
    ("mpc()",),  # Multichain
    ("nativeContract()", "chainId()"),  # Wormhole
)
"""By what tokens say themselves that they stand for a token of another chain: each of the functions of one line has a value."""

MINTER = "minter()"
"""The pool of an older Curve token, which has to be asked itself."""

_ALL = (
    DECIMALS,
    INTERFACE,
    *PAUSED,
    *BLOCKED,
    *REBASING,
    *(signature for kind in RECEIPTS.values() for signature in kind),
    *(signature for sign in BRIDGED for signature in sign),
    MINTER,
)
_OWN_DISPATCH = tuple(bytes.fromhex(digits) for digits in ("a9059cbb", "23b872dd", "f242432a"))
"""Selectors of ``transfer``, ``transferFrom`` and ``safeTransferFrom`` of ERC-1155: code that has one answers for itself."""

_DELEGATECALL = 0xF4
_DELEGATION = bytes.fromhex("ef0100")
_MOST_DECIMALS = 77
_TYPE = re.compile(r"\((address|uint256|bytes4|bytes32)?\)$")


@dataclass(frozen=True)
class Question:
    """One call: a function's ``signature`` and its encoded ``arguments``, hexadecimal."""

    signature: str
    arguments: str = ""

    @property
    def data(self) -> str:
        """The call data, without ``0x``."""
        return selector(self.signature) + self.arguments


@dataclass(frozen=True)
class Trial:
    """How a simulated transfer went. ``refused``: it reverted; ``data`` is what it answered; ``arrived`` what it added to the
    destination. Each ``None`` where the node does not say."""

    refused: bool | None = None
    data: bytes | None = None
    arrived: int | None = None


@cache
def selector(signature: str) -> str:
    """The first four bytes of the function's hash, hexadecimal."""
    return keccak(signature.encode())[:4].hex()


def is_contract(code: bytes) -> bool:
    """Whether ``code`` is a contract's; an account that delegates to one (EIP-7702) still has its key."""
    return bool(code) and not code.startswith(_DELEGATION)


def questions(code: bytes | None, holder: str, behind: bytes | None = None) -> list[Question]:
    """What to ask the contract with this ``code``, the canary first; ``holder`` is an account's 20 bytes in hexadecimal.

    A contract that answers for itself is only asked what it has functions for. One that hands calls on is asked everything,
    unless it does so to code that is known (``behind``) and has a transfer; so is one whose code is not known.
    """
    if behind is not None and _has_transfer(behind):
        known: bytes | None = (code or b"") + behind
    else:
        known = code if code is not None and _answers_itself(code) else None
    asked = [one for one in dict.fromkeys(_ALL) if known is None or _names(known, one)]
    found = [Question(CANARY, _word(holder))]
    for signature in asked:
        if signature == INTERFACE:
            found += [Question(INTERFACE, name.ljust(64, "0")) for name in COLLECTIBLES]
        else:
            found.append(Question(signature, _arguments(signature, holder)))
    return found


def _names(code: bytes, signature: str) -> bool:
    return bytes.fromhex(selector(signature)).lstrip(b"\0") in code  # compilers leave leading zeros out


def _has_transfer(code: bytes) -> bool:
    return any(entry in code for entry in _OWN_DISPATCH)


def _answers_itself(code: bytes) -> bool:
    """Whether the functions of a contract are in its own code: it has a transfer and nowhere hands a call on."""
    if not _has_transfer(code):
        return False
    place = 0
    while place < len(code):
        operation = code[place]
        if operation == _DELEGATECALL:
            return False
        place += 1 + max(0, operation - 0x5F) if operation <= 0x7F else 1  # what is pushed is no operation
    return True


def _arguments(signature: str, holder: str) -> str:
    match = _TYPE.search(signature)
    kind = match[1] if match else None
    if kind == "address":
        return _word(holder)
    return "" if kind is None else _word("1" if kind == "uint256" else "0")


def _word(digits: str) -> str:
    return digits.lower().rjust(64, "0")


@dataclass(frozen=True)
class Replies:
    """What a contract replied, by question; what was not asked it does not have."""

    by_question: Mapping[Question, bytes | None]

    def of(self, signature: str, arguments: str = "") -> bytes | None:
        """The reply to ``signature``, ``b""`` when there is none, ``None`` when the node did not say."""
        for question, reply in self.by_question.items():
            if question.signature == signature and question.arguments.startswith(arguments):
                return reply
        return b""

    @property
    def credible(self) -> bool:
        """Whether the contract has nothing to say where nothing can be said."""
        return self.of(CANARY) == b""

    def flag(self, signature: str, arguments: str = "") -> bool | None:
        """A reply that is a truth value; ``None`` for every other."""
        reply = self.of(signature, arguments)
        if reply is None or len(reply) != 32 or int.from_bytes(reply, "big") > 1:
            return None
        return reply[-1] == 1

    def silent(self, signatures: Iterable[str]) -> bool:
        """Whether the node did not say for any of ``signatures``."""
        return any(self.of(signature) is None for signature in signatures)

    def filled(self, signature: str) -> bool:
        """Whether a word came back that is not zero."""
        reply = self.of(signature)
        return reply is not None and len(reply) >= 32 and any(reply[:32])

    def answered(self, signature: str) -> bool:
        """Whether a word came back, whatever it says."""
        reply = self.of(signature)
        return reply is not None and len(reply) >= 32


def traits(replies: Replies, trial: Trial, amount: int, *, says_false_and_moves: bool = False) -> Traits:
    """What ``replies`` and a trial transfer of ``amount`` show; ``exists`` and ``wrapped_native`` are for the family to add.

    ``says_false_and_moves``: the network's usual tokens answer false to a transfer they made, so that the word means nothing.
    """
    returns = _returns(trial)
    works = _works(trial, returns, amount, says_false_and_moves)
    rebasing = _any(replies, REBASING, [replies.answered(one) for one in REBASING])
    counted = trial.arrived is not None and 0 < trial.arrived <= amount and not rebasing  # whose balances are rounded
    fee = trial.arrived != amount if counted else None
    if not replies.credible:
        return Traits(transfer_works=works, returns=returns, takes_fee=fee)
    return Traits(
        fungible=_fungible(replies),
        paused=_listed(replies, PAUSED, works),
        holder_blocked=_listed(replies, BLOCKED, works),
        transfer_works=works,
        returns=returns,
        takes_fee=fee,
        rebasing=rebasing,
        receipt_for=_receipt(replies),
        bridged=_any(replies, sum(BRIDGED, ()), [all(map(replies.filled, sign)) for sign in BRIDGED]),
    )


def _returns(trial: Trial) -> str | None:
    if trial.refused is not False or trial.data is None:
        return None
    if not trial.data:
        return "nothing"
    number = int.from_bytes(trial.data, "big")
    return {0: "false", 1: "true"}.get(number) if len(trial.data) == 32 else None


def _works(trial: Trial, returns: str | None, amount: int, false_means_nothing: bool) -> bool | None:
    """The effect decides where it was shown; else what the transfer answers."""
    if trial.refused is not False:
        return None if trial.refused is None else False
    if trial.arrived is not None and amount:
        return trial.arrived > 0
    if returns == "false":
        return None if false_means_nothing else False
    return True if returns else None


def _fungible(replies: Replies) -> bool | None:
    said = [replies.flag(INTERFACE, name) for name in COLLECTIBLES]
    if any(said):
        return False
    if any(replies.of(INTERFACE, name) is None for name in COLLECTIBLES):
        return None
    decimals = replies.of(DECIMALS)
    if decimals is None or len(decimals) != 32:
        return None
    return True if int.from_bytes(decimals, "big") <= _MOST_DECIMALS else None


def _listed(replies: Replies, signatures: Sequence[str], works: bool | None) -> bool | None:
    """What the token's own functions say; where it has none, a transfer that works shows that nothing is in its way."""
    said = [replies.flag(signature) for signature in signatures]
    if any(said):
        return True
    if replies.silent(signatures):
        return None
    return False if False in said or works else None


def _any(replies: Replies, signatures: Sequence[str], shown: Sequence[bool]) -> bool | None:
    if any(shown):
        return True
    return None if replies.silent(signatures) else False


def _receipt(replies: Replies) -> str | None:
    return next((kind for kind, needed in RECEIPTS.items() if all(map(replies.filled, needed))), None)


def pool_behind(replies: Replies) -> str | None:
    """The 20 bytes of who mints the token, in hexadecimal: for an older Curve token its pool."""
    reply = replies.of(MINTER)
    if not replies.credible or reply is None or len(reply) != 32 or any(reply[:12]) or not any(reply):
        return None
    return reply[12:].hex()


POOL = (Question("get_virtual_price()"), Question("coins(uint256)", _word("1")))
"""What the pool behind a token answers when it is one."""
