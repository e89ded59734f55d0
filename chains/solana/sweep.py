"""Unsigned transfers of SOL or of a token, as a message a signer takes, and their examination byte by byte.

The message holds, in this order and nothing else: the limit and the price of compute units, the memo if one is asked for, the
opening of the destination's token account if it is missing, the transfer. A message lives about a minute, until its
recent block hash is forgotten: whoever signs later asks for a new plan.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

from chains.errors import NodeMistaken, Refused
from chains.solana import programs
from chains.solana.address import associated, check
from chains.solana.holdings import Present, Token, TokenPresent, present, token, token_present
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import Network

if TYPE_CHECKING:
    from solders.instruction import Instruction
    from solders.message import Message
    from solders.pubkey import Pubkey

FORM = "solana_message"
SIGNATURE_LAMPORTS = 5000
"""What the network takes for each signature."""

MOST_PRIORITY_LAMPORTS = 200_000
"""The most a plan pays for being quick."""

LIVES = timedelta(seconds=60)
"""How long a block hash surely lives: 150 blocks of 0.4 seconds, when all goes well."""

NATIVE_UNITS = 1_000
TOKEN_UNITS = 120_000
MEMO_UNITS = 60_000


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`."""
    payer = order.payer or order.source
    for text in (order.source, order.destination, payer):
        if not check(text).valid:
            raise Refused("not an address that can take part")
    if order.amount <= 0:
        raise Refused("nothing to move")
    now = present(network, talk, payer, order.source, order.destination)
    if now.destination_program in programs.TOKEN_PROGRAMS:
        raise Refused("the destination is a token account, not its owner")
    found: Token | None = None
    held: TokenPresent | None = None
    if order.contract is not None:
        found = token(talk, order.contract)
        receiving = str(associated(order.destination, order.contract, found.program))
        held = token_present(talk, found, order.source, order.amount, receiving)
    units = (NATIVE_UNITS if found is None else TOKEN_UNITS) + (MEMO_UNITS if order.memo else 0)
    price = _price(now.prices, units)
    message = _message(order, payer, found, held, units, price, now.blockhash)
    cost = SIGNATURE_LAMPORTS * message.header.num_required_signatures + -(-units * price // 1_000_000)
    cost += held.rent if held else 0
    _refuse_short(order, payer, now, cost)
    plan = SweepPlan(
        network=network.slug,
        form=FORM,
        fields=_fields(order, payer, now, found, held, units, price),
        files=_files(message),
        cost=cost,
        expires=talk.now() + LIVES,
        warnings=("destination_not_a_key",) if check(order.destination).kind == "program_derived" else (),
    )
    if differences := check_plan(network, order, plan):
        raise NodeMistaken(f"{talk.node.label}: the plan differs in {', '.join(differences)}")
    return plan


def _price(prices: tuple[int, ...], units: int) -> int:
    """Micro-lamports a unit: the middle of what was paid recently, never more than the bound allows."""
    middle = prices[len(prices) // 2] if prices else 0
    return min(middle, MOST_PRIORITY_LAMPORTS * 1_000_000 // units)


def _refuse_short(order: SweepOrder, payer: str, now: Present, cost: int) -> None:
    """No account may be left with less than the least an account must hold, nor the destination get less."""
    leaving = {payer: cost}
    having = {order.source: now.source_lamports, payer: now.payer_lamports}
    if order.contract is None:
        leaving[order.source] = leaving.get(order.source, 0) + order.amount
        if now.destination_lamports + order.amount < now.least_lamports:
            raise Refused("less than the least an account must hold")
    for account, amount in leaving.items():
        rest = having[account] - amount
        if rest < 0 or 0 < rest < now.least_lamports:
            raise Refused("not enough SOL for the transfer and its cost")


def _message(
    order: SweepOrder,
    payer: str,
    found: Token | None,
    held: TokenPresent | None,
    units: int,
    price: int,
    blockhash: str,
) -> Message:
    from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
    from solders.hash import Hash
    from solders.message import Message
    from solders.pubkey import Pubkey
    from solders.system_program import TransferParams, transfer

    source, destination = Pubkey.from_string(order.source), Pubkey.from_string(order.destination)
    instructions = [set_compute_unit_limit(units), set_compute_unit_price(price)]
    if order.memo:
        instructions.append(_instruction(programs.MEMO, [(source, True, False)], order.memo.encode()))
    if found is None or held is None:
        params = TransferParams(from_pubkey=source, to_pubkey=destination, lamports=order.amount)
        instructions.append(transfer(params))
    else:
        instructions += _token_instructions(order, Pubkey.from_string(payer), found, held)
    return Message.new_with_blockhash(instructions, Pubkey.from_string(payer), Hash.from_string(blockhash))


def _token_instructions(order: SweepOrder, payer: Pubkey, found: Token, held: TokenPresent) -> list[Instruction]:
    from solders.pubkey import Pubkey

    source, destination = Pubkey.from_string(order.source), Pubkey.from_string(order.destination)
    mint, program, system = (Pubkey.from_string(text) for text in (found.mint, found.program, programs.SYSTEM))
    receiving = associated(order.destination, found.mint, found.program)
    instructions = []
    if held.rent:
        keys = [(payer, True, True), (receiving, False, True), (destination, False, False), (mint, False, False)]
        keys += [(system, False, False), (program, False, False)]
        instructions.append(_instruction(programs.TOKEN_ACCOUNTS, keys, b"\x01"))
    keys = [(Pubkey.from_string(held.account), False, True), (mint, False, False), (receiving, False, True)]
    data = b"\x0c" + order.amount.to_bytes(8, "little") + bytes([found.decimals])
    instructions.append(_instruction(found.program, [*keys, (source, True, False)], data))
    return instructions


def _instruction(program: str, keys: list[tuple[Pubkey, bool, bool]], data: bytes) -> Instruction:
    from solders.instruction import AccountMeta, Instruction
    from solders.pubkey import Pubkey

    return Instruction(Pubkey.from_string(program), data, [AccountMeta(*key) for key in keys])


def _files(message: Message) -> tuple[SweepFile, ...]:
    """The message to sign, and the transaction around it with its signatures empty; both base64."""
    from solders.transaction import Transaction

    unsigned = Transaction.new_unsigned(message)
    return (
        SweepFile("transfer.message", FORM, b64encode(bytes(message))),
        SweepFile("transfer.transaction", "solana_transaction", b64encode(bytes(unsigned))),
    )


def _fields(
    order: SweepOrder,
    payer: str,
    now: Present,
    found: Token | None,
    held: TokenPresent | None,
    units: int,
    price: int,
) -> dict[str, str]:
    fields = {
        "source": order.source,
        "destination": order.destination,
        "amount": str(order.amount),
        "contract": order.contract or "",
        "fee_payer": payer,
        "blockhash": now.blockhash,
        "last_valid_block_height": str(now.last_valid_height),
        "compute_units": str(units),
        "compute_unit_price": str(price),
    }
    if order.memo:
        fields["memo"] = order.memo
    if found is not None and held is not None:
        fields |= {
            "token_program": found.program,
            "decimals": str(found.decimals),
            "source_token_account": held.account,
            "destination_token_account": str(associated(order.destination, found.mint, found.program)),
            "rent": str(held.rent),
        }
    return fields


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`.

    Names: ``network``, ``form``, ``files``, ``unreadable``, and those of :func:`chains.solana.examine.differences`.
    """
    from chains.solana.examine import differences

    wrong = []
    if plan.network != network.slug:
        wrong.append("network")
    if plan.form != FORM:
        wrong.append("form")
    bodies = {file.format: file.body for file in plan.files}
    if set(bodies) != {FORM, "solana_transaction"} or len(plan.files) != 2:
        return [*wrong, "files"]
    try:
        message, transaction = (b64decode(bodies[name], validate=True) for name in (FORM, "solana_transaction"))
    except binascii.Error:
        return [*wrong, "unreadable"]
    return [*wrong, *differences(order, message, transaction, MOST_PRIORITY_LAMPORTS)]
