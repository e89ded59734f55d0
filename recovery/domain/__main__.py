"""``python -m recovery.domain`` prints ``docs/causes.md``."""

import sys

from recovery.domain.cause_book import causes_page

sys.stdout.write(causes_page())
