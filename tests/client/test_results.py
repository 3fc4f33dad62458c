"""The results file: what a run that was ended in the middle leaves, and what the next one makes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from ebox_client import Problem, Published

from bootstrap.errors import CannotStart
from commands.publishing.results import Results


def published() -> Published:
    return Published(uuid4(), datetime(2036, 12, 31, tzinfo=UTC), "NO_DIGITAL_USER")


def test_what_was_published_is_remembered_and_what_was_refused_is_not(tmp_path: Path) -> None:
    path = tmp_path / "results.ndjson"
    with Results(path) as results:
        results.write(3, "three", published())
        results.write(1, "one", Problem.of({"title": "Bad Request"}, 400))
    with Results(path) as results:
        assert results.is_published(3, "three")
        assert not results.is_published(1, "one")
        assert not results.is_published(2, "two")
        assert not results.is_published(99, "three")
    first, second = map(json.loads, path.read_text().splitlines())
    assert (first["item"], first["status"], first["code"]) == (3, 201, "NO_DIGITAL_USER")
    assert (second["item"], second["status"], second["problem"]) == (1, 400, {"title": "Bad Request"})


def test_an_item_that_has_changed_is_another_one(tmp_path: Path) -> None:
    with Results(tmp_path / "r") as results:
        results.write(1, "one", published())
    with Results(tmp_path / "r") as results:
        assert not results.is_published(1, "one, changed")


def test_an_unfinished_last_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "r"
    with Results(path) as results:
        results.write(1, "one", published())
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"item": 2, "idempotencyKey": "two", "stat')
    with Results(path) as results:
        assert results.is_published(1, "one")
        results.write(2, "two", published())
    assert path.read_bytes().startswith(whole + b'{"item": 2, "idempotencyKey": "two", "status": 201')
    assert path.read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("content", [b"to,subject_nl\n", b"a draft without an end", b'["item"]\n', b"{}\n"])
def test_another_file_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r"
    path.write_bytes(content)
    with pytest.raises(CannotStart), Results(path):
        pass
    assert path.read_bytes() == content


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    with Results(tmp_path / "r"), pytest.raises(CannotStart, match="another run"), Results(tmp_path / "r"):
        pass


def test_results_are_for_their_user_alone(tmp_path: Path) -> None:
    with Results(tmp_path / "r"):
        assert (tmp_path / "r").stat().st_mode & 0o077 == 0
