"""``python -m recovery.domain`` prints ``docs/causes.md``, with the word ``ledger`` ``docs/ledger.md``."""

import sys

from recovery.domain.cause_book import causes_page
from recovery.domain.ledger_book import ledger_page

sys.stdout.write(ledger_page() if sys.argv[1:] == ["ledger"] else causes_page())
