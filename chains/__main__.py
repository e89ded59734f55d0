"""``python -m chains`` prints ``docs/networks.md``."""

import sys

from chains.handbook import handbook

sys.stdout.write(handbook())
