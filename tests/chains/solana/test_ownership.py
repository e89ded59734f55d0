"""Signed texts of Solana wallets, against what the command line made of one."""

from __future__ import annotations

from chains.ownership import SignedStatement
from tests.chains.wallets import judge

ADDRESS = "EW8XHqffXwryUnRCdtWY2P85a3QEACMZuh8R8PumG4uM"
SIGNED = "4gfuYetd6g7ktB8i6LVVziyKjnFC85fabTHVD9CV5tREoHvZMQxBvdNQcBB1wnUqe1e1HZ9CMaVqreNdWxhaGuvD"
"""``solana sign-offchain-message testmessage``, as a program on the chain is tested with it (Pyth's token dispenser)."""


def test_the_envelope_of_the_command_line() -> None:
    assert judge("solana", "testmessage", ADDRESS, SignedStatement("solana", SIGNED)).ok is True
    assert judge("solana", "testmessagf", ADDRESS, SignedStatement("solana", SIGNED)).ok is False


def test_another_of_its_signatures() -> None:
    address = "4fwzf5RUcptqpMTYjNhXVuYabeX9bF1patCSYTkMufFN"
    signed = "3zHMng1qyLHbPTBw1YxBVwJGBWhkqRrX6JipKqmWiT9P4oMEuacqdjvWEbHaG6CbMF6rYL4e22qkP7zcY8FP4Bfr"
    assert judge("solana", "hey there", address, SignedStatement("solana", signed)).ok is True
    assert judge("solana", "hey there", ADDRESS, SignedStatement("solana", signed)).ok is False


def test_an_address_without_a_key_belongs_to_a_program() -> None:
    """The associated account of somebody's tokens, off the curve."""
    from chains.encoding import base58_encode
    from chains.solana.address import on_curve

    free = next(bytes([number]) * 32 for number in range(2, 200) if not on_curve(bytes([number]) * 32))
    found = judge("solana", "testmessage", base58_encode(free), SignedStatement("solana", SIGNED))
    assert (found.ok, found.why) == (None, "contract")
