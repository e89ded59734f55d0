"""Signed texts of the XRP Ledger against the vectors of ripple-keypairs, for both curves."""

from __future__ import annotations

import pytest

from chains.catalogue import network
from chains.ownership import SignedStatement, Verdict, check
from chains.proving import Question
from tests.chains.wallets import WALLETS, judge

VECTORS = [
    (
        "rU6K7V3Po4snVhBBaU29sesqs2qTQJWDw1",
        "030D58EB48B4420B1F7B9DF55087E0E29FEF0E8468F9A6825B01CA2C361042D435",
        (
            "30440220583A91C95E54E6A651C47BEC22744E0B101E2C4060E7B08F6341657DAD9BC3EE0220"
            "7D1489C7395DB0188D3A56A977ECBA54B36FA9371B40319655B1B4429E33EF2D"
        ),
    ),
    (
        "rLUEXYuLiQptky37CqLcm9USQpPiz5rkpD",
        "ED01FA53FA5A7E77798F882ECE20B1ABC00BB358A9E55A202D0D0676BD0CE37A63",
        (
            "CB199E1BFD4E3DAA105E4832EEDFA36413E1F44205E4EFB9E27E826044C21E3E"
            "2E848BBC8195E8959BADF887599B7310AD1B7047EF11B682E0D068F73749750E"
        ),
    ),
]


@pytest.mark.parametrize(("address", "key", "signature"), VECTORS)
def test_ripple_keypairs(address: str, key: str, signature: str) -> None:
    assert judge("xrpl", "test message", address, SignedStatement("xrpl", signature, key)).ok is True
    assert judge("xrpl", "test messagf", address, SignedStatement("xrpl", signature, key)).ok is False
    assert judge("xrpl", "test message", address, SignedStatement("xrpl", signature)).why == "public_key_missing"


def test_another_key_may_be_the_regular_one_which_a_node_must_tell() -> None:
    wallet = next(each for each in WALLETS if each.slug == "xrpl")
    statement = wallet.statement(address=wallet.other)
    signed = wallet.sign(statement)
    assert check(network("xrpl"), "xrpl", statement, signed) == Verdict(None, "needs_node")
    asked: list[Question] = []

    def ask(question: Question) -> Verdict:
        asked.append(question)
        return Verdict(True, "proven", 91)

    assert check(network("xrpl"), "xrpl", statement, signed, ask) == Verdict(True, "proven", 91)
    assert asked == [Question(wallet.other, key=str(signed.public_key))]
