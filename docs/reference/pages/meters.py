"""`meters.md`: every meter as a table row."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram

import telemetry.meters
from docs.reference.pages.tables import page, table


def meters() -> str:
    """The page."""
    return page(
        "# Meters",
        "",
        "What `/metrics` tells, besides what the Prometheus client tells of any Python process.",
        "[How to watch eBox](../howto/watch-it.md) has the dashboard and the alerts.",
        "",
        *table(("meter", "kind", "labels", "meaning"), _rows()),
    )


def _rows() -> Iterator[tuple[str, str, str, str]]:
    for meter in vars(telemetry.meters).values():
        for metric in meter.describe() if isinstance(meter, Counter | Gauge | Histogram) else ():
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            labels = ", ".join(f"`{label}`" for label in meter._labelnames)
            yield f"`{name}`", metric.type, labels, metric.documentation
