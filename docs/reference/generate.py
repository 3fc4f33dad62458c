"""Writes the reference pages that are made from the code: `python docs/reference/generate.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram
from pydantic_core import PydanticUndefined

import telemetry.meters
from settings import PREVIOUS_KEYS, SECRETS, Settings

HERE = Path(__file__).parent


def configuration() -> str:
    """Every setting as a table row."""
    lines = [
        "# Configuration",
        "",
        "Environment variables, or the same names in a file `.env` in the working directory. Those marked ●",
        "hold a secret: they have no default in production, and may be given as `…_FILE`, the path of a file",
        "with the value. In the embedded mode what is not set is made in `EBOX_DATA_DIR`.",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        mark = " ●" if name in (*SECRETS, *PREVIOUS_KEYS) else ""
        default = _default(field.get_default())
        lines.append(f"| `EBOX_{name.upper()}`{mark} | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    if value is None or value is PydanticUndefined:
        return ""
    return f"`{getattr(value, 'value', value)}`"


def meters() -> str:
    """Every meter as a table row."""
    lines = [
        "# Meters",
        "",
        "What `/metrics` tells, besides what the Prometheus client tells of any Python process.",
        "[How to watch eBox](../howto/watch-it.md) has the dashboard and the alerts.",
        "",
        "| meter | kind | labels | meaning |",
        "|---|---|---|---|",
    ]
    for meter in vars(telemetry.meters).values():
        for metric in meter.describe() if isinstance(meter, Counter | Gauge | Histogram) else ():
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            labels = ", ".join(f"`{label}`" for label in meter._labelnames)
            lines.append(f"| `{name}` | {metric.type} | {labels} | {metric.documentation} |")
    return "\n".join(lines) + "\n"


PAGES = {"configuration.md": configuration, "meters.md": meters}


def main() -> None:
    """Write every page anew."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
