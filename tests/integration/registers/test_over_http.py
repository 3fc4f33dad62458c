"""A register over HTTP: what it is asked, what is believed of its answers, and what happens without one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from threading import Event

import pytest
from structlog.testing import capture_logs

from domain.errors import Unavailable
from domain.identifiers import EnterpriseNumber, Ssin
from domain.register import Ceased, Deceased, Exists, ReplacedBy, Unknown
from registers.over_http import HttpLimits, HttpRegister, client
from tests.integration.registers.service import Service, a_service

AN, LEA, NEW = Ssin("92321506985"), Ssin("81050103522"), Ssin("92521506931")
BAKER = EnterpriseNumber("0316380841")
IMPATIENT = HttpLimits(try_seconds=0.2, seconds=0.5, pause_seconds=0.01)


@pytest.fixture
def service() -> Iterator[Service]:
    with a_service() as service:
        yield service


@pytest.fixture
async def register(service: Service) -> AsyncIterator[HttpRegister]:
    limits = HttpLimits(pause_seconds=0.01)
    register = HttpRegister(service.url, client("a-token", None, limits), limits)
    yield register
    await register.aclose()


async def test_every_finding_is_told_apart(service: Service, register: HttpRegister) -> None:
    service.says = {
        AN.number: {"state": "replaced", "replacedBy": NEW.number},
        NEW.number: {"state": "exists"},
        LEA.number: {"state": "deceased", "date": "2025-06-30"},
        BAKER.number: {"state": "ceased"},
    }
    other = Ssin("19082416188")
    assert await register.check_all([AN, NEW, LEA, BAKER, other, AN]) == {
        AN: ReplacedBy(NEW.number),
        NEW: Exists(),
        LEA: Deceased(date(2025, 6, 30)),
        BAKER: Ceased(None),
        other: Unknown(),
    }
    assert len(service.asked) == 1


async def test_numbers_travel_in_the_body_with_the_token(service: Service, register: HttpRegister) -> None:
    await register.check(AN)
    assert service.asked == [[AN.number]]
    assert service.lines == ["POST /check HTTP/1.1"]
    assert service.tokens == ["Bearer a-token"]


async def test_an_existing_number_alone_is_remembered(service: Service, register: HttpRegister) -> None:
    service.says = {AN.number: {"state": "exists"}}
    for _ in range(2):
        await register.check_all([AN, LEA])
    assert service.asked == [[AN.number, LEA.number], [LEA.number]]


async def test_many_numbers_go_in_thousands(service: Service, register: HttpRegister) -> None:
    numbers = [EnterpriseNumber(f"{n}{97 - n % 97:02d}") for n in range(10_000_000, 10_002_500)]
    found = await register.check_all(numbers)
    assert len(found) == 2_500
    assert sorted(len(asked) for asked in service.asked) == [500, 1_000, 1_000]


async def test_it_is_asked_again_where_that_may_help(service: Service, register: HttpRegister) -> None:
    service.says = {AN.number: {"state": "exists"}}
    service.statuses.extend([503, 429])
    assert await register.check(AN) == Exists()
    assert len(service.asked) == 3


@pytest.mark.parametrize(("status", "tries"), [(503, 3), (401, 1), (307, 1), (500, 1)])
async def test_a_refusal_is_no_answer(
    service: Service, register: HttpRegister, status: int, tries: int
) -> None:
    service.statuses.extend([status] * 5)
    with capture_logs() as logs, pytest.raises(Unavailable):
        await register.check(AN)
    assert len(service.asked) == tries
    assert [one["status"] for one in logs] == [status]
    assert AN.number not in str(logs)


@pytest.mark.parametrize(
    "answer",
    [
        b"yes",
        b"{}",
        b'{"findings": []}',
        b'{"findings": [{"state": "alive"}]}',
        b'{"findings": [{"state": "replaced"}]}',
        b'{"findings": [{"state": "replaced", "replacedBy": "92321506985"}]}',
        b'{"findings": [{"state": "deceased", "date": "yesterday"}]}',
        b'{"findings": [{"state": "exists"}], "more": "' + b"x" * 1_100_000 + b'"}',
    ],
)
async def test_what_was_not_agreed_upon_is_no_answer(
    service: Service, register: HttpRegister, answer: bytes
) -> None:
    service.answer = answer
    with pytest.raises(Unavailable):
        await register.check(AN)


async def test_one_failing_part_of_many_fails_them_all(service: Service, register: HttpRegister) -> None:
    numbers = [EnterpriseNumber(f"{n}{97 - n % 97:02d}") for n in range(10_000_000, 10_001_500)]
    service.statuses.append(500)
    with pytest.raises(Unavailable):
        await register.check_all(numbers)


async def test_silence_has_an_end(service: Service) -> None:
    service.silence = Event()
    register = HttpRegister(service.url, client(None, None, IMPATIENT), IMPATIENT)
    with pytest.raises(Unavailable):
        await register.check(AN)
    assert len(service.asked) <= IMPATIENT.tries
    assert service.tokens[0] is None
    await register.aclose()


async def test_nobody_there_is_told_at_once() -> None:
    with a_service() as gone:
        url = gone.url
    register = HttpRegister(url, client(None, None, IMPATIENT), IMPATIENT)
    for asking in (register.check(AN), register.answers()):
        with pytest.raises(Unavailable):
            await asking
    await register.aclose()


async def test_whether_it_answers_is_asked_about_nobody(service: Service, register: HttpRegister) -> None:
    await register.answers()
    assert service.asked == [[]]
