"""What a transaction will cost: the rate a node recommends, within bounds of the row, and the size signatures will give it.

Parameters of the row: ``least_fee_rate`` and ``most_fee_rate`` in base units a virtual byte (what a node says below is
raised, above is refused), ``dust`` (outputs below it are not relayed), ``action_fee`` (Zcash's own rule, ZIP-317),
``replaces`` (nodes take a dearer transaction in place of a waiting one; Litecoin Core and others do not unless told to).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.transport import Call, Talk
from chains.types import Network
from chains.utxo.raw import RawOutput

BLOCKS = 6
"""Blocks within which the transaction should be found."""

# Virtual bytes of an input with its signature, the largest that is usual. A script's own content is not known: for those the
# size of two signatures of three keys is taken.
_INPUT_SIZES = {"p2pkh": 149, "p2wpkh": 68, "p2tr": 58, "p2sh": 298, "p2wsh": 105, "p2pk": 115}
ASSUMED = frozenset({"p2sh", "p2wsh"})
"""Kinds of inputs whose size is a guess."""
_HEAD = 11


def rate(network: Network, talk: Talk) -> tuple[Decimal, tuple[str, ...]]:
    """Base units a virtual byte, and warnings. Raises :class:`NodeMistaken` for a rate beyond the row's bound."""
    least, most = Decimal(network.params["least_fee_rate"]), Decimal(network.params["most_fee_rate"])
    try:
        told = _ASK[talk.node.interface](network, talk)
    except (NodeUnavailable, KeyError):
        told = None
    if told is None:
        return least, ("fee_rate_not_visible",)
    if not told.is_finite() or told > most:
        raise NodeMistaken("the fee rate is out of range")
    return max(told, least), ()


def rate_text(a_byte: Decimal) -> str:
    """A rate in plain digits, to a thousandth."""
    return f"{a_byte.quantize(Decimal('0.001')).normalize():f}"


def _number(value: object) -> Decimal | None:
    if isinstance(value, str) and len(value) <= 24:
        try:
            value = Decimal(value)
        except ArithmeticError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() and number > 0 else None


def _a_byte(network: Network, coins_a_thousand: Decimal | None) -> Decimal | None:
    return None if coins_a_thousand is None else coins_a_thousand.scaleb(network.native.decimals) / 1000


def _daemon(network: Network, talk: Talk) -> Decimal | None:
    (told,) = talk.rpc([Call("estimatesmartfee", [BLOCKS])])
    shown: Any = {} if told.failed or not isinstance(told.result, Mapping) else told.result
    return _a_byte(network, _number(shown.get("feerate")))


def _blockbook(network: Network, talk: Talk) -> Decimal | None:
    told = talk.get(f"/api/v2/estimatefee/{BLOCKS}")
    shown: Any = told.value if told.status < 400 and isinstance(told.value, Mapping) else {}
    return _a_byte(network, _number(shown.get("result")))


def _esplora(network: Network, talk: Talk) -> Decimal | None:
    told = talk.get("/fee-estimates")
    shown: Any = told.value if told.status < 400 and isinstance(told.value, Mapping) else {}
    return _number(shown.get(str(BLOCKS)))


_ASK: Mapping[str | None, Callable[[Network, Talk], Decimal | None]] = {
    None: _daemon, "bitcoind": _daemon, "blockbook": _blockbook, "esplora": _esplora,
}  # fmt: skip


def size(kinds: Sequence[str], outputs: Sequence[RawOutput]) -> int:
    """Virtual bytes of the signed transaction, at most."""
    return _HEAD + sum(_INPUT_SIZES[kind] for kind in kinds) + sum(_output_size(output) for output in outputs)


def _output_size(output: RawOutput) -> int:
    return 9 + len(output.script)


def cost(network: Network, a_byte: Decimal, kinds: Sequence[str], outputs: Sequence[RawOutput]) -> int:
    """What the transaction pays, in base units, rounded up."""
    action = network.params.get("action_fee")
    if action is None:
        return int(-(-a_byte * size(kinds, outputs) // 1))
    taken = -(-sum(_INPUT_SIZES[kind] + 1 for kind in kinds) // 150)
    made = -(-sum(_output_size(output) for output in outputs) // 34)
    return int(action) * max(2, taken, made)


def most(network: Network, kinds: Sequence[str], outputs: Sequence[RawOutput]) -> int:
    """The fee above which a plan is wrong, whoever recommended it. What is too small for change may come on top."""
    highest = cost(network, Decimal(network.params.get("most_fee_rate", 0)), kinds, outputs)
    return highest + int(network.params["dust"])


def spendable(kind: str) -> bool:
    """Whether outputs of this kind are understood well enough to plan with."""
    return kind in _INPUT_SIZES
