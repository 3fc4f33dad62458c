"""The register that recipients are looked up in, as the settings say."""

from __future__ import annotations

from typing import TypeAlias

from bootstrap.errors import CannotStart
from registers.accept_all import AcceptAll
from registers.address import RegisterAddress
from registers.extract import ExtractRegister
from registers.extract_file import ExtractRefused
from registers.over_http import HttpRegister, client
from settings import Settings

AnyRegister: TypeAlias = AcceptAll | ExtractRegister | HttpRegister


def party_register(settings: Settings) -> AnyRegister:
    """One of the adapters; reads an extract, which may take some seconds. Raises `CannotStart`."""
    try:
        address = RegisterAddress.from_url(settings.party_register_url)
        if address.extract is not None:
            return ExtractRegister(address.extract)
    except (ValueError, ExtractRefused) as error:
        raise CannotStart(f"EBOX_PARTY_REGISTER_URL: {error}") from error
    if address.service is None:
        return AcceptAll()
    token = settings.party_register_token
    try:
        http = client(token.get_secret_value() if token else None, settings.party_register_certificate)
    except OSError as error:
        wanted = "a PEM file with a private key and its certificate"
        raise CannotStart(f"EBOX_PARTY_REGISTER_CERTIFICATE is not {wanted}") from error
    return HttpRegister(address.service, http)
