from pathlib import Path

import pytest

from lms.documents.fonts import FontLibrary

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def fonts() -> FontLibrary:
    return FontLibrary(ROOT / "node_modules")
