"""The product as the signer sees it: released plans to fetch, signed transactions to hand in.

ProductError
├── ProductSilent     no answer, or none that is JSON
└── ProductRefused    an answer with a 4xx or 5xx status
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx


class ProductError(Exception):
    """The root of everything that can go wrong with the product."""


class ProductSilent(ProductError):
    """The product cannot be reached, or does not answer in JSON; or there is no token yet."""


class ProductRefused(ProductError):
    """The product answered with an error; ``code`` is the problem's stable code where it gave one."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


class Product:
    """The product's plans, over HTTP with the bearer token in ``token_file`` (read anew for every call)."""

    def __init__(self, url: str, token_file: Path, *, timeout: float = 15.0) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/") + "/api/v1/", timeout=timeout, trust_env=False)
        self._token_file = token_file

    def close(self) -> None:
        self._http.close()

    def released(self) -> Iterator[dict[str, Any]]:
        """Every released plan, page by page."""
        query = {"state": "released"}
        while True:
            page = self._ask("GET", "plans", params=query)
            items = page.get("items", [])
            yield from (item for item in items if isinstance(item, dict))
            if not page.get("next"):
                return
            query["cursor"] = str(page["next"])

    def plan(self, plan_id: str) -> dict[str, Any]:
        return self._ask("GET", f"plans/{plan_id}")

    def record(self, plan_id: str, digest: str, raws: Sequence[str]) -> dict[str, Any]:
        """Hands in the signed transactions. The key depends on the plan alone: repeating it is one and the same act."""
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"plan:{plan_id}:{digest}"))
        body = {"transactions": list(raws)}
        return self._ask("POST", f"plans/{plan_id}/signed", json=body, headers={"Idempotency-Key": key})

    def record_dearer(self, plan_id: str, number: int, raw: str) -> dict[str, Any]:
        """Hands in a signed replacement; repeating it is one and the same act."""
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"plan:{plan_id}:replacement:{number}"))
        path = f"plans/{plan_id}/replacements/{number}/signed"
        return self._ask("POST", path, json={"transaction": raw}, headers={"Idempotency-Key": key})

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token()}", **request.pop("headers", {})}
        try:
            response = self._http.request(method, path, headers=headers, **request)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProductSilent(f"{method} {path}: {type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise ProductSilent(f"{method} {path}: the answer is no object")
        if response.is_error:
            raise _refusal(response.status_code, answer)
        return answer

    def _token(self) -> str:
        try:
            return self._token_file.read_text("utf-8").strip()
        except FileNotFoundError as error:
            raise ProductSilent("no token yet") from error


def _refusal(status: int, answer: Mapping[str, Any]) -> ProductRefused:
    detail = str(answer.get("detail") or answer.get("title") or "")
    return ProductRefused(status, str(answer.get("code") or "no_code"), detail[:200])
