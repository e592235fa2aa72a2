"""Facts -> certificate, as PDF and as a picture for phones."""

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lms.certificates.face.facts import CertificateFacts, Entry
from lms.certificates.face.fitting import (
    fit_entry,
    fit_line,
    fit_name,
    fit_statement,
    fit_statement_latin,
)
from lms.certificates.face.ornament import TEAL, ground_svg
from lms.documents.errors import MissingGlyph
from lms.documents.fonts import FACES, FontLibrary
from lms.documents.qr import qr_svg
from lms.documents.raster import first_page_png
from lms.documents.render import render_pdf
from lms.documents.typography import cjk_latin_spacing

PICTURE_WIDTH_PX = 1600
"""Sharp on a phone held sideways, and when zoomed into once."""

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "classic.css").read_text(encoding="utf-8")


def _template_version() -> str:
    """Name the template by its sources: two certificates of one version came from the same drawing."""
    digest = hashlib.sha256()
    for name in ("classic.html.j2", "classic.css", "fitting.py", "ornament.py", "press.py"):
        digest.update((_FOLDER / name).read_bytes())
    return f"classic-1+{digest.hexdigest()[:12]}"


TEMPLATE_VERSION = _template_version()


@dataclass(frozen=True, slots=True)
class RenderedCertificate:
    """A certificate as files, with what identifies them.

    Attributes:
        pdf: The certificate.
        png: Its picture, `PICTURE_WIDTH_PX` wide.
        pdf_sha256: Hash of ``pdf``, lower-case hex.
        png_sha256: Hash of ``png``, lower-case hex.
        template_version: Which drawing made it.
    """

    pdf: bytes
    png: bytes
    pdf_sha256: str
    png_sha256: str
    template_version: str


def render_certificate(facts: CertificateFacts, fonts: FontLibrary) -> RenderedCertificate:
    """Print ``facts`` on the classic template; the same facts give the same bytes.

    Raises:
        MissingGlyph: a character of the facts is in no font; the code points are named.
        lms.errors.InvalidInput: a text is too long for its place; the field is named.
        lms.documents.errors.FontsMissing: the fonts are not installed.
    """
    html = _ENVIRONMENT.get_template("classic.html.j2").render(_context(facts, fonts))
    missing = fonts.missing_glyphs(html, FACES)
    if missing:
        raise MissingGlyph(missing)
    font_css, assets = fonts.css(FACES, html)
    assets["ground.svg"] = _ground(facts.organisation)
    assets["qr.svg"] = qr_svg(facts.verify_url, ink=TEAL).encode()
    pdf = render_pdf(
        html=html,
        css=f"{font_css}\n{_STYLE}",
        assets=assets,
        title=_title(facts),
        lang="zh-Hans",
        # A date, not an instant: printing it again tomorrow must give the same bytes.
        created=datetime.combine(facts.issued_on, time(), UTC),
        variant="pdf/a-3a",
    )
    png = first_page_png(pdf, PICTURE_WIDTH_PX)
    return RenderedCertificate(
        pdf=pdf,
        png=png,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        png_sha256=hashlib.sha256(png).hexdigest(),
        template_version=TEMPLATE_VERSION,
    )


_ENVIRONMENT = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, autoescape=True
)


@lru_cache(maxsize=8)
def _ground(organisation: str) -> bytes:
    return ground_svg(organisation).encode()


def _title(facts: CertificateFacts) -> str:
    return f"上岗证书 Certificate of Qualification · {facts.name} · {facts.serial}"


def _context(facts: CertificateFacts, fonts: FontLibrary) -> dict[str, object]:
    """Turn the facts into plain values for the template: no object whose methods it could call."""
    lines = {
        "organisation": facts.organisation,
        "organisation_latin": facts.organisation_latin,
        "name_latin": facts.name_latin,
        "serial": facts.serial,
        "code": grouped(facts.verification_code),
        "verify_host": urlsplit(facts.verify_url).netloc.lower(),
        "signer": f"{facts.signer_name} {facts.signer_title}",
        "signer_title_en": facts.signer_title_en,
    }
    return {
        **lines,
        "sizes": {field: fit_line(field, text, fonts) for field, text in lines.items()},
        "title": _title(facts),
        "name": asdict(fit_name(facts.name, fonts)),
        "programme": cjk_latin_spacing(facts.programme),
        "programme_en": facts.programme_en,
        "post": cjk_latin_spacing(facts.post),
        "post_en": facts.post_en,
        "statement": asdict(fit_statement(facts, fonts)),
        "statement_latin": asdict(fit_statement_latin(facts, fonts)),
        "rows": [_row(row, fonts) for row in (facts.results, facts.scope) if row],
        "issued_on": _date_zh(facts.issued_on),
        "issued_on_en": _date_en(facts.issued_on),
        "valid_until": _date_zh(facts.valid_until) if facts.valid_until else "长期有效",
        "valid_until_en": _date_en(facts.valid_until) if facts.valid_until else "No expiry",
        "verify_url": facts.verify_url,
        "signer_name": facts.signer_name,
        "signer_title": facts.signer_title,
    }


def _row(entries: tuple[Entry, ...], fonts: FontLibrary) -> list[dict[str, object]]:
    row: list[dict[str, object]] = []
    for entry in entries:
        label_size, value_size = fit_entry(entry, len(entries), fonts)
        row.append(
            {
                "label": cjk_latin_spacing(entry.label),
                "label_en": entry.label_en,
                "value": cjk_latin_spacing(entry.value),
                "label_size": label_size,
                "value_size": value_size,
            }
        )
    return row


def grouped(code: str) -> str:
    """Set a code in groups of four, however it was grouped before."""
    plain = re.sub(r"[\s-]", "", code)
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def _date_zh(day: date) -> str:
    return cjk_latin_spacing(f"{day.year}年{day.month}月{day.day}日")


def _date_en(day: date) -> str:
    # Not strftime: month names must not follow the machine's locale.
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
