"""How a process lets itself be watched: its log, its traces, and a port for its meters."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from prometheus_client import start_http_server

from bootstrap.errors import CannotStart
from bootstrap.logs import configure_logging
from settings import Settings


@contextmanager
def observed(settings: Settings, role: str, *, serves_http: bool = False) -> Iterator[None]:
    """From the beginning of a process to its end. With `serves_http` `/metrics` is one of its routes; else
    it is on a port of its own, where one is set.
    """
    with ExitStack() as exits:
        exits.callback(begin_to_tell(settings, role))
        if settings.metrics_port is not None and not serves_http:
            exits.callback(_serve_meters(settings.metrics_host, settings.metrics_port))
        yield


def begin_to_tell(settings: Settings, role: str) -> Callable[[], None]:
    """Log, and trace where there is a collector. Returns how to send what is left at the end."""
    configure_logging(settings.log_level, role)
    if settings.otlp_url is None:
        return lambda: None
    from telemetry import exporting  # noqa: PLC0415 - the SDK is large, and few use it

    return exporting.begin(settings.otlp_url, role, settings.trace_ratio)


@contextmanager
def shared_meters() -> Iterator[str]:
    """A folder in which several processes keep their meters, gone at the end."""
    folder = tempfile.mkdtemp(prefix="ebox-meters-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve_meters(host: str, port: int) -> Callable[[], None]:
    try:
        server, _ = start_http_server(port, host)
    except OSError as error:
        where = f"port {port} of {host}"
        raise CannotStart(f"{where} cannot be had; EBOX_METRICS_PORT chooses another one") from error

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop
