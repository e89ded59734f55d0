"""What is said of the files of a plan."""

from __future__ import annotations

from recovery.domain.marking import mark

FILE_FORMATS: dict[str, str] = {
    "safe": mark("Batch for the Safe transaction builder"),
    "psbt": mark("Partially signed Bitcoin transaction"),
    "raw": mark("Unsigned transaction, with what is signed of it"),
    "fireblocks": mark("Request to create a transaction at Fireblocks"),
}

DETAILS: dict[str, str] = {
    "file_differs": mark(
        "A file would not say exactly what was approved. Nothing was handed out; please call support."
    ),
}
"""Detail code of an error → one sentence."""
