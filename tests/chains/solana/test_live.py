"""Transactions really executed (LiteSVM), read back the way a node tells of them; plans signed, executed and read."""

from __future__ import annotations

import dataclasses
from base64 import b64decode, b64encode

import pytest
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction as Signed

from chains.catalogue import network
from chains.errors import ArrivesShort, NodeMistaken, NodeUnavailable, Refused
from chains.solana import check_plan, plan_sweep, read
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import RpcRefusal
from tests.chains.solana.ledger import TOKEN, WRAPPED_SOL, Chain, associated, instruction, open_account, pay, u64

SOLANA = network("solana")


@pytest.fixture
def chain() -> Chain:
    return Chain()


def seen(chain: Chain, signature: str) -> Transaction:
    return read(SOLANA, Played(chain.node()), signature).transaction


def legs(transaction: Transaction) -> list[tuple[str, str, str | None, str | None, int]]:
    return [(leg.position, leg.kind.value, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


def test_coins(chain: Chain) -> None:
    payer, other = chain.payer.pubkey(), Pubkey.new_unique()
    told = seen(chain, chain.run(pay(payer, other, 5_000_000)))
    assert told.status is Status.SUCCEEDED
    assert told.final
    assert legs(told) == [("ix:0", "native", str(payer), str(other), 5_000_000)]
    assert told.fee is not None
    assert (told.fee.amount, told.fee.payer) == (5000, str(payer))
    assert told.warnings == ()


def test_tokens_into_an_account_opened_on_the_way(chain: Chain) -> None:
    """The rent of the new account is no deposit, and the recipient is the owner, not the account."""
    mint, program = chain.mint()
    payer, other = chain.payer.pubkey(), Keypair().pubkey()
    chain.give(mint, program, payer, 1_000_000)
    keys = [(associated(payer, mint), "w"), (mint, ""), (associated(other, mint), "w"), (payer, "s")]
    sent = chain.run(open_account(payer, other, mint), instruction(program, b"\x0c" + u64(400_000) + b"\x06", *keys))
    told = seen(chain, sent)
    assert legs(told) == [("ix:1", "token", str(payer), str(other), 400_000)]
    assert told.transfers[0].contract == str(mint)
    assert told.transfers[0].asset == f"{SOLANA.id}/token:{mint}"
    assert told.transfers[0].decimals == 6
    assert told.warnings == ()


def test_a_mint_and_a_burn(chain: Chain) -> None:
    mint, program = chain.mint()
    payer = chain.payer.pubkey()
    given = chain.give(mint, program, payer, 700)
    assert legs(seen(chain, given)) == [("ix:1", "token", None, str(payer), 700)]
    keys = [(associated(payer, mint), "w"), (mint, "w"), (payer, "s")]
    burnt = chain.run(instruction(program, b"\x08" + u64(200), *keys))
    assert legs(seen(chain, burnt)) == [("ix:0", "token", str(payer), None, 200)]


@pytest.mark.parametrize("stated", [False, True])
def test_a_token_that_keeps_a_fee_counts_what_arrived(chain: Chain, stated: bool) -> None:
    mint, program = chain.mint(fee=100)
    payer, other = chain.payer.pubkey(), Keypair().pubkey()
    chain.give(mint, program, payer, 1_000_000)
    chain.give(mint, program, other, 0)
    keys = [(associated(payer, mint, program), "w"), (mint, ""), (associated(other, mint, program), "w"), (payer, "s")]
    data = b"\x0c" + u64(500_000) + b"\x06"
    if stated:
        data = b"\x1a\x01" + u64(500_000) + b"\x06" + u64(5_000)
    told = seen(chain, chain.run(instruction(program, data, *keys)))
    assert legs(told) == [("ix:0", "token", str(payer), str(other), 495_000)]
    assert told.warnings == ()


def test_sol_wrapped_and_unwrapped(chain: Chain) -> None:
    payer = chain.payer.pubkey()
    account = associated(payer, WRAPPED_SOL)
    wrap = [
        open_account(payer, payer, WRAPPED_SOL),
        pay(payer, account, 900),
        instruction(TOKEN, b"\x11", (account, "w")),
    ]
    told = seen(chain, chain.run(*wrap))
    assert legs(told) == [
        ("ix:1", "native", str(payer), str(account), 900),
        ("ix:2", "token", None, str(payer), 900),
    ]
    rent = chain.svm.minimum_balance_for_rent_exemption(165)
    close = instruction(TOKEN, b"\x09", (account, "w"), (payer, "w"), (payer, "s"))
    told = seen(chain, chain.run(close))
    assert legs(told) == [("ix:0", "native", str(account), str(payer), rent + 900)]
    assert told.warnings == ()


def test_a_failed_transfer_moves_nothing_and_costs_the_fee(chain: Chain) -> None:
    poor = Keypair()
    told = seen(chain, chain.run(pay(poor.pubkey(), chain.payer.pubkey(), 5), signers=(poor,)))
    assert told.status is Status.FAILED
    assert told.transfers == ()
    assert told.failure == "instruction 0: custom error 1"
    assert told.fee is not None
    assert told.fee.amount == 10_000


def signed(plan: SweepPlan, *keys: Keypair) -> Signed:
    message = Message.from_bytes(b64decode(plan.files[0].body))
    return Signed(list(keys), message, message.recent_blockhash)


def test_a_plan_for_coins_does_what_was_ordered(chain: Chain) -> None:
    source, other = Keypair(), Keypair().pubkey()
    chain.svm.airdrop(source.pubkey(), 10_000_000)
    order = SweepOrder(None, 4_000_000, str(source.pubkey()), str(other))
    plan = plan_sweep(SOLANA, Played(chain.node()), order)
    assert plan.form == "solana_message"
    assert plan.cost == 5_001
    told = seen(chain, chain.send(signed(plan, source)))
    assert legs(told) == [("ix:2", "native", str(source.pubkey()), str(other), 4_000_000)]
    assert told.fee is not None
    assert told.fee.amount <= plan.cost


@pytest.mark.parametrize(("there", "fee"), [(False, None), (True, None), (False, 0)])
def test_a_plan_for_tokens_paid_by_another(chain: Chain, there: bool, fee: int | None) -> None:
    """The destination's account is opened when it is missing, at a cost that is shown."""
    mint, program = chain.mint(fee=fee)
    source, other = Keypair(), Keypair().pubkey()
    chain.give(mint, program, source.pubkey(), 900)
    if there:
        chain.give(mint, program, other, 0)
    payer = str(chain.payer.pubkey())
    order = SweepOrder(str(mint), 900, str(source.pubkey()), str(other), payer=payer)
    plan = plan_sweep(SOLANA, Played(chain.node()), order)
    room = 165 if fee is None else 182  # the newer program marks the account and keeps a place for withheld fees
    rent = 0 if there else chain.svm.minimum_balance_for_rent_exemption(room)
    assert plan.fields["rent"] == str(rent)
    before = chain.svm.get_balance(chain.payer.pubkey()) or 0
    told = seen(chain, chain.send(signed(plan, chain.payer, source)))
    assert [leg[1:] for leg in legs(told)] == [("token", str(source.pubkey()), str(other), 900)]
    assert plan.cost == before - (chain.svm.get_balance(chain.payer.pubkey()) or 0)


def test_an_account_may_be_emptied_to_the_last_lamport(chain: Chain) -> None:
    source, other = Keypair(), Keypair().pubkey()
    chain.svm.airdrop(source.pubkey(), 10_000_000)
    order = SweepOrder(None, 10_000_000 - 5_001, str(source.pubkey()), str(other))
    plan = plan_sweep(SOLANA, Played(chain.node()), order)
    assert seen(chain, chain.send(signed(plan, source))).status is Status.SUCCEEDED
    assert not chain.svm.get_balance(source.pubkey())


def test_what_cannot_be_done_is_refused(chain: Chain) -> None:
    source, other = Keypair(), Keypair().pubkey()
    chain.svm.airdrop(source.pubkey(), 10_000_000)
    text = str(source.pubkey())
    talk = Played(chain.node())
    mint, program = chain.mint()
    costly, newer = chain.mint(fee=100)
    chain.give(costly, newer, source.pubkey(), 50)
    for order, why in (
        (SweepOrder(None, 10_000_000, text, str(other)), "not enough SOL"),
        (SweepOrder(None, 9_500_000, text, str(other)), "not enough SOL"),  # leaves less than an account must hold
        (SweepOrder(None, 1_000, text, str(other)), "less than the least"),
        (SweepOrder(None, 0, text, str(other)), "nothing to move"),
        (SweepOrder(None, 1_000_000, text, str(TOKEN)), "not an address"),
        (SweepOrder(None, 1_000_000, text, str(associated(source.pubkey(), costly, newer))), "is a token account"),
        (SweepOrder(str(mint), 5, text, str(other)), "not enough of the token"),
        (SweepOrder(str(other), 5, text, str(other)), "no such token"),
    ):
        with pytest.raises(Refused, match=why):
            plan_sweep(SOLANA, talk, order)
    with pytest.raises(ArrivesShort):
        plan_sweep(SOLANA, talk, SweepOrder(str(costly), 5, text, str(other)))
    chain._get_genesis_hash = lambda params: "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"  # type: ignore[method-assign]
    with pytest.raises(NodeMistaken):
        plan_sweep(SOLANA, Played(chain.node()), SweepOrder(None, 1_000_000, text, str(other)))
    assert program == TOKEN


def test_a_changed_plan_is_found_out(chain: Chain) -> None:
    mint, program = chain.mint()
    source, other, thief = Keypair(), Keypair().pubkey(), Keypair().pubkey()
    chain.svm.airdrop(source.pubkey(), 10_000_000)
    chain.give(mint, program, source.pubkey(), 900)
    text = str(source.pubkey())
    order = SweepOrder(str(mint), 900, text, str(other), memo="claim 7")
    plan = plan_sweep(SOLANA, Played(chain.node()), order)
    assert check_plan(SOLANA, order, plan) == []
    replace = dataclasses.replace
    for changed, found in (
        (replace(order, destination=str(thief)), ["account_opening", "destination"]),
        (replace(order, amount=899), ["amount"]),
        (replace(order, source=str(thief), payer=text), ["signers", "memo"]),
        (replace(order, memo="claim 8"), ["memo"]),
        (replace(order, memo=None), ["instructions"]),
        (replace(order, contract=None), ["instructions"]),
        (replace(order, payer=str(thief)), ["signers", "account_opening"]),
    ):
        assert check_plan(SOLANA, changed, plan) == found
    body = bytearray(b64decode(plan.files[0].body))
    for place in range(len(body)):
        body[place] ^= 1
        forged = replace(plan, files=(SweepFile("m", "solana_message", b64encode(bytes(body))), plan.files[1]))
        assert check_plan(SOLANA, order, forged), place
        body[place] ^= 1
    assert check_plan(SOLANA, order, replace(plan, files=plan.files[:1])) == ["files"]
    assert check_plan(SOLANA, order, replace(plan, network="near", form="x")) == ["network", "form"]


def test_a_node_that_is_silent_gives_no_plan(chain: Chain) -> None:
    def silent(params: object) -> object:
        raise RpcRefusal

    chain._get_latest_blockhash = silent  # type: ignore[method-assign]
    source = Keypair()
    with pytest.raises(NodeUnavailable):
        plan_sweep(SOLANA, Played(chain.node()), SweepOrder(None, 1, str(source.pubkey()), str(Keypair().pubkey())))
