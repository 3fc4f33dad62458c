"""Settings that may lie in a file of their own: `EBOX_…_FILE` is its path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsError


class ValuesInFiles(PydanticBaseSettingsSource):
    """The settings of these `names` whose value is what a file holds. `sources` may tell the file's path."""

    def __init__(
        self,
        settings_cls: type[BaseSettings],
        names: Sequence[str],
        *sources: PydanticBaseSettingsSource,
    ) -> None:
        super().__init__(settings_cls)
        self._names = names
        self._given: dict[str, str | None] = {}
        for source in reversed(sources):
            if isinstance(source, EnvSettingsSource):
                self._given.update(source.env_vars)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file that `EBOX_<NAME>_FILE` names, without the newline at its end."""
        path = self._given.get(f"ebox_{field_name}_file")
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text().strip(), field_name, False
        except OSError as error:
            raise SettingsError(f"EBOX_{field_name.upper()}_FILE cannot be read: {error.strerror}") from error

    def __call__(self) -> dict[str, Any]:
        """All values that come from files."""
        found = {
            name: self.get_field_value(self.settings_cls.model_fields[name], name)[0] for name in self._names
        }
        return {name: value for name, value in found.items() if value is not None}
