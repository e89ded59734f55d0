"""The Hedera family: the REST interface of mirror nodes. References are transaction ids, in any spelling people paste."""

from __future__ import annotations

import base64
import re

from chains.families import NodeReading
from chains.transport import Talk
from chains.types import AddressCheck, Network

_ID = re.compile(r"(0\.0\.(?:0|[1-9][0-9]{0,18}))[@-]([0-9]{9,10})[.-]([0-9]{1,9})(?:\?scheduled)?(?:/[0-9]{1,4})?")
_HEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]{96})")
_BASE64 = re.compile(r"[0-9A-Za-z+/_-]{64}")
_MOMENT = re.compile(r"1[0-9]{9}\.[0-9]{9}")


def hash_candidate(network: Network, text: str) -> str | None:
    """``0.0.x-s-n`` (nanoseconds with nine digits), 96 lower-case digits of a hash, or a moment of consensus ``s.n``.

    Whatever the spelling, a reading names the transaction by its id, so that one movement never has two names.
    """
    if match := _ID.fullmatch(text):
        return f"{match[1]}-{match[2]}-{match[3].zfill(9)}"
    if match := _HEX.fullmatch(text):
        return match[1].lower()
    if _BASE64.fullmatch(text) and re.search("[^0-9a-fA-F]", text):
        return base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_")).hex()
    return text if _MOMENT.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.hedera.address.check`."""
    from chains.hedera.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.hedera.address.asset_identity`."""
    from chains.hedera import address

    return address.asset_identity(network, text)


def twin_key(network: Network, address: str) -> str | None:
    """See :func:`chains.hedera.address.twin_key`."""
    from chains.hedera import address as addresses

    return addresses.twin_key(network, address)


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """See :func:`chains.hedera.address.twin_addresses`."""
    from chains.hedera import address as addresses

    return addresses.twin_addresses(network, key)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.hedera.mirror.read`."""
    from chains.hedera.mirror import read as read_node

    return read_node(network, talk, reference)
