"""`openapi.json`: what the API says of itself, in a file that can be read and compared without running it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bootstrap.migration import migrate
from bootstrap.system import System
from settings import Settings


class Defaults(Settings):
    """The settings as they are where nobody set any: what is written does not hang on who writes it."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller says, and no environment."""
        return (init_settings,)


def description() -> str:
    """The document of an installation with default settings."""
    with tempfile.TemporaryDirectory() as folder:
        system = System(Defaults(data_dir=Path(folder)))
        try:
            list(migrate(system))
            document = system.app.openapi()
        finally:
            asyncio.run(system.aclose())
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
