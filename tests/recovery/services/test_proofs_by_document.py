"""Proof by documents: taken by content, judged by a specialist, who then approves nothing of the case."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from recovery.errors import InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import ProofDocument
from recovery.queries.proof_view import document_body
from tests.recovery.desk import DEPOSIT, Desk, find
from tests.recovery.proving import JPEG, PDF, PNG, asked
from workflows.tables import WORKFLOWS


def test_documents_pass_the_case_to_a_specialist_who_accepts_them(desk: Desk) -> None:
    case = asked(desk, level="link")
    case.hand_in(("receipt.pdf", PDF), ("screen.png", PNG), note="my bank's statement")
    assert case.state() == "proof_in_review"
    desk.move("maker", case.ref, "judge_proof", reason="the amounts and the hash agree")
    proof = case.last()
    assert (proof.method, proof.verdict, proof.strength) == ("documents", True, "weak")
    assert proof.judged_by == desk["maker"].id
    assert case.state() == "submitted"
    assert [event.name for event in desk.events(case.ref)][-3:] == ["hand_in_documents", "judge_proof", "accept_proof"]


def test_without_a_visible_sender_documents_are_about_the_destination(desk: Desk) -> None:
    case = asked(desk, level="link", sender=None)
    case.hand_in(("receipt.pdf", PDF))
    desk.move("maker", case.ref, "judge_proof", reason="fits")
    assert (case.last().subject, case.last().address) == ("destination", DEPOSIT)
    assert case.state() == "submitted"


def test_accepted_documents_alone_are_not_a_strong_proof(desk: Desk) -> None:
    case = asked(desk, level="signature")
    case.hand_in(("receipt.pdf", PDF))
    desk.move("maker", case.ref, "judge_proof", reason="fits")
    assert case.state() == "proof_asked"
    case.ask("eip191")
    assert case.answer(case.challenge().id, signature=case.sign(case.challenge())).ok is True
    assert case.state() == "submitted"


def test_two_ways_are_needed_where_two_are_asked(desk: Desk) -> None:
    case = asked(desk, level="two")
    case.ask("eip191")
    case.answer(case.challenge().id, signature=case.sign(case.challenge()))
    assert case.state() == "proof_asked"
    case.hand_in(("receipt.pdf", PDF))
    desk.move("maker", case.ref, "judge_proof", reason="fits")
    assert case.state() == "submitted"


def test_a_refusal_is_told_with_its_reason_and_more_can_be_handed_in(desk: Desk) -> None:
    case = asked(desk, level="link")
    case.hand_in(("receipt.pdf", PDF))
    desk.move("maker", case.ref, "refuse_proof", reason="the picture shows another payment")
    assert case.state() == "proof_asked"
    assert case.last().verdict is False
    with pytest.raises(InvalidInput, match="document_was_handed_in"):
        case.hand_in(("again.pdf", PDF))
    case.hand_in(("again.pdf", PDF), ("other.jpg", JPEG))
    assert case.state() == "proof_in_review"


def test_who_judged_the_documents_approves_nothing(desk: Desk) -> None:
    """Separation of duties, read from the tables: accepting is preparing."""
    for table in WORKFLOWS.values():
        for row in table.transitions:
            if row.name.startswith("approve_") and row.name not in ("approve_correction", "approve_write_off"):
                assert "judge_proof" in row.unlike, row.name


def test_only_the_specialist_judges_and_only_the_owner_hands_in(desk: Desk) -> None:
    case = asked(desk)
    for who in ("stranger", "maker"):
        with pytest.raises(NotAllowed):
            case.hand_in(("receipt.pdf", PDF), by=who)
    case.hand_in(("receipt.pdf", PDF))
    for who in ("owner", "wallet", "clearing", "lead", "auditor"):
        with pytest.raises(NotAllowed):
            desk.move(who, case.ref, "judge_proof", reason="fits")
    with pytest.raises(MoveNotOpen):
        case.hand_in(("more.png", PNG))


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "document_is_empty"),
    "too large": (b"%PDF-1.7\n" + b"x" * 5_000_000 + b"\n%%EOF", "document_is_too_large"),
    "page": (b"<!doctype html><script>alert(1)</script>", "document_kind_not_taken"),
    "picture that is a page": (
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "document_kind_not_taken",
    ),
    "page before a pdf": (b"<script>alert(1)</script>%PDF-1.7\n%%EOF", "document_kind_not_taken"),
    "page behind a png": (PNG + b"<script>alert(1)</script>", "document_kind_not_taken"),
    "archive behind a jpeg": (JPEG + b"PK\x03\x04rest", "document_kind_not_taken"),
    "page behind a pdf": (PDF + b"<script>", "document_kind_not_taken"),
    "program": (b"MZ\x90\x00" + bytes(64), "document_kind_not_taken"),
    "elf": (b"\x7fELF" + bytes(64), "document_kind_not_taken"),
    "archive": (b"PK\x03\x04" + bytes(64), "document_kind_not_taken"),
    "gif": (b"GIF89a" + bytes(64), "document_kind_not_taken"),
    "only the beginning of a png": (PNG[:30], "document_kind_not_taken"),
    "only a png's signature": (PNG[:8], "document_kind_not_taken"),
    "only the beginning of a jpeg": (JPEG[:3], "document_kind_not_taken"),
    "only the beginning of a pdf": (PDF[:12], "document_kind_not_taken"),
    "script that says it is a pdf": (b"%PDF-<script>alert(1)</script>%%EOF", "document_kind_not_taken"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_whole(desk: Desk, name: str) -> None:
    body, why = HOSTILE[name]
    case = asked(desk)
    with pytest.raises(InvalidInput, match=why):
        case.hand_in(("fine.png", PNG), ("receipt.pdf", body))
    assert case.state() == "proof_asked"
    assert case.view()["documents"] == ()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\tax.pdf", "tax.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\x00\n", "document"),
        ("..", "document"),
        ("n" * 500, "n" * 120),
        ("=cmd()|x", "=cmd()|x"),
    ],
)
def test_names_are_only_shown(desk: Desk, given: str, shown: str) -> None:
    case = asked(desk)
    case.hand_in((given, PNG))
    (document,) = case.view()["documents"]
    assert (document["name"], document["media_type"], document["quarantined"]) == (shown, "image/png", True)


def test_at_most_ten_files(desk: Desk) -> None:
    case = asked(desk)
    with pytest.raises(InvalidInput, match="documents_are_too_many"):
        case.hand_in(*((f"{n}.pdf", PDF.replace(b"1 0 obj", f"{n} 0 obj".encode())) for n in range(11)))
    with pytest.raises(InvalidInput, match="document_is_missing"):
        case.hand_in()


def test_a_document_is_opened_by_those_who_judge_and_through_its_own_case(desk: Desk) -> None:
    case, other = asked(desk), asked(desk)
    case.hand_in(("receipt.pdf", PDF))
    with desk.database.reading() as session:
        row, foreign = find(session, case.ref), find(session, other.ref)
        document = session.scalars(select(ProofDocument.id).where(ProofDocument.case_id == row.id)).one()
        assert document_body(session, desk["maker"], row, document).body == PDF
        for who, of in (("owner", row), ("wallet", row), ("clearing", row), ("admin", row), ("maker", foreign)):
            with pytest.raises(NotFound):
                document_body(session, desk[who], of, document)
