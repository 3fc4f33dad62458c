"""All of them."""

from tests.tampering.entries import ENTRIES
from tests.tampering.files import FILES
from tests.tampering.history import HISTORY
from tests.tampering.rows import ROWS

TAMPERINGS = [*ROWS, *ENTRIES, *FILES, *HISTORY]
