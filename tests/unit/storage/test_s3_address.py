"""The address of an S3 server, as configuration gives it."""

from __future__ import annotations

import pytest

from storage.s3 import S3ObjectStore


@pytest.mark.parametrize(
    "url",
    [
        "http://key:hidden@host:9000/bucket",
        "s3+http://host:9000/bucket",
        "s3+http://key@host:9000/bucket",
        "s3+http://key:hidden@host:9000",
        "s3+http://key:hidden@host:9000/bucket/folder",
        "s3+http://key:hidden@/bucket",
        "file:///somewhere",
        "",
    ],
)
def test_an_address_of_another_form_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="the object store's address must") as raised:
        S3ObjectStore.from_url(url)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["s3+http://key:s%2Fcret@host:9000/bucket", "s3+https://key:secret@host/bucket"]
)
def test_a_secret_with_special_characters_is_percent_encoded(url: str) -> None:
    S3ObjectStore.from_url(url).close()
