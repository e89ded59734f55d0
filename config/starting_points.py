"""Documents of the fee policy that come with the product: published rules of several platforms, to begin a draft with."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_FOLDER = files("config") / "fee_policies"


@cache
def fee_policies() -> tuple[str, ...]:
    """Their names."""
    return tuple(sorted(one.name.removesuffix(".json") for one in _FOLDER.iterdir() if one.name.endswith(".json")))


def fee_policy(name: str) -> str:
    """The text of one. Raises KeyError for a name that is none of :func:`fee_policies`."""
    if name not in fee_policies():
        raise KeyError(name)
    return (_FOLDER / f"{name}.json").read_text(encoding="utf-8")
