"""The ports that we listen on: free, or ours already."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Final

import httpx

from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient

_SECONDS: Final = 2.0
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to look at, not to listen on

IsOurs = Callable[[str, int], bool]


def http(system: Patient) -> Iterator[Finding]:
    """`ebox api`, on this machine."""
    yield look_at("HTTP port", system.settings.host, system.settings.port, "EBOX_PORT", _is_api)


def metrics(system: Patient) -> Iterator[Finding]:
    """The roles without an HTTP server."""
    port = system.settings.metrics_port
    if port is None:
        yield fine("metrics port", "none: only `ebox api` tells its meters")
    else:
        host = system.settings.metrics_host
        yield look_at("metrics port", host, port, "EBOX_METRICS_PORT", _tells_meters)


def catcher(system: Patient) -> Iterator[Finding]:
    """The mail catcher of the embedded mode."""
    yield look_at("mail catcher", "127.0.0.1", system.settings.port + 1, "EBOX_PORT", _greets)


def bounces(system: Patient) -> Iterator[Finding]:
    """Where mail that cannot be delivered comes back to."""
    part = "bounces"
    address, listen = system.settings.bounce_address, system.settings.bounce_listen
    if address is None:
        if system.catches_mail:
            yield fine(part, "none: mails go to the page of the embedded mode")
        else:
            yield warning(
                part,
                "nothing comes back: an address that does not exist stays in use",
                "set EBOX_BOUNCE_ADDRESS and EBOX_BOUNCE_LISTEN, and let your mail server bring them there",
            )
    elif listen is None:
        yield warning(
            part,
            "they have an address, and nobody takes them in",
            "set EBOX_BOUNCE_LISTEN, and let your mail server bring them there",
        )
    else:
        host, _, port = listen.rpartition(":")
        yield look_at(part, host.strip("[]"), int(port), "EBOX_BOUNCE_LISTEN", _greets_as_ebox)


def look_at(part: str, host: str, port: int, setting: str, is_ours: IsOurs) -> Finding:
    """Whether one of us listens there, nobody does, or somebody else."""
    near = _ANYWHERE.get(host, host)
    try:
        socket.create_connection((near, port), timeout=_SECONDS).close()
    except OSError:
        return _free(part, host, port, setting)
    if is_ours(near, port):
        return fine(part, "eBox listens there")
    return wrong(
        part, f"something else listens at port {port}", f"stop it, or choose another one in {setting}"
    )


def _free(part: str, host: str, port: int, setting: str) -> Finding:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return wrong(part, f"port {port} of {host} cannot be had", f"choose another one in {setting}")
    return fine(part, "it is free; nothing of eBox listens there now")


def _is_api(host: str, port: int) -> bool:
    return '"UP"' in _get(host, port, "/health/live")


def _tells_meters(host: str, port: int) -> bool:
    return "ebox_" in _get(host, port, "/metrics")


def _get(host: str, port: int, path: str) -> str:
    name = f"[{host}]" if ":" in host else host
    try:
        return httpx.get(f"http://{name}:{port}{path}", timeout=_SECONDS).text
    except httpx.HTTPError:
        return ""


def _greets(host: str, port: int) -> bool:
    return _greeting(host, port).startswith(b"220")


def _greets_as_ebox(host: str, port: int) -> bool:
    return _greeting(host, port).strip().endswith(b" eBox")


def _greeting(host: str, port: int) -> bytes:
    try:
        with socket.create_connection((host, port), timeout=_SECONDS) as connection:
            return connection.recv(512)
    except OSError:
        return b""
