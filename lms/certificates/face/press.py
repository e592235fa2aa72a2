"""Facts -> certificate, as PDF and as a picture for phones."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lms.certificates.face.facts import CertificateFacts, Entry
from lms.certificates.face.ornament import TEAL, ground_svg
from lms.documents.errors import MissingGlyph
from lms.documents.fonts import FACES, GARAMOND_ITALIC, GARAMOND_MEDIUM, SONG_BOLD, FontLibrary
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
    for name in ("classic.html.j2", "classic.css", "ornament.py", "press.py"):
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
    """Turn the facts into plain text for the template: strings, lists and dicts only, no methods to call."""
    return {
        "title": _title(facts),
        "organisation": facts.organisation,
        "organisation_size": "long" if fonts.advance(facts.organisation, SONG_BOLD) > 15 else "",
        "organisation_latin": facts.organisation_latin,
        "name_parts": _parts(facts.name),
        "name_is_latin": not re.search("[\u2e80-\U0003ffff]", facts.name),
        "name_size": _name_size(facts.name, fonts),
        "name_latin": facts.name_latin,
        "programme": cjk_latin_spacing(facts.programme),
        "programme_is_long": fonts.advance(facts.programme, SONG_BOLD) > 18,
        "programme_en": facts.programme_en,
        "programme_en_is_long": fonts.advance(facts.programme_en, GARAMOND_ITALIC) > 25,
        "post": cjk_latin_spacing(facts.post),
        "post_en": facts.post_en,
        "results": [_entry(entry) for entry in facts.results],
        "scope": [_entry(entry) for entry in facts.scope],
        "issued_on": _date_zh(facts.issued_on),
        "issued_on_en": _date_en(facts.issued_on),
        "valid_until": _date_zh(facts.valid_until) if facts.valid_until else "长期有效",
        "valid_until_en": _date_en(facts.valid_until) if facts.valid_until else "No expiry",
        "serial": facts.serial,
        "code": grouped(facts.verification_code),
        "verify_url": facts.verify_url,
        "verify_host": urlsplit(facts.verify_url).netloc.lower(),
        "signer_name": facts.signer_name,
        "signer_title": facts.signer_title,
        "signer_title_en": facts.signer_title_en,
    }


def _entry(entry: Entry) -> dict[str, str]:
    return {
        "label": cjk_latin_spacing(entry.label),
        "label_en": entry.label_en,
        "value": cjk_latin_spacing(entry.value),
    }


def _name_size(name: str, fonts: FontLibrary) -> str:
    width = fonts.advance(name, (SONG_BOLD, GARAMOND_ITALIC, GARAMOND_MEDIUM))
    return "" if width <= 12 else "medium" if width <= 19 else "small"


def _parts(name: str) -> list[str]:
    """Cut a name where its second line may begin: after a space or an interpunct."""
    return re.findall(r"[^ ·•‧・]*[ ·•‧・]?", name)[:-1]


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
