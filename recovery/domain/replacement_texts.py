"""Replacing a stuck transaction by a dearer one, in words."""

from __future__ import annotations

from recovery.domain.marking import mark

TRANSITIONS: dict[str, str] = {
    "raise_fee_sweep": mark("Raise the fee of the stuck sweep"),
    "offer_fee_sweep": mark("Give the dearer sweep to the signer"),
    "keep_fee_sweep": mark("Keep the fee of the sweep"),
    "record_fee_sweep": mark("Record the signed dearer sweep"),
    "raise_fee_refund": mark("Raise the fee of the stuck refund"),
    "offer_fee_refund": mark("Give the dearer refund to the signer"),
    "keep_fee_refund": mark("Keep the fee of the refund"),
    "record_fee_refund": mark("Record the signed dearer refund"),
}

EVENTS: dict[str, str] = {
    "raise_fee_sweep": mark("A higher fee was asked for the sweep"),
    "offer_fee_sweep": mark("Dearer sweep ready to be signed"),
    "keep_fee_sweep": mark("The sweep keeps its fee"),
    "record_fee_sweep": mark("Signed dearer sweep recorded"),
    "raise_fee_refund": mark("A higher fee was asked for the refund"),
    "offer_fee_refund": mark("Dearer refund ready to be signed"),
    "keep_fee_refund": mark("The refund keeps its fee"),
    "record_fee_refund": mark("Signed dearer refund recorded"),
}

REFUSALS: dict[str, str] = {
    "replacement_is_recorded": mark("Other signed bytes of this replacement are recorded already."),
    "plan_not_recorded": mark("The signed bytes of this plan are not recorded, or the plan is over."),
}
