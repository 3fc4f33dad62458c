"""Requests for timestamps, and whether an answer is one: `rfc3161-client` reads and checks the ASN.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256, sha384, sha512
from typing import Final

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

LARGEST_ANSWER: Final = 64 * 1024

_HASHES: Final = {
    "2.16.840.1.101.3.4.2.1": sha256,
    "2.16.840.1.101.3.4.2.2": sha384,
    "2.16.840.1.101.3.4.2.3": sha512,
}


class TimestampInvalid(ValueError):
    """Not a timestamp of these bytes by this authority; says why."""


@dataclass(frozen=True, slots=True)
class TimestampRequest:
    """What to send, as `application/timestamp-query`, and what its answer has to repeat."""

    body: bytes
    nonce: int | None
    message: bytes


def request_for(message: bytes) -> TimestampRequest:
    """A request with a nonce, for an answer with the authority's certificates."""
    builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA512)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    return TimestampRequest(request.as_bytes(), request.nonce, message)


def time_in(answer: bytes, request: TimestampRequest) -> datetime:
    """When the answer says it was made, if it answers this request. Its signature is not checked.

    Raises TimestampInvalid.
    """
    response = _granted(answer)
    if response.tst_info.nonce != request.nonce:
        raise TimestampInvalid("it answers another request")
    _require_imprint(response, request.message)
    return _moment(response)


def told_time(answer: bytes) -> datetime:
    """When a kept answer says that it was made. Nothing of it is checked. Raises TimestampInvalid."""
    return _moment(_granted(answer))


def check_timestamp(answer: bytes, message: bytes, authorities: Sequence[Certificate]) -> datetime:
    """When an authority stamped these bytes, by a signature that leads to one of these certificates.

    They have to have been valid at that time, not today. Raises TimestampInvalid.
    """
    response = _granted(answer)
    _require_imprint(response, message)
    builder = VerifierBuilder()
    for certificate in dict.fromkeys(authorities):
        builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify_message(response, message)
    except (VerificationError, ValueError):
        raise TimestampInvalid("no authority that is trusted here signed it") from None
    return _moment(response)


def authorities_in(pem: bytes) -> list[Certificate]:
    """The certificates of a PEM file: the root that an authority leads to, and what is between.

    Raises ValueError.
    """
    return load_pem_x509_certificates(pem)


def _granted(answer: bytes) -> TimeStampResponse:
    try:
        if len(answer) > LARGEST_ANSWER:
            raise TimestampInvalid(f"it is larger than {LARGEST_ANSWER} bytes")
        response = decode_timestamp_response(answer)
        status = response.status
    except ValueError:
        raise TimestampInvalid("it is no timestamp") from None
    if status != PKIStatus.GRANTED:
        raise TimestampInvalid("the authority refused it")
    return response


def _require_imprint(response: TimeStampResponse, message: bytes) -> None:
    imprint = response.tst_info.message_imprint
    digest = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if digest is None or digest(message).digest() != imprint.message:
        raise TimestampInvalid("it is of something else")


def _moment(response: TimeStampResponse) -> datetime:
    return response.tst_info.gen_time.astimezone(UTC)
