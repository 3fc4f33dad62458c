"""`ebox publish`, as a person types it, against a real eBox."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.installation import Installation
from tests.pdfs import make_pdf
from tests.servers.process import wait_until

AN, LEA, KIM = "81050103522", "19082416188", "92321506985"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


@pytest.fixture
def letter(documents: Path) -> Path:
    """A PDF."""
    path = documents / "letter.pdf"
    path.write_bytes(make_pdf())
    return path


def results(items: Path) -> list[dict[str, Any]]:
    """The results beside the items, as far as they are written."""
    path = items.with_suffix(".results.ndjson")
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def messages_of(ebox: Installation, person: str) -> int:
    """How many messages the person's mailbox has."""
    token = ebox.token("citizen", person)
    answer = httpx.get(
        f"{ebox.url}/messageRegistry/v3/ebox/messages?pageSize=1",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    return int(answer.raise_for_status().json()["totalItems"])


def write_items(documents: Path, number: str, count: int) -> Path:
    """A CSV of so many items, each with a document of its own."""
    lines = ["to,subject_nl,type,file1"]
    for place in range(count):
        (documents / f"{place}.pdf").write_bytes(make_pdf(size=2000 + place))
        lines.append(f"{number},Brief {place},PENSION_STATEMENT,{place}.pdf")
    items = documents.parent / "items.csv"
    items.write_text("\n".join(lines) + "\n")
    return items


def test_a_document_is_published_in_one_line(ebox: Installation, letter: Path) -> None:
    command = ("publish", str(letter), "--to", LEA, "--subject", "Brief", "--key", "command-1")
    first, again = ebox.run(*command), ebox.run(*command)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    ids = re.findall(r"messageId +([0-9a-f-]{36})", first.stdout + again.stdout)
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert "never logged in" in first.stdout
    assert "published before" in again.stdout


def test_a_refusal_ends_with_1_and_repeats_nothing(ebox: Installation, letter: Path) -> None:
    done = ebox.run("publish", str(letter), "--to", "81050103521", "--subject", "Geheim")
    assert done.returncode == 1
    assert "recipient.ssin (invalidIdentifier)" in done.stderr
    assert "81050103521" not in done.stdout + done.stderr
    assert "Geheim" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("x.pdf",),
        ("x.pdf", "--to", AN, "--subject", "Brief"),
        ("x.pdf", "--to", "123", "--subject", "Brief"),
        ("x.pdf", "--to", AN, "--subject", "Brief", "--results", "r"),
        ("--from", "items.csv", "--key", "k"),
        ("--from", "items.txt"),
        ("--from", "items.csv"),
    ],
)
def test_a_wrong_command_line_ends_with_2(ebox: Installation, arguments: tuple[str, ...]) -> None:
    assert ebox.run("publish", *arguments).returncode == 2


def test_outside_the_demo_it_asks_as_whom(ebox: Installation, letter: Path) -> None:
    done = ebox.run("publish", str(letter), "--to", AN, "--subject", "Brief", "--url", "https://ebox.example")
    assert done.returncode == 1
    assert "--client-id" in done.stderr


def test_many_are_published_and_each_has_its_line(ebox: Installation, documents: Path) -> None:
    items = write_items(documents, AN, 12)
    items.write_text(items.read_text() + "81050103521,Brief,PENSION_STATEMENT,12.pdf\n")
    (documents / "12.pdf").write_bytes(make_pdf(size=3000))
    (documents / "0.pdf").write_bytes(b"no PDF")
    done = ebox.run("publish", "--from", str(items), "--files", str(documents))
    assert done.returncode == 1
    assert "11 published, 2 not" in done.stdout
    lines = results(items)
    assert sorted(line["item"] for line in lines) == list(range(1, 14))
    assert Counter(line["status"] for line in lines)[201] == 11
    assert done.stderr == ""

    (documents / "0.pdf").write_bytes(make_pdf(size=2000))
    items.write_text(items.read_text().replace("81050103521", AN))
    repaired = ebox.run("publish", "--from", str(items), "--files", str(documents))
    assert repaired.returncode == 0, repaired.stdout
    assert "2 published" in repaired.stdout
    assert "11 skipped" in repaired.stdout


def test_nothing_is_published_where_an_item_is_wrong(ebox: Installation, documents: Path) -> None:
    items = write_items(documents, AN, 2)
    items.write_text(items.read_text() + f"{AN},Brief,PENSION_STATEMENT,../items.csv\n")
    done = ebox.run("publish", "--from", str(items), "--files", str(documents))
    assert done.returncode == 2
    assert "item 3: names a file outside the folder" in done.stderr
    assert results(items) == []


def test_a_run_that_is_killed_goes_on_and_publishes_everything_once(
    ebox: Installation, documents: Path
) -> None:
    before, count = messages_of(ebox, "kim"), 60
    items = write_items(documents, KIM, count)
    command = [str(Path(sys.executable).with_name("ebox")), "publish", "--from", str(items)]
    environment = {"PATH": "/usr/bin:/bin", "EBOX_PORT": str(ebox.port), "EBOX_DATA_DIR": str(ebox.data)}
    with subprocess.Popen(
        [*command, "--files", str(documents), "--concurrency", "3"],
        env=environment,
        cwd=documents,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(lambda: len(results(items)) >= 5, 30.0, lambda: "nothing was published")
        process.send_signal(signal.SIGKILL)
    assert len(results(items)) < count
    with items.with_suffix(".results.ndjson").open("a") as file:
        file.write('{"item": 59, "idempot')

    done = ebox.run("publish", "--from", str(items), "--files", str(documents))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = results(items)
    assert sorted(line["item"] for line in lines) == list(range(1, count + 1))
    assert len({line["messageId"] for line in lines}) == count
    wait_until(lambda: messages_of(ebox, "kim") >= before + count, 20.0, lambda: "not all are listed")
    assert messages_of(ebox, "kim") == before + count
