"""Every setting there is. The only file that reads the environment.

`EBOX_*` variables or a `.env` file. A connection string or key that holds a secret may instead be given as
`…_FILE`, the path of a file with the value. Outside the embedded mode no secret has a default.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from secret_files import ValuesInFiles
from trusted_issuers import TrustedIssuer


class Environment(StrEnum):
    """Where it runs."""

    EMBEDDED = "embedded"
    PRODUCTION = "production"


SECRETS: Final = (
    "event_store_url",
    "read_model_url",
    "key_store_url",
    "outbox_url",
    "object_store_url",
    "smtp_url",
    "key_encryption_key",
    "identifier_key",
)
"""What production must be given, and what may come from a file."""

PREVIOUS_KEYS: Final = ("previous_key_encryption_key", "previous_identifier_key")
"""Secrets that are set only while a key is being changed; they too may come from a file."""

OPTIONAL_SECRETS: Final = ("party_register_token", "audit_url", "audit_key")
"""Secrets that only some installations or roles have; they too may come from a file."""

_IN_FILES: Final = (*SECRETS, *PREVIOUS_KEYS, *OPTIONAL_SECRETS)


def _secret(description: str) -> Any:
    return Field(default=None, description=description)


class Settings(BaseSettings):
    """The settings of one process, checked."""

    model_config = SettingsConfigDict(
        env_prefix="EBOX_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    environment: Environment = Field(
        default=Environment.EMBEDDED,
        description="`embedded`: SQLite, files, demo people, a mail catcher. `production`: none of these.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65534, description="Port of the HTTP server.")
    public_url: str | None = Field(
        default=None,
        description="How the outside reaches this server. Embedded: `http://127.0.0.1:<EBOX_PORT>`.",
    )
    data_dir: Path = Field(default=Path("var"), description="Where the embedded parts keep their files.")
    event_store_url: SecretStr | None = _secret("PostgreSQL or SQLite URL of the event store.")
    read_model_url: SecretStr | None = _secret("PostgreSQL or SQLite URL of the read models.")
    key_store_url: SecretStr | None = _secret("PostgreSQL or SQLite URL of parties and keys.")
    outbox_url: SecretStr | None = _secret("PostgreSQL or SQLite URL of the notifier's outbox.")
    object_store_url: SecretStr | None = _secret(
        "Where documents lie: `file:///path` or `s3+http(s)://key:secret@host:port/bucket`."
    )
    smtp_url: SecretStr | None = _secret("The relay for notifications: `smtp://[user:password@]host:port`.")
    key_encryption_key: SecretStr | None = _secret("Wraps every party's key: 32 bytes in base64.")
    identifier_key: SecretStr | None = _secret("Hashes national and enterprise numbers: 32 bytes in base64.")
    previous_key_encryption_key: SecretStr | None = _secret(
        "While EBOX_KEY_ENCRYPTION_KEY is being changed: the other one that may still be met."
    )
    previous_identifier_key: SecretStr | None = _secret(
        "While EBOX_IDENTIFIER_KEY is being changed: the one of before."
    )
    audit_url: SecretStr | None = _secret(
        "PostgreSQL or SQLite URL of the audit log's rows. Left out: the event store's own database."
    )
    audit_key: SecretStr | None = _secret(
        "Signer keys of the audit log, one a line, the current one first; `ebox audit keys new` makes one. "
        "Only `ebox audit-log` needs them."
    )
    audit_log_dir: Path | None = Field(
        default=None,
        description="Directory of the published audit log. Left out: in the object store under `audit-log/`; "
        "embedded: `audit-log` in EBOX_DATA_DIR.",
    )
    audit_policy_file: Path | None = Field(
        default=None,
        description="Witnesses of the audit log and their quorum, as a C2SP `tlog-policy`; for "
        "`ebox audit-log`. Without it nobody cosigns.",
    )
    timestamp_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="A timestamp authority (RFC 3161), which `ebox audit-log` then asks once a day.",
    )
    partners_file: Path | None = Field(
        default=None, description="YAML of partners, applications, message types, sites and auditors."
    )
    trusted_issuers: list[TrustedIssuer] = Field(
        default_factory=list, description="Further issuers of partners' tokens: a JSON list of objects."
    )
    bounce_address: str | None = Field(
        default=None,
        description="Where mail that cannot be delivered comes back to, at most 14 characters before the @. "
        "Each mail gets an address of its own, `local+….…@domain`. Without it nothing comes back.",
    )
    bounce_listen: str | None = Field(
        default=None,
        pattern=r"^(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}$",
        description="`host:port` at which `ebox notify` takes such mail in from your mail server, by SMTP. "
        "Wants EBOX_BOUNCE_ADDRESS.",
    )
    summary_hour: int = Field(
        default=8, ge=0, le=23, description="When daily summaries are mailed, by each owner's clock."
    )
    provider_id: str = Field(
        default="ebox", pattern=r"^[\w.-]{1,100}$", description="Our id in the Federation."
    )
    provider_name: str = Field(default="eBox", description="Our name in the Federation.")
    technical_contact: str = Field(
        default="integration@ebox.example", description="Where the Federation asks technical questions."
    )
    mail_from: str = Field(default="eBox <no-reply@ebox.example>", description="Sender of notifications.")
    demo: bool = Field(default=True, description="Embedded mode: make demo people and demo data.")
    client_id: str | None = Field(
        default=None, description="Your registered client, for `ebox publish`. The demo has its own."
    )
    client_key_file: Path | None = Field(
        default=None, description="That client's private key: a file with a JWK on the curve P-256."
    )
    backup_days: int | None = Field(
        default=None,
        ge=1,
        description="How many days backups of the key store are kept: an erasure says when the last one that "
        "can still undo it is gone. Left out, it says that nobody knows.",
    )
    max_file_bytes: int = Field(default=25 * 1024 * 1024, ge=1, description="Largest file, in bytes.")
    max_message_bytes: int = Field(default=30 * 1024 * 1024, ge=1, description="Largest message, in bytes.")
    inspection_workers: int = Field(default=2, ge=1, le=64, description="Processes that inspect uploads.")
    clamd_url: str | None = Field(
        default=None,
        description=(
            "Scanner for malware: `tcp://host:port` or `unix:///path` of ClamAV's `clamd`. "
            "Without it nothing is scanned."
        ),
    )
    party_register_url: str = Field(
        default="accept-all:",
        description=(
            "The register that recipients are looked up in: `csv:///path/extract.csv`, "
            "`https://host/path`, or `accept-all:` for every valid number."
        ),
    )
    party_register_token: SecretStr | None = _secret("Bearer token for a party register over HTTP.")
    party_register_certificate: Path | None = Field(
        default=None,
        description="PEM file with our private key and certificate, for a party register by mutual TLS.",
    )
    smtp_connections: int = Field(default=4, ge=1, le=64, description="SMTP connections kept open.")
    webhook_loopback: bool = Field(
        default=False,
        description="Embedded mode: webhooks may go to this machine too, and there over http. For trials.",
    )
    webhook_ca_file: Path | None = Field(
        default=None,
        description="PEM file of further authorities that certificates of webhooks' receivers may be from.",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of `/metrics` for the roles without an HTTP server. Off when it is not set.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address that `EBOX_METRICS_PORT` is on.")
    otlp_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^@\s?#]+$",
        description="Where traces go: a collector's OTLP/HTTP address, such as `http://127.0.0.1:4318`.",
    )
    trace_ratio: float = Field(
        default=0.01, ge=0.0, le=1.0, description="How many of all traces are recorded, 0 to 1."
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe level logged."
    )

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "http://localhost")
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
        ):
            raise ValueError("a URL of scheme, host and port alone, such as https://ebox.example.org")
        return url

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment is Environment.PRODUCTION:
            missing = [name for name in (*SECRETS, "public_url") if getattr(self, name) is None]
            if missing:
                names = ", ".join(f"EBOX_{name.upper()}" for name in missing)
                raise ValueError(f"production has no defaults for these; set {names} (or …_FILE)")
            if not self.url.startswith("https://"):
                raise ValueError("in production EBOX_PUBLIC_URL begins with https://")
            if self.webhook_loopback:
                raise ValueError("production sends nothing to itself; take EBOX_WEBHOOK_LOOPBACK away")
            if self.key_encryption_key == self.identifier_key:
                raise ValueError("EBOX_KEY_ENCRYPTION_KEY and EBOX_IDENTIFIER_KEY are two keys, not one")
            urls = [name for name in (*SECRETS, "audit_url") if getattr(self, name) is not None]
            embedded = [name for name in urls if _is_embedded_part(getattr(self, name))]
            if embedded:
                names = ", ".join(f"EBOX_{name.upper()}" for name in embedded)
                raise ValueError(f"production keeps nothing in SQLite or in files; give servers in {names}")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, strongest first."""
        files = ValuesInFiles(settings_cls, _IN_FILES, env_settings, dotenv_settings)
        return init_settings, env_settings, dotenv_settings, files

    @property
    def is_embedded(self) -> bool:
        """Whether demo logins, the mail catcher and generated keys are allowed."""
        return self.environment is Environment.EMBEDDED

    @property
    def url(self) -> str:
        """The public URL, without a slash at its end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")


def files_with_secrets() -> list[Path]:
    """`.env`, and the files that `EBOX_…_FILE` names, as far as they are there."""
    given: dict[str, str | None] = {}
    for source in (DotEnvSettingsSource(Settings), EnvSettingsSource(Settings)):
        given.update(source.env_vars)
    named = [given.get(f"ebox_{name}_file") for name in _IN_FILES]
    files = [Path(str(Settings.model_config.get("env_file"))), *(Path(path) for path in named if path)]
    return [file for file in files if file.is_file()]


def _is_embedded_part(url: SecretStr) -> bool:
    return url.get_secret_value().startswith(("sqlite:", "file:"))
