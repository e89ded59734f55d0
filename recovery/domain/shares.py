"""One amount shared between several, exactly: what a batch paid for gas, by the weights of its cases."""

from __future__ import annotations

from collections.abc import Sequence


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of ``total`` in proportion to the weights; together they are exactly ``total`` (largest remainders).

    Each part is the exact quota rounded down or up. Between equal remainders the earlier one is rounded up, so the same
    batch is always shared the same way. When all weights are 0 everybody bears the same.
    Raises ValueError for a negative number, or when something is to be shared between nobody.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("an amount or a weight is below zero")
    if not weights:
        if total:
            raise ValueError("nobody to share it")
        return []
    whole = sum(weights)
    weighed = list(weights) if whole else [1] * len(weights)
    whole = whole or len(weights)
    parts = [total * weight // whole for weight in weighed]
    remainders = [total * weight % whole for weight in weighed]
    missing = total - sum(parts)
    for place in sorted(range(len(parts)), key=lambda one: (-remainders[one], one))[:missing]:
        parts[place] += 1
    return parts
