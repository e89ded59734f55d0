"""Why a case waits for something that is neither the chain's nor a person's to do now, by what was found."""

from __future__ import annotations

from datetime import timedelta

WHY_OF_CAUSE = {
    "C02": "network_not_supported",
    "C03": "contract_not_deployed",
    "C04": "asset_not_recoverable",
    "C05": "asset_not_recoverable",
    "C06": "asset_not_recoverable",
    "C08": "asset_not_recoverable",
    "D08": "asset_not_recoverable",
    "E01": "below_minimum",
    "E02": "value_below_cost",
    "G01": "deposits_suspended",
    "G07": "deposits_suspended",
}
"""The reasons a cause alone is one of; nothing else holds such a case."""

LOOK_AGAIN = {"contract_not_deployed": timedelta(days=7), "value_below_cost": timedelta(days=7)}
"""What can change on the chain alone, where nothing of ours tells: such a case is looked at again after a while."""
