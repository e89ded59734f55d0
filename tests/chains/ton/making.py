"""An invented piece of TON in the form of toncenter: messages with their real hashes, and an indexer that serves them."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chains.ton import bodies, cells, fields, normal
from chains.ton.address import raw_form
from tests.chains.scene import Answers, Asked, Told

NOW = 1_750_000_000
TIP = 50_000_100
SEQNO = 50_000_000


def account(name: str) -> str:
    """An account of the basechain."""
    return f"0:{hashlib.sha256(name.encode()).hexdigest()}"


def boc(cell: Any) -> str:
    return base64.b64encode(cell.to_boc()).decode()


def b64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def empty() -> Any:
    return cells.builder().end_cell()


def comment(text: str) -> Any:
    return cells.builder().store_uint(0, 32).store_snake_bytes(text.encode()).end_cell()


def operation(op: int, text: bytes = b"") -> Any:
    return cells.builder().store_uint(op, 32).store_bytes(text).end_cell()


def jetton_transfer(amount: int, to: str, payload: Any = None) -> Any:
    head = cells.builder().store_uint(bodies.JETTON_TRANSFER, 32).store_uint(7, 64).store_coins(amount)
    head.store_address(cells.address(to)).store_address(cells.address(to)).store_bit(0).store_coins(1)
    return _payload(head, payload)


def internal_transfer(amount: int, sender: str | None, payload: Any = None, *, forward: int = 1) -> Any:
    head = cells.builder().store_uint(bodies.JETTON_INTERNAL_TRANSFER, 32).store_uint(7, 64).store_coins(amount)
    head.store_address(cells.address(sender) if sender else None).store_address(None).store_coins(forward)
    return _payload(head, payload)


def notification(amount: int, sender: str) -> Any:
    head = cells.builder().store_uint(0x7362D09C, 32).store_uint(7, 64).store_coins(amount)
    return head.store_address(cells.address(sender)).store_bit(0).end_cell()


def burn_notification(amount: int, owner: str) -> Any:
    head = cells.builder().store_uint(bodies.JETTON_BURN_NOTIFICATION, 32).store_uint(7, 64).store_coins(amount)
    return head.store_address(cells.address(owner)).store_address(None).end_cell()


def item_transfer(new_owner: str) -> Any:
    head = cells.builder().store_uint(bodies.ITEM_TRANSFER, 32).store_uint(7, 64)
    head.store_address(cells.address(new_owner)).store_address(None).store_bit(0).store_coins(0)
    return head.store_bit(0).end_cell()


def _payload(head: Any, payload: Any) -> Any:
    if payload is None:
        return head.store_bit(0).end_cell()
    return head.store_bit(1).store_ref(payload).end_cell()


class Chain:
    """Transactions made one after another; ``lt`` grows with each thing made."""

    def __init__(self, seqno: int | None = SEQNO, *, chain: int = -239) -> None:
        self.transactions: list[dict[str, Any]] = []
        self.jetton_wallets: dict[str, tuple[str, str]] = {}
        self.seqno = seqno
        self.chain = chain
        self.first = 1
        self.tip_time: int | None = NOW + 100  # none: the moment it is asked at
        self.lt = 1_000_000

    def message(
        self, source: str, destination: str, value: int, body: Any, *, bounce: bool = True, bounced: bool = False
    ) -> dict[str, Any]:
        """An internal message of its real hash."""
        self.lt += 1
        row = {
            "hash": b64("00" * 32),
            "source": source.upper(),
            "destination": destination.upper(),
            "value": str(value),
            "value_extra_currencies": {},
            "fwd_fee": "266669",
            "ihr_fee": "0",
            "created_lt": str(self.lt),
            "created_at": str(NOW),
            "opcode": None,
            "ihr_disabled": True,
            "bounce": bounce,
            "bounced": bounced,
            "import_fee": None,
            "message_content": {"hash": b64(body.hash.hex()), "body": boc(body), "decoded": None},
            "init_state": None,
        }
        row["hash"] = b64(min(normal._inside(fields.message(row), body)))
        return row

    def outside(self, destination: str, text: str = "signed") -> dict[str, Any]:
        """A message from outside, of its normalised hash."""
        body = comment(text)
        row = dict.fromkeys(
            ("value", "fwd_fee", "ihr_fee", "created_lt", "created_at", "opcode", "ihr_disabled", "bounce", "bounced")
        )
        return row | {
            "hash": b64(normal._outside(destination, body)),
            "source": None,
            "destination": destination.upper(),
            "import_fee": "0",
            "message_content": {"hash": b64(body.hash.hex()), "body": boc(body), "decoded": None},
            "init_state": None,
        }

    def transaction(
        self, came: dict[str, Any] | None, sent: Iterable[dict[str, Any]] = (), *, account: str = "", **description: Any
    ) -> dict[str, Any]:
        """A transaction that took ``came``; ``description`` replaces phases (``aborted``, ``action``, ``bounce``, …)."""
        self.lt += 1
        sent = list(sent)
        name = f"{came and came['hash']}{self.lt}"
        row = {
            "account": came["destination"] if came else account.upper(),
            "hash": b64(hashlib.sha256(name.encode()).hexdigest()),
            "lt": str(self.lt),
            "now": NOW,
            "mc_block_seqno": self.seqno,
            "orig_status": "active",
            "end_status": "active",
            "total_fees": "2000000",
            "description": {
                "type": "ord",
                "aborted": False,
                "destroyed": False,
                "compute_ph": {"skipped": False, "success": True, "exit_code": 0},
                "action": {
                    "success": True, "valid": True, "no_funds": False, "result_code": 0, "tot_actions": len(sent),
                    "skipped_actions": 0, "msgs_created": len(sent),
                },
            } | description,
            "block_ref": {"workchain": 0, "shard": "8000000000000000", "seqno": 61_000_000},
            "in_msg": came,
            "out_msgs": sent,
            "emulated": False,
        }  # fmt: skip
        self.transactions.append(row)
        return row

    def answers(self, *, traces: bool = True, refused: tuple[str, ...] = (), methods: bool = True) -> Answers:
        """An indexer that knows this chain. ``refused``: paths it does not offer."""

        def answer(asked: Asked) -> Told:
            parts = urlsplit(asked.path)
            path, query = parts.path.removeprefix("/api/v3"), parse_qs(parts.query)
            if any(path.startswith(one) for one in refused) or (path == "/traces" and not traces):
                return Told({"error": "not offered"}, status=404)
            if path == "/runGetMethod" and methods:
                return Told(self._method(asked.body))
            return Told(self._answer(path, query)) if path != "/runGetMethod" else Told({"error": "no"}, status=404)

        return answer

    def _answer(self, path: str, query: Mapping[str, list[str]]) -> Any:
        if path == "/masterchainInfo":
            last = {
                "seqno": TIP,
                "global_id": self.chain,
                "gen_utime": str(int(time.time()) if self.tip_time is None else self.tip_time),
                "workchain": -1,
            }
            return {"last": last, "first": {"seqno": self.first, "global_id": self.chain}}
        if path == "/transactions":
            return {"transactions": [one for one in self.transactions if one["hash"] == b64(query["hash"][0])]}
        if path == "/transactionsByMessage":
            wanted = b64(query["msg_hash"][0])
            return {"transactions": [one for one in self.transactions if self._touches(one, wanted, query)]}
        if path == "/traces" and "tx_hash" in query:
            known = any(one["hash"] == b64(query["tx_hash"][0]) for one in self.transactions)
            inside = {one["hash"]: one for one in self.transactions}
            return {"traces": [{"trace_id": "x", "is_incomplete": False, "transactions": inside}] if known else []}
        if path == "/jetton/wallets":
            listed = {(raw_form(one) or ""): self.jetton_wallets.get(raw_form(one) or "") for one in query["address"]}
            rows = [
                {"address": w.upper(), "owner": f[0].upper(), "jetton": f[1].upper()} for w, f in listed.items() if f
            ]
            info = [{"type": "jetton_masters", "symbol": "USD₮", "extra": {"decimals": "6"}}]
            return {"jetton_wallets": rows, "metadata": {row["jetton"]: {"token_info": info} for row in rows}}
        return {"traces": []} if path in ("/pendingTraces", "/traces") else {"jetton_transfers": []}

    @staticmethod
    def _touches(row: dict[str, Any], wanted: str, query: Mapping[str, list[str]]) -> bool:
        direction = query.get("direction", [""])[0]
        inward = row["in_msg"] is not None and row["in_msg"]["hash"] == wanted
        outward = any(one["hash"] == wanted for one in row["out_msgs"])
        return (inward and direction != "out") or (outward and direction != "in")

    def _method(self, body: Any) -> Any:
        """``get_wallet_address`` of a master and ``get_wallet_data`` of a wallet, as the chain really has them."""
        if body["method"] == "get_wallet_data":
            owner, master = self.jetton_wallets.get(body["address"], ("", ""))
            if not owner:
                return {"exit_code": 11, "stack": []}
            held = [{"type": "cell", "value": boc(cells.builder().store_address(cells.address(one)).end_cell())}
                    for one in (owner, master)]  # fmt: skip
            return {"exit_code": 0, "stack": [{"type": "num", "value": "0x0"}, *held]}
        owner = cells.account(cells.opened(cells.from_text(body["stack"][0]["value"])).load_address())
        found = next(
            (w for w, fact in self.jetton_wallets.items() if fact == (owner, body["address"])), account("none")
        )
        held_by = cells.builder().store_address(cells.address(found)).end_cell()
        return {"exit_code": 0, "stack": [{"type": "cell", "value": boc(held_by)}]}
