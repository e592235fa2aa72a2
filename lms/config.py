"""Settings: a frozen dataclass read once from the environment."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lms.errors import InvalidInput

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: courses/, question_banks/, migrations/ and node_modules/ lie here."""

KNOWN = (
    "LMS_DATA_DIR",
    "LMS_DATABASE_URL",
    "LMS_SECRET_KEY",
    "LMS_STORAGE_URL",
    "LMS_BASE_URL",
    "LMS_SMTP_URL",
    "LMS_REDIS_URL",
    "LMS_TIMEZONE",
    "LMS_LOG_LEVEL",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between deployments.

    Attributes:
        data_dir: Folder for the default database, the file store and the secret key.
        database_url: SQLAlchemy URL; ``sqlite:///…`` or ``postgresql+psycopg://…``.
        secret_key: Signs sessions, links and tokens; at least 32 characters.
        storage_url: ``file:///folder`` of the content-addressed file store.
        base_url: The address people type, without a trailing slash; https turns on Secure cookies.
        smtp_url: ``smtp://user:password@host:port?from=…`` or empty: mail stays in the outbox.
        redis_url: Rate-limit store for several web machines, or empty for memory.
        timezone: The organisation's zone; every date and deadline is shown in it.
        log_level: DEBUG, INFO, WARNING or ERROR.
    """

    data_dir: Path
    database_url: str
    secret_key: str
    storage_url: str
    base_url: str
    smtp_url: str
    redis_url: str
    timezone: str
    log_level: str

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def is_https(self) -> bool:
        """Whether people reach the product over https."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.startswith("sqlite")

    @property
    def storage_dir(self) -> Path:
        """Folder of the file store."""
        return Path(urlsplit(self.storage_url).path)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read settings from ``env``.

        Raises:
            InvalidInput: An ``LMS_…`` name is unknown, or a value cannot be used. A misspelt name would
                otherwise be a setting that silently does nothing.
        """
        unknown = sorted(name for name in env if name.startswith("LMS_") and name not in KNOWN)
        if unknown:
            raise InvalidInput("unknown_setting", names=", ".join(unknown), known=", ".join(KNOWN))
        data_dir = Path(env.get("LMS_DATA_DIR") or ROOT / "instance").resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        settings = cls(
            data_dir=data_dir,
            database_url=_database_url(
                env.get("LMS_DATABASE_URL") or f"sqlite:///{data_dir / 'lms.sqlite3'}"
            ),
            secret_key=env.get("LMS_SECRET_KEY") or _kept_secret(data_dir / "secret_key"),
            storage_url=env.get("LMS_STORAGE_URL") or (data_dir / "files").as_uri(),
            base_url=(env.get("LMS_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
            smtp_url=env.get("LMS_SMTP_URL", ""),
            redis_url=env.get("LMS_REDIS_URL", ""),
            timezone=env.get("LMS_TIMEZONE") or "Asia/Shanghai",
            log_level=(env.get("LMS_LOG_LEVEL") or "INFO").upper(),
        )
        settings._check()
        return settings

    def _check(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError) as error:
            raise InvalidInput("bad_setting", name="LMS_TIMEZONE", value=self.timezone) from error
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise InvalidInput("bad_setting", name="LMS_LOG_LEVEL", value=self.log_level)
        if urlsplit(self.base_url).scheme not in {"http", "https"}:
            raise InvalidInput("bad_setting", name="LMS_BASE_URL", value=self.base_url)
        if urlsplit(self.storage_url).scheme != "file":
            raise InvalidInput("bad_setting", name="LMS_STORAGE_URL", value=self.storage_url)
        if self.smtp_url and urlsplit(self.smtp_url).scheme not in {"smtp", "smtps"}:
            raise InvalidInput("bad_setting", name="LMS_SMTP_URL", value="(hidden)")
        if len(self.secret_key) < 32:
            raise InvalidInput("bad_setting", name="LMS_SECRET_KEY", value="(shorter than 32)")


def _database_url(url: str) -> str:
    # People paste what their database host prints; psycopg 3 is the only driver installed.
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _kept_secret(path: Path) -> str:
    try:
        # "x": two processes that start together must agree on one key.
        with path.open("x", encoding="ascii") as handle:
            path.chmod(0o600)
            handle.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()
