"""The Algorand family, read through an indexer, or the pool and recent blocks of a node (``indexer``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chains.families import NodeReading
from chains.transport import Talk
from chains.types import AddressCheck, Network

if TYPE_CHECKING:
    from chains.survey import SurveyOrder
    from chains.surveyed import Survey

_ID = re.compile(r"[A-Z2-7]{51}[AQ]|[a-z2-7]{51}[aq]")  # 256 bits: four bits of the last character are zero


def hash_candidate(network: Network, text: str) -> str | None:
    """Fifty-two base32 characters in upper case."""
    return text.upper() if _ID.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.algorand.address.check`."""
    from chains.algorand.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.algorand.address.asset_identity`."""
    from chains.algorand import address

    return address.asset_identity(network, text)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.algorand.indexer.read`."""
    from chains.algorand.indexer import read as read_node

    return read_node(network, talk, reference)


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :func:`chains.algorand.survey.survey_legs`."""
    from chains.algorand.survey import survey_legs as survey

    return survey(network, talk, order)
