"""`configuration.md`: every setting as a table row."""

from __future__ import annotations

from pydantic_core import PydanticUndefined

from docs.reference.pages.tables import page, table
from settings import OPTIONAL_SECRETS, PREVIOUS_KEYS, SECRETS, Settings


def configuration() -> str:
    """The page."""
    rows = []
    for name, field in Settings.model_fields.items():
        mark = " ●" if name in (*SECRETS, *PREVIOUS_KEYS, *OPTIONAL_SECRETS) else ""
        rows.append((f"`EBOX_{name.upper()}`{mark}", _default(field.get_default()), field.description or ""))
    return page(
        "# Configuration",
        "",
        "Environment variables, or the same names in a file `.env` in the working directory. Those marked ●",
        "hold a secret: they have no default in production, and may be given as `…_FILE`, the path of a file",
        "with the value. In the embedded mode what is not set is made in `EBOX_DATA_DIR`.",
        "",
        *table(("setting", "default", "meaning"), rows),
    )


def _default(value: object) -> str:
    if value is None or value is PydanticUndefined or value == []:
        return ""
    return f"`{getattr(value, 'value', value)}`"
