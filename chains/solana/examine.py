"""A plan's bytes taken apart anew and compared with the order. Nothing but the bytes and the order is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chains.solana import programs
from chains.solana.address import associated
from chains.sweep import SweepOrder

if TYPE_CHECKING:
    from solders.instruction import CompiledInstruction
    from solders.message import Message

MOST_UNITS = 1_400_000


def differences(order: SweepOrder, message: bytes, transaction: bytes, most_priority: int) -> list[str]:
    """What differs: ``unreadable``, ``transaction``, ``signers``, ``priority_fee``, ``memo``, ``account_opening``,
    ``instructions``, ``source``, ``destination``, ``amount``, ``contract``."""
    from solders.message import Message
    from solders.transaction import Transaction

    try:
        read = Message.from_bytes(message)
        around = Transaction.from_bytes(transaction)
    except ValueError:
        return ["unreadable"]
    wrong = []
    if bytes(read) != message:
        wrong.append("unreadable")
    if bytes(around.message) != message or any(bytes(one) != b"\0" * 64 for one in around.signatures):
        wrong.append("transaction")
    payer = order.payer or order.source
    signers = [str(key) for key in read.account_keys[: read.header.num_required_signatures]]
    if signers[:1] != [payer] or set(signers) != {payer, order.source}:
        wrong.append("signers")
    return wrong + _instructions(order, payer, read, most_priority)


def _instructions(order: SweepOrder, payer: str, message: Message, most_priority: int) -> list[str]:
    wrong: list[str] = []
    rest = [(_program(message, one), _accounts(message, one), bytes(one.data)) for one in message.instructions]
    if not _priority_fits(rest[:2], most_priority):
        wrong.append("priority_fee")
    rest = rest[2:]
    if order.memo:
        if not rest or rest[0] != (programs.MEMO, [order.source], order.memo.encode()):
            return [*wrong, "memo"]
        rest = rest[1:]
    if len(rest) == 2 and order.contract is not None:
        if not _opens(order, payer, *rest[0], token_program=rest[1][0]):
            wrong.append("account_opening")
        rest = rest[1:]
    if len(rest) != 1:
        return [*wrong, "instructions"]
    return wrong + (_coins(order, *rest[0]) if order.contract is None else _tokens(order, *rest[0]))


def _program(message: Message, one: CompiledInstruction) -> str:
    keys = message.account_keys
    return str(keys[one.program_id_index]) if one.program_id_index < len(keys) else ""


def _accounts(message: Message, one: CompiledInstruction) -> list[str]:
    keys = message.account_keys
    return [str(keys[number]) if number < len(keys) else "" for number in one.accounts]


def _priority_fits(rows: Sequence[tuple[str, list[str], bytes]], most: int) -> bool:
    """A unit limit (tag 2, u32) and a unit price (tag 3, u64 micro-lamports) within the bound."""
    if len(rows) != 2 or any(program != programs.COMPUTE_BUDGET or accounts for program, accounts, _ in rows):
        return False
    (_, _, limit), (_, _, price) = rows
    if len(limit) != 5 or limit[0] != 2 or len(price) != 9 or price[0] != 3:
        return False
    units = int.from_bytes(limit[1:], "little")
    return units <= MOST_UNITS and units * int.from_bytes(price[1:], "little") <= most * 1_000_000


def _opens(
    order: SweepOrder, payer: str, program: str, accounts: list[str], data: bytes, *, token_program: str
) -> bool:
    if program != programs.TOKEN_ACCOUNTS or data != b"\x01" or token_program not in programs.TOKEN_PROGRAMS:
        return False
    expected = [payer, _receiving(order, token_program), order.destination, order.contract]
    return accounts == [*expected, programs.SYSTEM, token_program]


def _receiving(order: SweepOrder, token_program: str) -> str:
    return str(associated(order.destination, order.contract or "", token_program))


def _coins(order: SweepOrder, program: str, accounts: list[str], data: bytes) -> list[str]:
    if program != programs.SYSTEM or len(accounts) != 2 or len(data) != 12 or data[:4] != b"\x02\0\0\0":
        return ["instructions"]
    wrong = []
    if accounts[0] != order.source:
        wrong.append("source")
    if accounts[1] != order.destination:
        wrong.append("destination")
    if int.from_bytes(data[4:], "little") != order.amount:
        wrong.append("amount")
    return wrong


def _tokens(order: SweepOrder, program: str, accounts: list[str], data: bytes) -> list[str]:
    if program not in programs.TOKEN_PROGRAMS or len(accounts) != 4 or len(data) != 10 or data[0] != 12:
        return ["instructions"]
    wrong = []
    if accounts[3] != order.source:  # its authority: the chain lets nobody else move what the account holds
        wrong.append("source")
    if accounts[1] != order.contract:
        wrong.append("contract")
    if accounts[2] != _receiving(order, program):
        wrong.append("destination")
    if int.from_bytes(data[1:9], "little") != order.amount:
        wrong.append("amount")
    return wrong
