"""What a price source answers, taken apart as the words of a stranger: an exact ratio, or a code that says what is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chains import strict_json
from chains.errors import NodeMistaken
from recovery.domain.fees import Ratio
from recovery.domain.prices import REFERENCES, USD, USD_DECIMALS, fitted

LARGEST_ANSWER = 256 * 1024
LARGEST_FILE = 16 * 1024 * 1024
MOST_DECIMALS = 77
_NUMBER = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,2})?")
_SECONDS = range(1_000_000_000, 100_000_000_000)
_MILLISECONDS = range(1_000_000_000_000, 100_000_000_000_000)
_SHORT_NAME = re.compile(r"[\w .:/+-]{1,60}")


class WrongAnswer(ValueError):
    """The answer is no price; the message is a stable code."""


@dataclass(frozen=True)
class Quoted:
    """A decimal number as somebody wrote it."""

    text: str


@dataclass(frozen=True)
class Told:
    """What an answer says: the price of one whole unit, when it was so (null: it does not say), and the depth in dollars."""

    price: Quoted
    at: datetime | None
    depth: Quoted | None


def decimal_ratio(price: Quoted, decimals: int, of: int) -> Ratio | None:
    """The price of a whole unit of an asset with so many decimals, in whole units of a reference with ``of`` decimals, as a
    ratio of base units. ``None`` for what is no positive number."""
    value = _value(price)
    if value is None or not 0 <= decimals <= MOST_DECIMALS or not 0 <= of <= MOST_DECIMALS:
        return None
    try:
        return fitted(value * 10**of / 10**decimals)
    except ValueError:
        return None


def in_micro_dollars(depth: Quoted) -> int | None:
    """Dollars as millionths, rounded down; ``None`` for what is no number."""
    value = _value(depth, zero=True)
    if value is None:
        return None
    micro = value.numerator * 10**USD_DECIMALS // value.denominator
    return micro if micro < 2**255 else None


def _value(number: Quoted, *, zero: bool = False) -> Fraction | None:
    if not _NUMBER.fullmatch(number.text):
        return None
    value = Fraction(number.text)
    return value if value > 0 or zero else None


def told(body: bytes, price: Sequence[str], at: Sequence[str] = (), depth: Sequence[str] = ()) -> Told:
    """The parts of a JSON answer to which these names lead, one after the other. Raises WrongAnswer."""
    if len(body) > LARGEST_ANSWER:
        raise WrongAnswer("answer_too_large")
    try:
        value = strict_json.parse(body)
    except NodeMistaken:
        raise WrongAnswer("answer_is_no_json") from None
    found = _at(value, price)
    if found is None:
        raise WrongAnswer("answer_has_no_price")
    when = _at(value, at) if at else None
    volume = _at(value, depth) if depth else None
    return Told(
        _number(found), _moment(when) if when is not None else None, _number(volume) if volume is not None else None
    )


def _at(value: Any, path: Sequence[str]) -> Any:
    """What stands at a path of names and positions. Some services write addresses in small letters."""
    for name in path:
        if isinstance(value, list):
            value = value[int(name)] if name.isascii() and name.isdigit() and int(name) < len(value) else None
        elif isinstance(value, dict):
            value = value[name] if name in value else _spelt_otherwise(value, name)
        else:
            return None
    return value


def _spelt_otherwise(value: Mapping[str, Any], name: str) -> Any:
    """A hexadecimal name whose capitals differ; where capitals tell names apart there is nothing to be forgiven."""
    if not name.startswith("0x"):
        return None
    same = [key for key in value if key.lower() == name.lower()]
    return value[same[0]] if len(same) == 1 else None


def _number(value: Any) -> Quoted:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise WrongAnswer("price_is_no_number")
    text = format(value, "f") if isinstance(value, Decimal) and _is_ordinary(value) else str(value)
    if not _NUMBER.fullmatch(text):
        raise WrongAnswer("price_is_no_number")
    return Quoted(text)


def _is_ordinary(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and abs(exponent) <= 60 and abs(value.adjusted()) <= 60


def _moment(value: Any) -> datetime:
    """Seconds or milliseconds since 1970, or ISO 8601 with a zone. Raises WrongAnswer."""
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value.adjusted()) < 20:
        value = int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if value in _MILLISECONDS:
            value //= 1000
        if value in _SECONDS:
            return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str) and len(value) <= 40:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise WrongAnswer("time_is_none") from None
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise WrongAnswer("time_is_none")


@dataclass(frozen=True)
class Line:
    """One price of a file. ``price`` is of a whole unit; ``source`` is empty where the file is the source itself."""

    network: str
    contract: str
    reference: str
    source: str
    told: Told


def lines_of(data: bytes, *, is_json: bool) -> Iterator[Line]:
    """The prices of a file: CSV with a header row, or a JSON list of objects with the same names.

    network, contract (empty: the native coin), reference (native or USD; empty: USD), price, observed_at, source, depth; the
    last three may be missing. Raises WrongAnswer naming the row.
    """
    if len(data) > LARGEST_FILE:
        raise WrongAnswer("answer_too_large")
    for number, row in enumerate(_json_rows(data) if is_json else _csv_rows(data), start=1):
        try:
            yield _line(row)
        except WrongAnswer as wrong:
            raise WrongAnswer(f"row {number}: {wrong}") from None


def _line(row: Mapping[str, Any]) -> Line:
    def text(name: str) -> str:
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise WrongAnswer(f"{name} is no text")
        return (value or "").strip()

    reference = text("reference") or USD
    if reference not in REFERENCES:
        raise WrongAnswer("price_reference_unknown")
    source = text("source")
    if source and not _SHORT_NAME.fullmatch(source):
        raise WrongAnswer("source_is_no_name")
    at, depth = row.get("observed_at"), row.get("depth")
    return Line(
        network=text("network"),
        contract=text("contract"),
        reference=reference,
        source=source,
        told=Told(
            _number(row.get("price")),
            _moment(at) if at not in (None, "") else None,
            _number(depth) if depth not in (None, "") else None,
        ),
    )


def _csv_rows(data: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        text = data.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        names = set(reader.fieldnames or ())
        if not {"network", "contract", "price"} <= names:
            raise WrongAnswer("columns_are_missing")
        for row in reader:
            if None in row or None in row.values():
                raise WrongAnswer("a row has another number of cells")
            yield row
    except (UnicodeDecodeError, csv.Error):
        raise WrongAnswer("answer_is_no_csv") from None


def _json_rows(data: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        rows = strict_json.parse(data)
    except NodeMistaken:
        raise WrongAnswer("answer_is_no_json") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WrongAnswer("answer_is_no_list")
    yield from rows
