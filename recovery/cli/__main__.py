"""``python -m recovery.cli``: the same as the ``recovery`` command."""

from __future__ import annotations

import sys

from recovery.cli import main

if __name__ == "__main__":
    sys.exit(main())
