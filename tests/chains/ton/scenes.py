"""The scenes of the conformance suite on an invented piece of TON."""

from __future__ import annotations

from typing import Any

from chains.ton import fields
from chains.ton.address import friendly
from chains.types import Network
from tests.chains.scene import Answers, Scene
from tests.chains.ton.making import Chain, account, comment, internal_transfer, jetton_transfer, notification

PAYER, SHOP, MASTER = account("payer"), account("shop"), account("master")
PAYER_WALLET, SHOP_WALLET = account("payer's wallet"), account("shop's wallet")
LACKS: dict[str, str] = {}


def simple(network: Network, value: int = 5_000_000_000, **how: Any) -> tuple[Chain, str]:
    """A wallet's transfer with a comment, and the hash of the wallet's transaction, which is the same for every value."""
    chain = Chain(**({"chain": network.params["global_id"]} | how))
    message = chain.message(PAYER, SHOP, value, comment("order 17"))
    top = chain.transaction(chain.outside(PAYER), [message])
    chain.transaction(message)
    chain.tip_time = None
    return chain, fields.digest(top["hash"])


def bounced(network: Network) -> Chain:
    """The same, thrown back by the receiving contract."""
    chain, _ = simple(network)
    top, _ = chain.transactions
    chain.transactions = [top]
    back = chain.message(SHOP, PAYER, 4_990_000_000, comment("back"), bounce=False, bounced=True)
    chain.transaction(
        top["out_msgs"][0], [back], aborted=True, action=None,
        compute_ph={"skipped": False, "success": False, "exit_code": 132}, bounce={"type": "ok"},
    )  # fmt: skip
    chain.transaction(back)
    return chain


def token(network: Network, *, genuine: bool = True, notified: bool = True) -> tuple[Chain, str]:
    """A jetton transfer of 25 with a comment, with the receiver's notification or without."""
    chain = Chain(chain=network.params["global_id"])
    chain.tip_time = None
    chain.jetton_wallets = {PAYER_WALLET: (PAYER, MASTER)} | ({SHOP_WALLET: (SHOP, MASTER)} if genuine else {})
    ask = chain.message(PAYER, PAYER_WALLET, 100_000_000, jetton_transfer(25_000_000, SHOP, comment("order 18")))
    top = chain.transaction(chain.outside(PAYER), [ask])
    inner = chain.message(
        PAYER_WALLET, SHOP_WALLET, 90_000_000, internal_transfer(25_000_000, PAYER, comment("order 18"))
    )
    chain.transaction(ask, [inner])
    told = [chain.message(SHOP_WALLET, SHOP, 1, notification(25_000_000, PAYER), bounce=False)] if notified else []
    chain.transaction(inner, told)
    for message in told:
        chain.transaction(message)
    return chain, fields.digest(top["hash"])


def scenes(network: Network) -> list[Scene]:
    """All scenes of one reference, and a jetton's."""
    chain, reference = simple(network)
    jettons, other = token(network)
    waiting, _ = simple(network, seqno=None)
    absent, forgetful, foreign = (Chain(chain=network.params["global_id"]) for _ in range(3))
    absent.tip_time = forgetful.tip_time = None
    forgetful.first = 40_000_000
    foreign.chain = -3
    expect = {"transfers": [_leg(network, chain)], "warnings": [], "confirmations": 101}

    def played(name: str, answers: Answers, expected: dict[str, Any] | None = None, of: str = reference) -> Scene:
        return Scene(name, of, answers, expected or {})

    return [
        played("final", chain.answers(), expect),
        played("without_traces", chain.answers(traces=False), expect),
        played("pending", waiting.answers(), {"status": "pending", "transfers": []}),
        played(
            "failed",
            bounced(network).answers(),
            {"transfers": [], "failure": "returned by its receiver: exit code 132"},
        ),
        played("not_found", absent.answers()),
        played("without_history", forgetful.answers()),
        played("wrong_chain", foreign.answers()),
        played("lie", simple(network, value=6_000_000_000)[0].answers()),
        played("token", jettons.answers(), {"status": "succeeded"}, other),
    ]


def _leg(network: Network, chain: Chain) -> dict[str, Any]:
    return {
        "position": f"msg:{fields.digest(chain.transactions[0]['out_msgs'][0]['hash'])}",
        "kind": "native",
        "asset": network.native.asset,
        "contract": None,
        "symbol": network.native.symbol,
        "decimals": network.native.decimals,
        "token_id": None,
        "sender": friendly(PAYER),
        "recipient": friendly(SHOP),
        "amount": "5000000000",
        "memo": "order 17",
    }
