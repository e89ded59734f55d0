"""The files a registry is read from: CSV, and for assets a token list. Each gives its rows once, as cells.

A row that cannot even be taken apart comes as the WrongCell that says why. What cannot be read as such a file at all
raises InvalidInput.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from typing import Protocol, TextIO

from chains import strict_json
from chains.catalogue import networks
from chains.errors import NodeMistaken
from recovery.domain.registries import Registry, WrongCell
from recovery.domain.token_lists import STATES, token_cells, tokens_of
from recovery.errors import InvalidInput

LONGEST_LINE = 32_768
"""Characters of one line; whatever is longer is no registry, and is not read to its end."""
LARGEST_TOKEN_LIST = 32 * 1024 * 1024
Cells = Mapping[str, str] | WrongCell


class RegistryFile(Protocol):
    """Something with rows. ``tells_all``: its empty cells mean none; otherwise they leave a known row as it is."""

    tells_all: bool

    def rows(self, registry: Registry) -> Iterator[tuple[int, Cells]]:
        """Every row with its number, from 1. Raises InvalidInput when there are none to be had."""

    def sha256(self) -> str:
        """Of what was read, in hex; final when the rows have been read."""


class CsvFile:
    """A CSV with a header row (opened with ``newline=""`` and ``utf-8-sig``), read line by line."""

    tells_all = True

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()

    def sha256(self) -> str:
        """Of the text read so far, less a byte order mark."""
        return self._sha256.hexdigest()

    def rows(self, registry: Registry) -> Iterator[tuple[int, Cells]]:
        """Every row under the header."""
        records = self._records()
        header = [name.strip() for name in next(records, [])]
        if sorted(header) != sorted(registry.header):
            raise InvalidInput("wrong_header", {"file": ["wrong_header"]}, expected=",".join(registry.header))
        for number, cells in enumerate(records, start=1):
            whole = len(cells) == len(header)
            yield number, dict(zip(header, cells, strict=True)) if whole else WrongCell("wrong_number_of_cells")

    def _records(self) -> Iterator[list[str]]:
        """Records of the file, blank lines left out."""
        reader = csv.reader(self._lines(), strict=True)
        try:
            for cells in reader:
                if any(len(cell) > LONGEST_LINE for cell in cells):
                    raise InvalidInput("not_csv", {"file": ["not_csv"]}, line=reader.line_num)
                if cells:
                    yield cells
        except UnicodeDecodeError:
            raise InvalidInput("not_utf8", {"file": ["not_utf8"]}, line=reader.line_num + 1) from None
        except csv.Error:
            raise InvalidInput("not_csv", {"file": ["not_csv"]}, line=reader.line_num) from None

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise InvalidInput("line_too_long", {"file": ["line_too_long"]}, limit=LONGEST_LINE)
            self._sha256.update(line.encode("utf-8", "surrogatepass"))
            yield line


class TokenListFile:
    """A token list. Of a token that is known it changes symbol, decimals and state, and leaves the rest."""

    tells_all = False

    def __init__(self, content: bytes, state: str = "listed") -> None:
        """Raises InvalidInput for a state there is not, for what is no strict JSON and for what is no token list."""
        if state not in STATES:
            raise InvalidInput("unknown_state", {"state": ["unknown_state"]})
        if len(content) > LARGEST_TOKEN_LIST:
            raise InvalidInput("file_too_large", {"file": ["file_too_large"]})
        self._content, self._state = content, state
        try:
            self._tokens = tokens_of(strict_json.parse(content.removeprefix(b"\xef\xbb\xbf")))
        except (NodeMistaken, WrongCell):
            raise InvalidInput("not_a_token_list", {"file": ["not_a_token_list"]}) from None

    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self._content).hexdigest()

    def rows(self, registry: Registry) -> Iterator[tuple[int, Cells]]:
        """Every token. Raises InvalidInput unless it is assets that are asked for."""
        if registry.kind != "assets":
            raise InvalidInput("only_assets_have_token_lists", {"file": ["only_assets_have_token_lists"]})
        slugs = {row.id: row.slug for row in networks().values()}
        for number, token in enumerate(self._tokens, start=1):
            try:
                yield number, token_cells(token, slugs, self._state)
            except WrongCell as wrong:
                yield number, wrong


def looks_like_json(content: bytes) -> bool:
    """Whether a file begins as a token list does; no CSV of a registry begins with a brace."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
