"""What a process loads is what it needs."""

import subprocess
import sys

from lms.config import ROOT

PRESS = ("weasyprint", "pypdfium2", "uharfbuzz", "segno")


def loaded_by(module: str) -> set[str]:
    """Names of the press's libraries that importing ``module`` loads, in a process of its own."""
    program = f"import sys, {module}; print(*(n for n in {PRESS} if n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_web_application_does_not_load_the_press():
    """Only the worker renders; WeasyPrint would cost every web process a second of start and 28 MB."""
    assert loaded_by("lms.worker") == set(PRESS)
    assert loaded_by("lms.app") == set()
