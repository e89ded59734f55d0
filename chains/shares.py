"""An amount in parts, to the last unit. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def share(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """``total`` base units in parts as the weights are, whole numbers that add up to it (largest remainder; equal ones in order).

    Weights that are all nothing count alike. Raises :class:`ValueError` for a negative number or no weights.
    """
    if not weights or total < 0 or min(weights) < 0:
        raise ValueError("nothing to share, or among nobody")
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [total * weight // whole for weight in weights]
    rests = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in rests[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)
