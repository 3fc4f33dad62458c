"""What `ebox keys` does, in its order, to parties and signing keys alike."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from application.progress import Silent
from bootstrap.errors import CannotStart
from bootstrap.migration import migrate
from bootstrap.requirements import Requirements
from bootstrap.safekeeping import changing_keys
from bootstrap.system import System
from domain.identifiers import Ssin
from eventstore.errors import WrongIdentifierKey
from eventstore.partytables import PARTY
from settings import Settings

AN = Ssin("81050103522")
LEA = Ssin("92321506985")


def key(number: int) -> str:
    """One of several keys."""
    return b64encode(bytes([number] * 32)).decode()


OLD = {"key_encryption_key": key(1), "identifier_key": key(2)}
NEW = {"key_encryption_key": key(3), "identifier_key": key(4)}
BOTH = NEW | {f"previous_{name}": value for name, value in OLD.items()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation under the old keys, with a party and a signing key."""
    system = System(Settings.model_validate({"data_dir": tmp_path / "data", "demo": False, **OLD}))
    list(migrate(system))
    system.key_store.parties.find_or_create(AN)
    system.signing_keys.active()
    system.key_store.close()
    return tmp_path / "data"


def with_keys(data: Path, keys: dict[str, str], **more: Any) -> Settings:
    """The installation's settings with these keys."""
    return Settings.model_validate({"data_dir": data, "demo": False, **keys, **more})


def test_both_keys_are_changed_step_by_step(data: Path) -> None:
    with changing_keys(with_keys(data, BOTH)) as keys:
        assert [(row.what, row.role, row.rows) for row in keys.status()] == [
            ("party keys", "previous", 1),
            ("signing keys", "previous", 1),
            ("numbers", "previous", 1),
        ]
        assert keys.rotate_key_encryption(Silent()) == 0
        assert keys.rotate_identifier(Silent()).left == 0
        with pytest.raises(CannotStart, match="EBOX_PREVIOUS_IDENTIFIER_KEY is still set"):
            keys.finish_identifier(Silent(), forget_erased=False)
    with changing_keys(with_keys(data, NEW)) as keys:
        assert {row.role for row in keys.status()} == {"current", "unknown"}
        assert keys.finish_identifier(Silent(), forget_erased=False) == 0
        assert {row.role for row in keys.status()} == {"current"}
    system = System(with_keys(data, NEW))
    Requirements(system).check_key_store()
    assert system.key_store.parties.find(AN) is not None
    system.key_store.close()


def test_nothing_is_finished_that_was_not_begun(data: Path) -> None:
    keys = {**NEW, "key_encryption_key": OLD["key_encryption_key"]}
    with (
        changing_keys(with_keys(data, keys)) as changing,
        pytest.raises(CannotStart, match="1 numbers have no hash under EBOX_IDENTIFIER_KEY"),
    ):
        changing.finish_identifier(Silent(), forget_erased=False)


def test_an_erased_partys_number_is_forgotten_only_where_the_operator_says_so(data: Path) -> None:
    """Until then a publication to it meets the erased party."""
    system = System(with_keys(data, OLD))
    erased = system.key_store.parties.find_or_create(LEA)
    with system.key_store.engine.begin() as connection:
        connection.execute(
            sa.update(PARTY).where(PARTY.c.party_id == erased.party_id).values(wrapped_key=None)
        )
    system.key_store.close()
    with changing_keys(with_keys(data, BOTH)) as keys:
        keys.rotate_key_encryption(Silent())
        assert keys.rotate_identifier(Silent()).erased == 1
    with changing_keys(with_keys(data, NEW)) as keys:
        with pytest.raises(CannotStart, match=r"1 numbers of erased parties .* say --forget-erased"):
            keys.finish_identifier(Silent(), forget_erased=False)
        assert {row.role for row in keys.status()} == {"current", "unknown"}  # nothing was removed
        assert keys.finish_identifier(Silent(), forget_erased=True) == 1
        assert {row.role for row in keys.status()} == {"current"}
        assert keys.finish_identifier(Silent(), forget_erased=False) == 0


def test_a_role_with_the_new_identifier_key_alone_does_not_start_too_early(data: Path) -> None:
    system = System(with_keys(data, {**NEW, "key_encryption_key": OLD["key_encryption_key"]}))
    with pytest.raises(WrongIdentifierKey):
        Requirements(system).check_key_store()
    system.key_store.close()


def test_the_previous_keys_may_come_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").write_text(key(1) + "\n")
    monkeypatch.setenv("EBOX_PREVIOUS_KEY_ENCRYPTION_KEY_FILE", str(tmp_path / "old"))
    found = Settings().previous_key_encryption_key
    assert found is not None
    assert found.get_secret_value() == key(1)
