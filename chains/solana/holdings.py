"""What one node tells a plan: the chain it is of, a recent block hash, balances, token accounts, what priority costs now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chains.errors import ArrivesShort, NodeMistaken, NodeUnavailable, Refused
from chains.solana import programs
from chains.solana.address import address
from chains.solana.parsed import amount, whole
from chains.transport import Call, Outcome, Talk
from chains.types import Network

PARSED = {"encoding": "jsonParsed", "commitment": "finalized"}

ROOM = {"transferFeeConfig": 12, "transferHook": 5, "pausableConfig": 4}
"""Bytes an account of the newer token program needs for extensions of its mint: type and length (4), then the content."""

BASE_ROOM = 165
"""Bytes of a token account without extensions."""


@dataclass(frozen=True)
class Present:
    """The chain now. ``prices`` are micro-lamports a compute unit recently paid, in order."""

    blockhash: str
    last_valid_height: int
    payer_lamports: int
    source_lamports: int
    destination_lamports: int
    destination_program: str | None
    least_lamports: int
    prices: tuple[int, ...]


@dataclass(frozen=True)
class Token:
    """A mint: its program, and the bytes an associated account of it needs."""

    mint: str
    program: str
    decimals: int
    room: int


@dataclass(frozen=True)
class TokenPresent:
    """Where the tokens are. ``rent`` is what the destination's account still costs, 0 when it is there."""

    account: str
    held: int
    rent: int


def result(talk: Talk, outcome: Outcome) -> Any:
    """The result of a call that must not fail. Raises :class:`NodeUnavailable`."""
    if outcome.failed:
        raise NodeUnavailable(f"{talk.node.label}: error {outcome.code}")
    return outcome.result


def value(talk: Talk, outcome: Outcome) -> Any:
    """The ``value`` of an answer that comes with its context."""
    answer = result(talk, outcome)
    if not isinstance(answer, dict) or "value" not in answer:
        raise NodeMistaken(f"{talk.node.label}: an answer without value")
    return answer["value"]


def present(network: Network, talk: Talk, payer: str, source: str, destination: str) -> Present:
    """The chain now. Raises :class:`NodeMistaken` for a node of another chain."""
    calls = [
        Call("getGenesisHash"),
        Call("getLatestBlockhash", [{"commitment": "finalized"}]),
        Call("getBalance", [payer, {"commitment": "finalized"}]),
        Call("getAccountInfo", [source, PARSED]),
        Call("getAccountInfo", [destination, PARSED]),
        Call("getMinimumBalanceForRentExemption", [0]),
        Call("getRecentPrioritizationFees", [[payer, source]]),
    ]
    genesis, recent, paying, sending, receiving, least, fees = talk.rpc(calls)
    if result(talk, genesis) != network.params["genesis"]:
        raise NodeMistaken(f"{talk.node.label}: of another chain")
    block = _object(value(talk, recent))
    there = value(talk, receiving)
    sender = value(talk, sending)
    return Present(
        blockhash=address(block.get("blockhash")),  # 32 bytes in base58, as addresses are
        last_valid_height=whole(block.get("lastValidBlockHeight"), bits=63),
        payer_lamports=whole(value(talk, paying)),
        source_lamports=0 if sender is None else whole(_object(sender).get("lamports")),
        destination_lamports=0 if there is None else whole(_object(there).get("lamports")),
        destination_program=None if there is None else address(_object(there).get("owner")),
        least_lamports=whole(result(talk, least)),
        prices=() if fees.failed else _prices(fees.result),
    )


def token(talk: Talk, mint: str) -> Token:
    """The mint. Raises :class:`Refused` for what is none or cannot be sent like this, :class:`ArrivesShort` for a fee."""
    found = value(talk, talk.rpc([Call("getAccountInfo", [mint, PARSED])])[0])
    if found is None:
        raise Refused("no such token")
    program, info = parsed(found, "mint")
    room = BASE_ROOM
    if program == programs.TOKEN_2022:
        room += 5  # the account type, and the mark that its owner cannot change
        for extension in info.get("extensions") or []:
            row = _object(extension)
            name, state = row.get("extension"), row.get("state")
            _refuse(str(name), state if isinstance(state, dict) else {})
            room += ROOM.get(str(name), 0)
    return Token(mint, program, whole(info.get("decimals"), bits=8), room)


def _refuse(name: str, state: dict[str, Any]) -> None:
    if name == "nonTransferable":
        raise Refused("the token cannot be transferred")
    if name == "transferHook" and state.get("programId") is not None:
        raise Refused("the token runs a program at every transfer")
    if name == "pausableConfig" and state.get("paused") is not False:
        raise Refused("the token is paused")
    if name == "defaultAccountState" and state.get("accountState") == "frozen":
        raise Refused("the token's new accounts are frozen")
    if name == "transferFeeConfig":
        for key in ("olderTransferFee", "newerTransferFee"):
            if whole(_object(state.get(key)).get("transferFeeBasisPoints"), bits=16):
                raise ArrivesShort("the token keeps a fee of every transfer")


def token_present(talk: Talk, found: Token, source: str, needed: int, receiving: str) -> TokenPresent:
    """The account of ``source`` that holds enough, and whether ``receiving`` is there. Raises :class:`Refused`."""
    calls = [
        Call("getTokenAccountsByOwner", [source, {"mint": found.mint}, PARSED]),
        Call("getAccountInfo", [receiving, PARSED]),
        Call("getMinimumBalanceForRentExemption", [found.room]),
    ]
    held, there, rent = talk.rpc(calls)
    best = ("", 0)
    rows = value(talk, held)
    for row in rows if isinstance(rows, list) else []:
        entry = _object(row)
        program, info = parsed(entry.get("account"), "account")
        if program != found.program or info.get("mint") != found.mint or info.get("owner") != source:
            raise NodeMistaken(f"{talk.node.label}: another account than asked for")
        holding = amount(_object(info.get("tokenAmount")).get("amount"))
        if info.get("state") == "initialized" and holding > best[1]:
            best = (address(entry.get("pubkey")), holding)
    if best[1] < needed:
        raise Refused("not enough of the token in one account")
    target = value(talk, there)
    if target is not None:
        _, info = parsed(target, "account")
        if info.get("state") != "initialized":
            raise Refused("the destination's account of the token is frozen")
    return TokenPresent(*best, rent=0 if target is not None else whole(result(talk, rent)))


def parsed(found: Any, kind: str) -> tuple[str, dict[str, Any]]:
    """Program and content of a token account or mint as nodes take it apart. Raises :class:`Refused` for another."""
    row = _object(found)
    program = address(row.get("owner"))
    data = row.get("data")
    parsed = data.get("parsed") if isinstance(data, dict) else None
    if program not in programs.TOKEN_PROGRAMS or not isinstance(parsed, dict) or parsed.get("type") != kind:
        raise Refused(f"not a token {kind}")
    return program, _object(parsed.get("info"))


def _prices(answer: Any) -> tuple[int, ...]:
    rows = answer if isinstance(answer, list) else []
    return tuple(sorted(whole(_object(row).get("prioritizationFee")) for row in rows[:1000]))


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise NodeMistaken("an object belongs here")
    return found
