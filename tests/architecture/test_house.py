"""The house is easy to see: docstrings, sizes, and nothing that belongs to one machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from lms.config import ROOT

MODULES = sorted((ROOT / "lms").rglob("*.py"))
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    if name
]
DRAWER_LINES = 400


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_owns(path: Path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_module_is_a_drawer_for_everything():
    long = {
        str(p.relative_to(ROOT)): n
        for p in MODULES
        if (n := len(p.read_text().splitlines())) > DRAWER_LINES
    }
    assert long == {}


def test_every_capability_is_on_the_map():
    the_map = ast.get_docstring(ast.parse((ROOT / "lms/__init__.py").read_text())) or ""
    packages = {p.parent.name for p in (ROOT / "lms").glob("*/__init__.py")}
    assert {name for name in packages if name not in the_map} == set()


def test_no_download_address_and_no_path_of_a_machine():
    wrong = []
    for path in TRACKED:
        if path.suffix in {".png", ".ico", ".pdf"} or not path.exists():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if re.search(
            r'"resolved":\s*"https?:|^--(extra-)?index-url|files\.python' + r"hosted",
            text,
            re.MULTILINE,
        ):
            wrong.append(str(path))
        if str(ROOT) + "/" in text:
            wrong.append(str(path))
    assert wrong == []
