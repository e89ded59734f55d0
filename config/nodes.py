"""Nodes as the environment names them: ``RECOVERY_NODES_<SLUG>``, comma-separated URLs."""

from __future__ import annotations

from collections.abc import Mapping

PREFIX = "RECOVERY_NODES_"


def nodes_from_env(environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """URLs by network slug (``RECOVERY_NODES_BITCOIN_CASH`` is ``bitcoin-cash``), as written, interface prefix and all.

    Empty entries and repeated ones are dropped: a node asked twice must not agree with itself. A slug nobody knows is
    kept; whoever reads the catalogue can tell.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or name == PREFIX:
            continue
        urls = tuple(dict.fromkeys(url for part in value.split(",") if (url := part.strip())))
        if urls:
            found[name.removeprefix(PREFIX).lower().replace("_", "-")] = urls
    return found
