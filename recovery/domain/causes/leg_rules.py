"""The questions about one leg to an address of ours, in the order in which the first yes decides."""

from __future__ import annotations

from recovery.domain.causes import (
    asset_checks,
    claim_checks,
    destination_checks as destination,
    platform_checks,
)
from recovery.domain.causes.amount_checks import AMOUNT_RULES
from recovery.domain.causes.asset_checks import ASSET_RULES
from recovery.domain.causes.delivery_checks import DELIVERY_RULES
from recovery.domain.causes.finding import Says
from recovery.domain.causes.platform_checks import OPEN_RULES
from recovery.domain.causes.situation import LegCheck, LegSituation

LEG_RULES: tuple[tuple[str, LegCheck], ...] = (
    ("H01", claim_checks.credited),
    ("G08", claim_checks.credited_as_another_asset),
    ("H02", claim_checks.refunded),
    ("H03", claim_checks.claimed_before),
    ("A11", destination.nothing_moved),
    ("H07", destination.our_withdrawal),
    ("B17", destination.our_own_move),
    ("B03", destination.anothers_and_credited),
    ("H09", destination.given_on),
    ("H12", destination.not_yet_owned),
    ("B08", destination.another_customer),
    ("A10", asset_checks.effect),
    ("H04", claim_checks.claimed_elsewhere),
    ("E04", destination.partial_payment),
    ("B16", destination.returned_withdrawal),
    ("H05", destination.not_linked),
    ("B11", destination.our_wallet),
    ("B06", destination.memo_hidden),
    ("B01", destination.memo_missing),
    ("B02", destination.memo_unknown),
    ("B04", destination.memo_mistyped),
    ("B05", destination.memo_in_address),
    ("B07", destination.not_notified),
    ("B09", destination.retired_address),
    ("C08", destination.retired_chain),
    ("C03", destination.contract_address),
    ("C02", destination.evm_not_run),
    ("C01", destination.other_evm),
    ("C07", destination.tron_twin),
    ("C05", destination.script_twin),
    ("C04", destination.utxo_twin),
    ("C06", destination.other_twin),
    *ASSET_RULES,
    *AMOUNT_RULES,
    *DELIVERY_RULES,
    *OPEN_RULES,
    ("G02", platform_checks.good),
)
"""What another account's is comes before everything that would tell of it; a shut deposit comes last but for the plain case."""

HOLD_RULES: tuple[tuple[str, LegCheck], ...] = (
    ("G04", platform_checks.sanctioned),
    ("G03", platform_checks.risky),
    ("G03", platform_checks.screening_answered),
    ("G06", platform_checks.frozen_account),
    ("H11", platform_checks.security_changed),
)
"""Asked of everything that would move money."""

_BEFORE_A_CREDIT: tuple[tuple[str, LegCheck], ...] = (
    ("C08", destination.retired_chain),
    *ASSET_RULES,
    *AMOUNT_RULES,
    *OPEN_RULES,
)


def obstacle(now: LegSituation, *, beside_: str) -> str | None:
    """The first thing that stands in the way of crediting the leg, other than the cause itself."""
    return next(
        (code for code, rule in _BEFORE_A_CREDIT if code != beside_ and rule(now).answer is Says.YES),
        None,
    )
