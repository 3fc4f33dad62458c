"""How every process logs: one JSON object a line on standard error, without personal data.

What libraries log goes the same way, from WARNING on, and without the exceptions they attach: the texts of
those quote what they were about.
"""

from __future__ import annotations

import logging
import sys

import structlog

from telemetry.correlation import add_ids

_SHARED: list[structlog.typing.Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_ids,
    structlog.processors.EventRenamer("message"),
]


def configure_logging(level: str, role: str = "command") -> None:
    """Once per process, before anything logs. `role` stands in every line: a role's, or that of a command."""

    def add_role(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event["role"] = role
        return event

    structlog.configure(
        processors=[*_SHARED, add_role, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _without_exception, *_SHARED, add_role],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # It tells of each try, with address and object key; what comes of them is ours to tell.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    # It waits in the background and tries again; the collector's absence is no trouble of ours.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)


def _without_exception(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    attached = event.pop("exc_info", None)
    if isinstance(attached, tuple) and attached[0] is not None:
        event["error"] = f"{attached[0].__module__}.{attached[0].__qualname__}"
    if event.get("logger") == "asyncio":
        # It puts a lost task's repr, with its exception, behind the first line.
        event["event"] = str(event["event"]).partition("\n")[0]
    return event
