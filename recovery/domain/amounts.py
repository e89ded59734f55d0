"""Exact amounts for people: integers in base units in, digits out. No float comes near."""

from __future__ import annotations


def decimal_text(amount: int, decimals: int) -> str:
    """``1234500`` with 6 decimals is ``1.2345``: exact, without trailing zeros. Raises ValueError for decimals < 0."""
    if decimals < 0:
        raise ValueError("decimals cannot be negative")
    sign = "-" if amount < 0 else ""
    digits = str(abs(amount)).rjust(decimals + 1, "0")
    whole, part = (digits[:-decimals], digits[-decimals:].rstrip("0")) if decimals else (digits, "")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def grouped(text: str, *, group: str = ",", point: str = ".") -> str:
    """Digits as a reader of some language expects them: ``1234567.5`` becomes ``1,234,567.5``; the fraction stays."""
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, part = text.partition(".")
    first = len(whole) % 3 or 3
    groups = [whole[:first], *(whole[start : start + 3] for start in range(first, len(whole), 3))]
    return sign + group.join(groups) + (point + part if part else "")


def base_units(text: str, decimals: int) -> int:
    """The way back: ``1.2345`` with 6 decimals is ``1234500``. Raises ValueError for more digits than there are."""
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (part and not (part.isascii() and part.isdigit())):
        raise ValueError(f"not a decimal number: {text!r}")
    if len(part) > decimals:
        raise ValueError("more digits than the asset has")
    return sign * int(whole + part.ljust(decimals, "0"))
