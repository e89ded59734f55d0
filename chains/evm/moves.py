"""Preparing and sending value that leaves: facts, balances, unsigned plans, nonces, broadcast. No keys anywhere.

Facts that decide over money are taken only when enough of the configured nodes say the same (as in
:mod:`chains.agreement`); prices and gas estimates, which differ honestly, are the middle of what enough nodes say, so
that no single node can make us pay a fee of its choice.
All functions raise :class:`NoNode`, :class:`NodeUnavailable`, :class:`NodeMistaken`, :class:`NodesDisagree`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.encoding import keccak, octets, quantity
from chains.errors import ArrivesShort, CoinsAreGone, GasIsShort, NodeMistaken, NodeUnavailable, NoNode, Refused
from chains.evm import address as addresses, facts, trial
from chains.evm.asking import agreed, conversation, middle, result_of, rpc_results, surveyed
from chains.evm.traces import revert_reason
from chains.transport import Call, Outcome, Talk
from chains.types import Network, Node, UnsignedStep

L1_FEE_UPPER_BOUND = "f1c7a58b"
L1_FEE = "49948e0e"
L1_ORACLE = "0x420000000000000000000000000000000000000F"
TRANSFER_BYTES = 250
"""A signed token transfer is shorter than this; the fee of the layer below is by size."""

GAS_MARGIN_PERCENT = 25
LEAST_TIP = 1_000_000
_KNOWN_ALREADY = ("already known", "already imported", "known transaction", "transaction already in mempool")


@dataclass(frozen=True)
class AssetFacts:
    """What a contract says of itself; ``code_present`` is whether there is a contract at all."""

    symbol: str | None
    decimals: int | None
    code_present: bool


@dataclass(frozen=True)
class Prices:
    """Wei per unit of gas, and what the layer below may take for one transfer."""

    max_fee: int
    tip: int
    l1: int


@dataclass(frozen=True)
class Foreseen:
    """A transfer as the nodes foresee it: the step, what arrives, what the sender lacks for it in native coin, and what the
    layer below may take (part of ``short`` already)."""

    step: UnsignedStep
    arrives: int
    short: int
    layer_cost: int


def asset_facts(network: Network, nodes: Sequence[Node | Talk], contract: str) -> AssetFacts:
    """What the nodes agree that ``contract`` is."""
    contract = _address(contract)
    calls = [Call("eth_getCode", [contract, "latest"]), *facts.questions([contract])]

    def read(outcomes: Sequence[Outcome]) -> AssetFacts:
        code = octets(result_of(outcomes[0]))
        return AssetFacts(facts.symbol(outcomes[1]), facts.decimals(outcomes[2]), bool(code))

    return agreed(network, nodes, calls, read)


def balances(network: Network, nodes: Sequence[Node | Talk], address: str, contract: str | None) -> int:
    """What ``address`` holds at the tip, in base units of ``contract`` (``None``: the native coin).

    Raises :class:`Refused` when ``contract`` does not answer as a token.
    """
    calls = [_balance_call(_address(address), contract and _address(contract))]
    return agreed(network, nodes, calls, lambda outcomes: _balance(outcomes[0], contract))


def next_nonce(network: Network, nodes: Sequence[Node | Talk], address: str) -> int:
    """The nonce of the next transaction of ``address``, counting those that wait in the mempool."""
    calls = [Call("eth_getTransactionCount", [_address(address), "pending"])]
    return agreed(network, nodes, calls, lambda outcomes: quantity(result_of(outcomes[0]), bits=64))


def mined_count(network: Network, nodes: Sequence[Node | Talk], address: str) -> int:
    """How many transactions of ``address`` are in blocks: every nonce below this is used up."""
    calls = [Call("eth_getTransactionCount", [_address(address), "latest"])]
    return agreed(network, nodes, calls, lambda outcomes: quantity(result_of(outcomes[0]), bits=64))


def plan_sweep(
    network: Network,
    nodes: Sequence[Node | Talk],
    *,
    contract: str | None,
    amount: int,
    source: str,
    gas_tank: str,
    destination: str,
) -> tuple[UnsignedStep, ...]:
    """Move ``amount`` from ``source`` to ``destination``; first, when ``source`` lacks gas, a top-up from ``gas_tank``.

    Raises :class:`Refused` when it could not succeed: too little balance, a token transfer that reverts or says false; and
    :class:`ArrivesShort` when less would arrive.
    """
    step, short = transfer(network, nodes, "sweep", contract, amount, source, destination)
    (top_up,) = top_ups(network, nodes, gas_tank, [Foreseen(step, amount, short, 0)])
    return (step,) if top_up is None else (top_up, step)


def top_ups(
    network: Network, nodes: Sequence[Node | Talk], gas_tank: str | None, transfers: Sequence[Foreseen]
) -> list[UnsignedStep | None]:
    """For each transfer the step that brings its sender what it lacks, ``None`` where it lacks nothing.

    Raises :class:`GasIsShort` when the tank could not pay them all.
    """
    if not any(one.short for one in transfers):
        return [None] * len(transfers)
    if gas_tank is None:
        raise Refused("there is no gas tank")
    gas_tank = _address(gas_tank)
    held = balances(network, nodes, gas_tank, None)
    prices = prices_now(network, nodes, with_tip=max(one.step.max_priority_fee_per_gas for one in transfers))
    made: list[UnsignedStep | None] = []
    needed = 0
    for one in transfers:
        if not one.short:
            made.append(None)
            continue
        if held < needed + one.short:
            raise GasIsShort("the gas tank holds too little")
        top_up = _top_up(network, nodes, gas_tank, one, prices)
        needed += one.short + top_up.gas * top_up.max_fee_per_gas + prices.l1
        made.append(top_up)
    if held < needed:
        raise GasIsShort("the gas tank holds too little")
    return made


def _top_up(
    network: Network, nodes: Sequence[Node | Talk], gas_tank: str, one: Foreseen, prices: Prices
) -> UnsignedStep:
    call = Call("eth_estimateGas", [{"from": gas_tank, "to": one.step.sender, "value": hex(one.short)}])
    return UnsignedStep(
        purpose="gas_top_up",
        chain_id=one.step.chain_id,
        sender=gas_tank,
        to=one.step.sender,
        value=one.short,
        data="0x",
        gas=_estimate(network, nodes, call),
        max_fee_per_gas=max(prices.max_fee, one.step.max_fee_per_gas),
        max_priority_fee_per_gas=one.step.max_priority_fee_per_gas,
        nonce=None,
        moves_contract=None,
        moves_recipient=one.step.sender,
        moves_amount=one.short,
    )


def broadcast(network: Network, nodes: Sequence[Node | Talk], raw_hex: str) -> str:
    """Hand the signed bytes to every node; returns the transaction's hash when at least one took or already had them.

    Sending the same bytes again is harmless. Raises :class:`Refused` when every node that answered refused.
    """
    if not nodes:
        raise NoNode(network.slug)
    expected = "0x" + keccak(octets(raw_hex)).hex()
    taken, refusals, trouble = 0, [], None
    for node in nodes:
        try:
            outcome = rpc_results(conversation(node), network, [Call("eth_sendRawTransaction", [raw_hex])])[0]
            if not outcome.failed and str(outcome.result).lower() != expected:
                raise NodeMistaken(f"{_label(node)}: took it under another hash")
            if not outcome.failed or any(words in outcome.message.lower() for words in _KNOWN_ALREADY):
                taken += 1
            elif _already_there(network, node, expected):
                taken += 1  # mined meanwhile: its nonce is now too low to be taken again
            else:
                refusals.append(f"{_label(node)}: {outcome.message}")
        except (NodeUnavailable, NodeMistaken) as error:
            trouble = error
    if taken:
        return expected
    if refusals:
        raise Refused("; ".join(refusals)[:500])
    raise trouble or NodeUnavailable("no node answered")


def _label(node: Node | Talk) -> str:
    return conversation(node).node.label


def _already_there(network: Network, node: Node | Talk, reference: str) -> bool:
    found = rpc_results(conversation(node), network, [Call("eth_getTransactionByHash", [reference])])[0]
    return not found.failed and isinstance(found.result, dict) and str(found.result.get("hash")).lower() == reference


def transfer(
    network: Network,
    nodes: Sequence[Node | Talk],
    purpose: str,
    contract: str | None,
    amount: int,
    source: str,
    destination: str,
) -> tuple[UnsignedStep, int]:
    """The step that moves the value whole, and how much native coin the source lacks for it. Raises :class:`ArrivesShort`."""
    foreseen = foresee(network, nodes, purpose, contract, amount, source, destination)
    if foreseen.arrives < amount:
        raise ArrivesShort("less would arrive than is sent")
    return foreseen.step, foreseen.short


def foresee(
    network: Network,
    nodes: Sequence[Node | Talk],
    purpose: str,
    contract: str | None,
    amount: int,
    source: str,
    destination: str,
) -> Foreseen:
    """The step that moves the value, with what would arrive and what the source lacks."""
    source, destination = _address(source), _address(destination)
    contract = None if contract is None else _address(contract)
    if amount <= 0 or amount >> 256:
        raise Refused("the amount must be positive")
    if destination in (addresses.ZERO, source) or destination == contract:
        raise Refused("the destination cannot be the source, the token contract or nobody")
    native = balances(network, nodes, source, None)
    if (native if contract is None else balances(network, nodes, source, contract)) < amount:
        raise CoinsAreGone("the source holds less than the amount")
    to, value, data = (
        (destination, amount, "0x") if contract is None else (contract, 0, trial.transfer(destination, amount))
    )
    request = {"from": source, "to": to, "value": hex(value), "data": data}
    arrives = amount if contract is None else _simulate(network, nodes, contract, request, destination, amount)
    prices = prices_now(network, nodes)
    gas = _estimate(network, nodes, Call("eth_estimateGas", [request]))
    step = UnsignedStep(
        purpose=purpose,
        chain_id=int(network.params["chain_id"]),
        sender=source,
        to=to,
        value=value,
        data=data,
        gas=gas,
        max_fee_per_gas=prices.max_fee,
        max_priority_fee_per_gas=prices.tip,
        nonce=None,
        moves_contract=contract,
        moves_recipient=destination,
        moves_amount=amount,
    )
    return Foreseen(step, arrives, max(0, value + gas * prices.max_fee + prices.l1 - native), prices.l1)


def _simulate(
    network: Network,
    nodes: Sequence[Node | Talk],
    contract: str,
    request: dict[str, str],
    destination: str,
    amount: int,
) -> int:
    """What would arrive of the transfer. Tokens may answer nothing at all, but then there must be a contract.

    Nodes that can try several calls in a row (``eth_simulateV1``) show how much would arrive; of others only the transfer
    itself is known, and it is taken to arrive whole: the chain is compared with that. Raises :class:`Refused`.
    """

    def foreseen(outcomes: Sequence[Outcome]) -> tuple[str, int]:
        code, call, tried = outcomes
        if not octets(result_of(code)):
            return "there is no contract", 0
        if call.failed:
            return f"the token refuses the transfer: {_why(call)}", 0
        answer = octets(call.result)
        if answer and not (len(answer) == 32 and int.from_bytes(answer, "big") == 1):
            return "the token says false", 0
        arrived = trial.arrived(tried)
        return "", amount if arrived is None else arrived

    calls = [
        Call("eth_getCode", [contract, "latest"]),
        Call("eth_call", [request, "latest"]),
        trial.simulation(request, contract, destination),
    ]
    objection, arrives = agreed(network, nodes, calls, foreseen)
    if objection:
        raise Refused(objection)
    if not 0 < arrives <= amount:
        raise Refused("another amount would arrive than is sent")
    return arrives


def _estimate(network: Network, nodes: Sequence[Node | Talk], call: Call) -> int:
    """Gas with a margin; exactly what a plain transfer takes when it is one."""

    def read(outcomes: Sequence[Outcome]) -> int:
        if outcomes[0].failed:
            raise Refused(f"it would fail: {_why(outcomes[0])}")
        return quantity(outcomes[0].result, bits=63)

    gas = middle(surveyed(network, nodes, [call], read))
    return gas if gas == 21_000 else gas + gas * GAS_MARGIN_PERCENT // 100


def prices_now(network: Network, nodes: Sequence[Node | Talk], *, with_tip: int | None = None) -> Prices:
    """Twice the base fee and the tip: enough while the base fee doubles. Where fees are bid whole (``legacy_fees``) twice the
    usual bid."""
    legacy = bool(network.params.get("legacy_fees"))
    asked_for = "eth_gasPrice" if legacy else "eth_maxPriorityFeePerGas"
    calls = [Call("eth_getBlockByNumber", ["latest", False]), Call(asked_for)]
    layered = bool(network.params.get("l1_fee"))
    if layered:
        calls.append(_l1_question(network))

    def read(outcomes: Sequence[Outcome]) -> tuple[int, int, int]:
        if legacy:
            return quantity(result_of(outcomes[1])), 0, 0
        tip = with_tip if with_tip is not None else _tip(outcomes[1])
        block = result_of(outcomes[0])
        base = quantity(block.get("baseFeePerGas") if isinstance(block, dict) else None)
        l1 = int.from_bytes(octets(result_of(outcomes[2]), length=32), "big") if layered else 0
        return base, tip, l1

    said = surveyed(network, nodes, calls, read)
    base, l1 = middle([one[0] for one in said]), middle([one[2] for one in said])
    tip = sorted(one[1] for one in said)[(len(said) - 1) // 2]  # a matter of taste; the lower one is only slower
    return Prices(2 * base + tip, tip, l1 + l1 // 2)


def _l1_question(network: Network) -> Call:
    """What the layer below may take. Not every oracle names a bound for a size; those are shown bytes that do not compress."""
    oracle = network.params.get("l1_oracle")
    if oracle is None:
        return facts.question(L1_ORACLE, f"0x{L1_FEE_UPPER_BOUND}{TRANSFER_BYTES:064x}")
    sample = b"".join(keccak(bytes([n])) for n in range(TRANSFER_BYTES // 32 + 1))
    return facts.question(oracle, f"0x{L1_FEE}{32:064x}{len(sample):064x}{sample.hex()}")


def _tip(outcome: Outcome) -> int:
    return LEAST_TIP if outcome.failed else max(quantity(outcome.result), LEAST_TIP)


def _balance_call(address: str, contract: str | None) -> Call:
    if contract is None:
        return Call("eth_getBalance", [address, "latest"])
    return facts.question(contract, trial.holding(address))


def _balance(outcome: Outcome, contract: str | None) -> int:
    if contract is None:
        return quantity(result_of(outcome))
    data = b"" if outcome.failed else octets(outcome.result)
    if len(data) != 32:
        raise Refused("the contract does not answer as a token")
    return int.from_bytes(data, "big")


def _why(outcome: Outcome) -> str:
    """What a refused call says of itself: the revert's words where the node passes them on."""
    try:
        words = revert_reason(octets(outcome.result))
    except NodeMistaken:
        words = None
    return words or outcome.message or "no reason given"


def _address(text: str) -> str:
    """``text`` in canonical form. Raises :class:`Refused`, because a plan with a wrong address must not come to be."""
    found = addresses.check(text)
    if found.normalised is None:
        raise Refused(f"not an address: {found.reason}")
    return found.normalised
