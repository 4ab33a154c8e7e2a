"""The claims ledger: what the sources say, what the chapters measured, and the verdicts that follow from the numbers.

`claims` reads `book/claims.yml`, `verdicts` holds the rule, `reports` carries numbers from a chapter through its
executed notebook into records, `tables` shows the records. Importing it loads neither torch, xarray nor IPython.
"""

from nbkit.ledger.claims import CLAIMS, Claim, Part, Region, fingerprint, load
from nbkit.ledger.reports import Chapter, check, collect, stored
from nbkit.ledger.tables import counts, table_markdown
from nbkit.ledger.verdicts import VERDICTS, combine, verdict

__all__ = [
    "CLAIMS",
    "VERDICTS",
    "Chapter",
    "Claim",
    "Part",
    "Region",
    "check",
    "collect",
    "combine",
    "counts",
    "fingerprint",
    "load",
    "stored",
    "table_markdown",
    "verdict",
]
