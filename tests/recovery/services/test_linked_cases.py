"""What the specialist sees of other cases: by leg, sender, account, token; counted within bounds, never to a depositor."""

from __future__ import annotations

import pytest

from recovery.queries import linked
from recovery.queries.case_view import case_view
from recovery.queries.linked import linked_cases
from tests.recovery.desk import DEPOSIT, Desk, find, new_hash, seen, transfer
from tests.recovery.rivals import claim_or_dispute

PAYER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
OTHER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"


def claimed(desk: Desk, by: str, *, sender: str, contract: str, hash: str | None = None) -> str:
    """A case that holds a leg of this sender and token."""
    hash = hash or new_hash()
    ref = desk.open(hash, by=by)
    claim_or_dispute(desk, ref, seen(hash, transfer(contract, sender=sender, recipient=DEPOSIT)))
    return ref


def test_each_way_alone_and_the_closest_first(desk: Desk) -> None:
    desk.person("alone", "depositor", account="acct-alone")
    for name in ("a", "b", "c"):
        desk.person(name, "depositor", account=f"acct-{name}")
    mine = claimed(desk, "alone", sender=PAYER, contract="0x" + "a1" * 20)
    same_leg = claimed(desk, "a", sender=PAYER, contract="0x" + "a1" * 20, hash=desk.case(mine).hash)
    same_sender = claimed(desk, "b", sender=PAYER, contract="0x" + "b1" * 20)
    same_token = claimed(desk, "c", sender=OTHER, contract="0x" + "a1" * 20)
    same_account = claimed(desk, "alone", sender=OTHER, contract="0x" + "c1" * 20)
    claimed(desk, "c", sender=OTHER, contract="0x" + "d1" * 20)
    with desk.database.reading() as session:
        found = linked_cases(session, find(session, mine))
        assert {one["ref"]: one["same"] for one in found.cases} == {
            same_leg: ["leg"],
            same_account: ["account"],
            same_sender: ["sender"],
            same_token: ["token"],
        }
        assert found.counts == {"leg": 1, "sender": 1, "account": 1, "token": 1}
        assert found.cases[0]["ref"] == same_leg
        second = linked_cases(session, find(session, same_leg))
        assert mine in {one["ref"] for one in second.cases if "leg" in one["same"]}
        assert case_view(session, desk["alone"], find(session, mine)).linked is None


def test_a_case_without_anything_known_is_linked_by_its_hash_and_account(desk: Desk) -> None:
    desk.person("quiet", "depositor", account="acct-quiet")
    first, second = desk.open(new_hash(), by="quiet"), desk.open(new_hash(), by="quiet")
    with desk.database.reading() as session:
        assert [one["ref"] for one in linked_cases(session, find(session, first)).cases] == [second]


def test_a_crowd_is_counted_up_to_a_bound(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked, "COUNTED", 5)
    desk.person("busy", "depositor", account="acct-busy")
    refs = [desk.open(new_hash(), by="busy") for _ in range(14)]
    with desk.database.reading() as session:
        found = linked_cases(session, find(session, refs[0]))
    assert found.counts["account"] == 5
    assert len(found.cases) == linked.MOST
