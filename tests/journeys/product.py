"""A running product, as a test sees it from outside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass
class Product:
    """A running product: where it listens, where it keeps its state, what its world holds."""

    url: str
    home: Path
    world: dict[str, Any]

    def sign_in(self, role: str, number: int = 0) -> dict[str, Any]:
        """The ``number``-th sample sign-in of a role."""
        return dict([one for one in self.world["sign_ins"] if one["role"] == role][number])

    def deposits(self, kind: str, account: str) -> list[dict[str, Any]]:
        """The sample deposits of a kind made for an account."""
        return [one for one in self.world["deposits"] if one["kind"] == kind and one["account"] == account]

    def rpc(self, method: str, *params: Any) -> Any:
        """Ask the chain itself, past the product."""
        question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return httpx.post(self.world["node"], json=question, timeout=10).json()["result"]

    def token_balance(self, contract: str, holder: str) -> int:
        """What the chain says somebody holds."""
        data = "0x70a08231" + holder.removeprefix("0x").lower().rjust(64, "0")
        return int(self.rpc("eth_call", {"to": contract, "data": data}, "latest"), 16)
