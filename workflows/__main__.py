"""``python -m workflows`` prints ``workflows/README.md``: every diagram and table in it comes from the tables."""

import sys

from workflows.readme import readme

sys.stdout.write(readme())
