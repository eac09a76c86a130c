"""The only reader of the environment. Everything else gets one frozen `Settings`.

Every field can be set by an environment variable of the same name in capitals, or by a line in the file
`.env` beside `wsgi.py`; two have other names, since shells and desktops set HOST and LANGUAGE for purposes of
their own. Each is described in docs/settings.md; a test keeps the two in step.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
import stat
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32
# A Unix socket path is a fixed array of 108 bytes on Linux and 104 on macOS (sockaddr_un).
LONGEST_SOCKET_PATH = 100


class SettingsError(Exception):
    """A setting is wrong; the text is one sentence for the person who typed it."""


class Settings(BaseSettings):
    """All settings of one process, frozen. Paths are absolute; durations are in the unit of their name."""

    # Not populate_by_name: it would read HOST and LANGUAGE after all.
    model_config = SettingsConfigDict(env_file=PROJECT / ".env", extra="ignore", frozen=True)

    data_dir: Path = PROJECT / "data"
    database_url: str = ""
    sandbox_database_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    host: str = Field("127.0.0.1", validation_alias="WEB_HOST")
    port: int = Field(8025, ge=1, le=65535)
    base_url: str = ""
    sandbox: Literal["auto", "yes", "no"] = "auto"
    language: Literal["en", "ru"] = Field("en", validation_alias="DEFAULT_LANGUAGE")
    timezone: str = "UTC"
    trusted_proxies: int = Field(0, ge=0, le=5)
    web_workers: int = Field(1, ge=1, le=64)
    web_threads: int = Field(8, ge=1, le=64)
    undo_seconds: int = Field(10, ge=0, le=120)
    poll_seconds: int = Field(60, ge=1, le=3600)
    reconcile_seconds: int = Field(600, ge=10, le=86400)
    silence_alarm_minutes: int = Field(15, ge=1, le=1440)
    automatic_per_hour: int = Field(200, ge=0, le=10000)
    reopen_days: int = Field(30, ge=0, le=3650)
    rating_change_days: int = Field(7, ge=1, le=365)
    max_upload_mb: int = Field(25, ge=1, le=100)
    max_mail_mb: int = Field(50, ge=1, le=500)
    disk_floor_mb: int = Field(1024, ge=0, le=1_000_000)
    sender_hourly_limit: int = Field(200, ge=0, le=100_000)
    mail_timeout_seconds: int = Field(30, ge=1, le=600)
    allow_private_mail_hosts: bool = False
    final_dot_timeout_seconds: int = Field(600, ge=1, le=3600)
    password_cost: Literal["normal", "low"] = "normal"  # noqa: S105 (a level, not a password)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone name such as Europe/Moscow") from error
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_secret(cls, value: str) -> str:
        if value and len(value) < SHORTEST_SECRET:
            raise ValueError(
                f"must have at least {SHORTEST_SECRET} characters (or leave it unset: one is made)"
            )
        return value

    @model_validator(mode="after")
    def _safe_web(self) -> Settings:
        host = urlsplit(self.public_url).hostname or ""
        secure = self.public_url.startswith("https://")
        if not secure and not (is_loopback(self.host) and is_loopback(host)):
            raise ValueError(
                "BASE_URL must start with https:// unless WEB_HOST and BASE_URL are on this machine only"
            )
        return self

    def day_of(self, moment: datetime) -> date:
        """Which day it is then where the desk is."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    @cached_property
    def public_url(self) -> str:
        """Address of this installation as people type it, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def is_sandbox(self) -> bool:
        """True only once the mode is settled (see app.installation.settle)."""
        return self.sandbox == "yes"

    @property
    def home(self) -> Path:
        """Where this mode keeps its files: the sandbox never mixes with the real thing."""
        return self.data_dir / "sandbox" if self.is_sandbox else self.data_dir

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database in effect."""
        chosen = self.sandbox_database_url if self.is_sandbox else self.database_url
        if not chosen:
            return f"sqlite:///{self.home / 'sincerely.db'}"
        return _with_driver(chosen)

    @property
    def blob_dir(self) -> Path:
        return self.home / "blobs"

    @property
    def search_dir(self) -> Path:
        return self.home / "search"

    @property
    def run_dir(self) -> Path:
        return self.home / "run"

    @property
    def sandbox_mail_dir(self) -> Path:
        return self.home / "mail"

    @property
    def address_file(self) -> Path:
        """Where the running installation notes its address, for commands that print links."""
        return self.run_dir / "address"

    @property
    def queue_socket(self) -> Path:
        """Where the embedded queue listens: in the data directory, or in /tmp when that path is too long."""
        wanted = self.run_dir / "q.sock"
        if len(os.fsencode(wanted)) <= LONGEST_SOCKET_PATH:
            return wanted
        return Path(f"/tmp/sincerely-{os.getuid()}-{_short_digest(str(wanted))}/q.sock")  # noqa: S108 (made 0700)

    @property
    def queue_url(self) -> str:
        return self.redis_url or f"unix://{self.queue_socket}"

    @property
    def upload_bytes(self) -> int:
        return self.max_upload_mb * 1024 * 1024

    @property
    def disk_floor_bytes(self) -> int:
        return self.disk_floor_mb * 1024 * 1024

    @property
    def mail_bytes(self) -> int:
        return self.max_mail_mb * 1024 * 1024


_inherited: list[Settings] = []


def inherit(settings: Settings) -> None:
    """Processes that are forked from this one have these settings: to read them anew cost each three megabytes."""
    _inherited[:] = [settings]


def load_settings(**overrides: object) -> Settings:
    """Read the environment and `.env`, make the data directory, make a secret once. Raises SettingsError."""
    if _inherited and not overrides:
        return _inherited[0]
    _refuse_readable_by_all(PROJECT / ".env")
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        raise SettingsError(_first_sentence(error)) from None
    _make_private(settings.data_dir)
    if not settings.secret_key:
        settings = settings.model_copy(update={"secret_key": _kept_secret(settings.data_dir / "secret.key")})
    return settings


def is_loopback(host: str) -> bool:
    """True for localhost and for addresses that never leave this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _with_driver(url: str) -> str:
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _short_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _first_sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    text = _plain(first["type"], first.get("ctx", {})) or str(first["msg"]).removeprefix("Value error, ")
    return f"Setting {name}: {text}" if name else f"Settings: {text}"


def _plain(kind: str, limits: Mapping[str, Any]) -> str:
    """The common mistakes in our own words; '' for the others."""
    if kind in ("int_parsing", "int_from_float"):
        return "must be a whole number"
    if kind == "literal_error":
        return f"must be {limits['expected']}"
    bounds = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}
    if kind in bounds:
        words, key = bounds[kind]
        return f"must be {words} {limits[key]}"
    return ""


def _refuse_readable_by_all(path: Path) -> None:
    if path.exists() and path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise SettingsError(
            f"{path.name} may hold passwords but every user can read it: run chmod 600 {path}"
        )


def _make_private(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = directory / f".write-test-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"Cannot write to the data directory {directory}: {error.strerror}. "
            "Set DATA_DIR to a directory you own."
        ) from None


def _kept_secret(path: Path) -> str:
    """The installation's secret, made at first use; link() so that two first starts agree on one."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    secret = path.read_text().strip()
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"The secret in {path} is too short. Restore it from a backup: stored passwords need it."
        )
    return secret
