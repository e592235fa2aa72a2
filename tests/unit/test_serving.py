"""Starting the product: what is refused before any process is started."""

import socket

import pytest
from click.testing import CliRunner

from lms import serving


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Commands that would have been run."""
    seen = []
    monkeypatch.setenv("LMS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(serving, "_supervise", lambda commands: seen.append(commands) or 0)
    return seen


def serve(port):
    return CliRunner().invoke(serving.serve, ["--port", str(port)])


def test_a_taken_port_is_refused_although_the_other_would_share_it(started):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = serve(port)
    assert result.exit_code == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in result.output
    assert started == []


def test_a_free_port_is_served(started):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    assert serve(port).exit_code == 0
    assert [sorted(commands) for commands in started] == [["web", "worker"]]
