"""A case that asks for a proof: the deposit of somebody with a throw-away key, and what the network would say of more."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct
from sqlalchemy import select, update

from chains.transaction_json import to_json
from chains.types import Block, Transaction, TransferKind
from recovery.domain.actor import SYSTEM
from recovery.domain.ids import new_id
from recovery.domain.ownership import Judged
from recovery.models import Diagnosis, ListedAsset, OwnershipChallenge, OwnershipProof, TestTransfer
from recovery.queries.clock import database_now
from recovery.queries.ownership import open_challenge, open_transfer
from recovery.queries.proof_view import case_proofs
from recovery.services import documents, ownership
from recovery.services.transitions import advance, lock
from tests.recovery.desk import DEPOSIT, NETWORK, Desk, find, new_hash, seen, transfer

DOMAIN = "desk.example"
_keys = itertools.count(1000)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20) + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def new_key() -> Any:
    """A throw-away wallet nobody else has in this process."""
    return Account.from_key(next(_keys).to_bytes(32))


def list_native(desk: Desk, minimum: int | None = 10**15) -> None:
    """The network's own coin as a listed asset, so that a test transfer can be asked for."""
    with desk.database.unit_of_work() as session:
        known = session.scalar(
            select(ListedAsset.id).where(ListedAsset.network == NETWORK.slug, ListedAsset.contract == "")
        )
        if known is None:
            session.add(
                ListedAsset(
                    id=new_id(),
                    network=NETWORK.slug,
                    contract="",
                    symbol="ETH",
                    decimals=18,
                    state="listed",
                    minimum=minimum,
                )
            )


@dataclass
class Proving:
    """One case of ``owner`` whose sender is ``key``."""

    desk: Desk
    ref: str
    key: Any
    hash: str

    def ask(self, method: str, *, by: str = "owner", request: str | None = None) -> None:
        """Choose a way."""
        with self.desk.database.unit_of_work() as session:
            case = find(session, self.ref)
            ownership.ask(session, self.desk[by], case, method, domain=DOMAIN, request_id=request or str(uuid.uuid4()))

    def challenge(self) -> OwnershipChallenge:
        """The open challenge."""
        with self.desk.database.reading() as session:
            found = open_challenge(session, find(session, self.ref).id)
            assert found is not None
            return found

    def transfer(self) -> TestTransfer:
        """The open test transfer."""
        with self.desk.database.reading() as session:
            found = open_transfer(session, find(session, self.ref).id)
            assert found is not None
            return found

    def answer(self, asked_id: uuid.UUID, *, by: str = "owner", request: str | None = None, **given: str) -> Judged:
        """Hand in a signature or a hash."""
        with self.desk.database.unit_of_work() as session:
            case = find(session, self.ref)
            return ownership.answer(
                session, self.desk[by], case, asked_id, given, request_id=request or str(uuid.uuid4())
            )

    def sign(self, challenge: OwnershipChallenge, key: Any = None, text: str | None = None) -> str:
        """What the wallet shows."""
        signed = (key or self.key).sign_message(encode_defunct(text=text or challenge.text))
        return "0x" + signed.signature.hex().removeprefix("0x")

    def hand_in(self, *files: tuple[str, bytes], by: str = "owner", note: str | None = None) -> None:
        """Hand in documents."""
        with self.desk.database.unit_of_work() as session:
            case = find(session, self.ref)
            documents.hand_in(session, self.desk[by], case, files, note=note, request_id=str(uuid.uuid4()))

    def tell(self, tx: Transaction, hash: str | None = None) -> bool:
        """What the job does once the nodes answered about the test transfer."""
        asked = self.transfer()
        with self.desk.database.unit_of_work() as session:
            case = find(session, self.ref)
            return ownership.conclude_transfer(session, case, asked.id, hash or tx.hash, tx)

    def sent(self, order: TestTransfer, *, after: timedelta = timedelta(seconds=5), **changes: Any) -> Transaction:
        """The transaction that was asked for, unless told otherwise."""
        about = {name: changes.pop(name) for name in ("status", "final", "block") if name in changes}
        leg = replace(
            transfer(None),
            **{
                "position": "native", "kind": TransferKind.NATIVE, "sender": order.sender, "recipient": order.recipient,
                "amount": order.amount, "symbol": "ETH",
            }
            | changes,
        )  # fmt: skip
        block = Block(200, "0x" + "d" * 64, order.asked_at + after)
        return replace(seen(new_hash(), leg), **({"block": block} | about))

    def last(self) -> OwnershipProof:
        """The last proof."""
        return self.proofs()[-1]

    def proofs(self) -> list[OwnershipProof]:
        """All proofs in order."""
        with self.desk.database.reading() as session:
            case_id = find(session, self.ref).id
            query = select(OwnershipProof).where(OwnershipProof.case_id == case_id)
            return list(session.scalars(query.order_by(OwnershipProof.at, OwnershipProof.id)))

    def view(self, who: str = "owner") -> dict[str, Any]:
        """What somebody is shown."""
        with self.desk.database.reading() as session:
            shown = case_proofs(session, self.desk[who], find(session, self.ref))
            assert shown is not None
            return shown

    def state(self) -> str:
        """Where the case stands."""
        return self.desk.state(self.ref)

    def now(self) -> datetime:
        """The database's time."""
        with self.desk.database.reading() as session:
            return database_now(session)

    def age(self, hours: int) -> None:
        """Let the open test transfer be asked for, and told, this much earlier."""
        with self.desk.database.unit_of_work() as session:
            session.execute(
                update(TestTransfer)
                .where(TestTransfer.case_id == find(session, self.ref).id)
                .values(
                    asked_at=TestTransfer.asked_at - timedelta(hours=hours),
                    expires_at=TestTransfer.expires_at - timedelta(hours=hours),
                    told_at=TestTransfer.told_at - timedelta(hours=hours),
                )
            )


def asked(
    desk: Desk,
    *,
    level: str | None = "signature",
    sender: str | None = "",
    by: str = "owner",
    cause: str = "B01",
    **leg: Any,
) -> Proving:
    """A case in which a finding asks for a proof by the sender. ``sender=None``: nobody is seen to have sent it."""
    key = new_key()
    hash = new_hash()
    ref = desk.open(hash, by=by)
    source = key.address if sender == "" else sender
    tx = seen(hash, transfer(**({"sender": source, "recipient": DEPOSIT} | leg)))
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        session.add(
            Diagnosis(
                id=new_id(),
                case_id=case.id,
                number=1,
                look=1,
                rules_version="test",
                cause=cause,
                outcome=["AM"],
                findings=[],
                conditions=[],
                legs=[],
                checks=[],
                transaction=to_json(tx),
            )
        )
        session.flush()
        advance(session, SYSTEM, case, "start_check")
        data = {"diagnosis": 1, "cause": cause, "network": tx.network, "leg": tx.transfers[0].position}
        advance(session, SYSTEM, case, "ask_proof", data=data | ({"level": level} if level else {}))
    return Proving(desk, ref, key, hash)
