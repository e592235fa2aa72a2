import datetime as dt
import hashlib
import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from lms.documents.errors import MissingGlyph, RenderFailed, ResourceRefused
from lms.documents.fonts import FACES, FontLibrary
from lms.documents.raster import first_page_png
from lms.documents.render import render_pdf
from tests.integration.documents.readers import READERS, ROOT

RARE = "㛃𬭎龘堃喆䶮𫖯"
CREATED = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
STYLE = """
@page { size: 100mm 60mm; margin: 5mm }
body { font-family: "Shanggang Song", "Shanggang Garamond" }
h1 { font-weight: 700 }
"""
PIXEL = io.BytesIO()
Image.new("RGB", (1, 1)).save(PIXEL, "PNG")


def _html(body: str, head: str = "") -> str:
    return f'<html lang="zh-Hans"><head><title>t</title>{head}</head><body>{body}</body></html>'


def _render(
    fonts: FontLibrary, body: str, *, head: str = "", css: str = "", also: str = ""
) -> bytes:
    font_css, assets = fonts.css(FACES, body + also)
    return render_pdf(
        html=_html(body, head),
        css=font_css + STYLE + css,
        assets={**assets, "pixel.png": PIXEL.getvalue()},
        title="样张 Sample",
        lang="zh-Hans",
        created=CREATED,
    )


@pytest.fixture(scope="module")
def sample(fonts: FontLibrary) -> bytes:
    return _render(
        fonts, f'<h1>{RARE}</h1><p>{RARE} Zhāng Đặng · 2026</p><img src="asset:pixel.png">'
    )


@pytest.mark.parametrize("reader", READERS)
def test_rare_characters_are_read_back(sample: bytes, reader: str) -> None:
    text = READERS[reader](sample)
    assert text.count(RARE) == 2
    assert "Zhāng Đặng · 2026" in text


def test_metadata_is_what_the_caller_said(sample: bytes) -> None:
    with pikepdf.open(io.BytesIO(sample)) as pdf:
        assert str(pdf.Root.Lang) == "zh-Hans"
        assert str(pdf.docinfo["/Title"]) == "样张 Sample"
        assert str(pdf.docinfo["/CreationDate"]) == "D:20261123040000+00'00"
        assert str(pdf.docinfo["/ModDate"]) == "D:20261123040000+00'00"
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "3U"


def test_every_font_is_ours_and_embedded(sample: bytes) -> None:
    with pikepdf.open(io.BytesIO(sample)) as pdf:
        fonts = [item for item in pdf.objects if _kind(item) == "/FontDescriptor"]
        names = {str(font.FontName).split("+")[1] for font in fonts}
        assert all("/FontFile2" in font for font in fonts)
    assert names == {"Shanggang-Song", "Shanggang-Song-Bold"}


def _kind(item: object) -> str:
    return str(item.get("/Type", "")) if isinstance(item, pikepdf.Dictionary) else ""


def test_bytes_do_not_depend_on_who_else_is_in_the_batch(fonts: FontLibrary, sample: bytes) -> None:
    body = f'<h1>{RARE}</h1><p>{RARE} Zhāng Đặng · 2026</p><img src="asset:pixel.png">'
    assert _render(fonts, body, also="同批的其他人：欧阳娜娜、José") == sample


def test_another_process_makes_the_same_bytes(fonts: FontLibrary, tmp_path: Path) -> None:
    script = (
        "import datetime as dt, hashlib, sys\n"
        "from pathlib import Path\n"
        "from lms.documents.fonts import FACES, FontLibrary\n"
        "from lms.documents.render import render_pdf\n"
        "css, assets = FontLibrary(Path('node_modules')).css(FACES, sys.argv[1])\n"
        "pdf = render_pdf(html=sys.argv[1], css=css, assets=assets, title='t', lang='zh-Hans',\n"
        "    created=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))\n"
        "print(hashlib.sha256(pdf).hexdigest())\n"
    )
    html = _html(
        f"<p style='font-family:\"Shanggang Song\"'>{RARE}</p>"
        f"<p style='font-family:\"Shanggang Garamond\"'>Ouyang</p>"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", script, html],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "TMPDIR": str(tmp_path)},
            timeout=120,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }
    assert len(made) == 1
    css, assets = fonts.css(FACES, html)
    here = render_pdf(
        html=html,
        css=css,
        assets=assets,
        title="t",
        lang="zh-Hans",
        created=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    )
    assert made == {hashlib.sha256(here).hexdigest()}


def test_glyph_that_no_font_has_is_named(fonts: FontLibrary) -> None:
    with pytest.raises(MissingGlyph) as caught:
        _render(fonts, "<p>李\U00030edd</p>")
    assert caught.value.code_points == ["U+30EDD \U00030edd"]
    assert "U+30EDD" in str(caught.value)


def test_glyph_that_only_this_machine_has_is_named_too(fonts: FontLibrary) -> None:
    """Arabic is in the fonts that come with fontconfig, but not in ours: elsewhere it would look different."""
    with pytest.raises(MissingGlyph) as caught:
        _render(fonts, "<p>李 \u0639</p>")
    assert caught.value.code_points == ["U+0639 \u0639"]


def test_glyph_left_out_of_the_subset_is_named(fonts: FontLibrary) -> None:
    """The batch's characters were forgotten: the file in the cupboard has 䶮, the document's does not."""
    css, assets = fonts.css(FACES, "abc")
    with pytest.raises(MissingGlyph) as caught:
        render_pdf(
            html=_html("<p>䶮</p>"),
            css=css + STYLE,
            assets=assets,
            title="t",
            lang="zh-Hans",
            created=CREATED,
        )
    assert caught.value.code_points == ["U+4DAE 䶮"]


def test_quiet_logs_do_not_silence_the_check(fonts: FontLibrary) -> None:
    logger = logging.getLogger("weasyprint")
    before = logger.level, list(logger.handlers)
    logger.setLevel(logging.CRITICAL)
    try:
        with pytest.raises(MissingGlyph):
            _render(fonts, "<p>\U00030edd</p>")
        assert logger.level == logging.CRITICAL
        assert logger.handlers == before[1]
    finally:
        logger.setLevel(before[0])


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "FILE:///etc/hostname",
        "/etc/hostname",
        "hostname.png",
        "../secret.svg",
        "http://127.0.0.1:9/x.png",
        "https://127.0.0.1:9/x.png",
        "//127.0.0.1:9/x.png",
        "ftp://127.0.0.1:9/x.png",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "asset:absent.png",
        "asset:../pixel.png",
        "asset:///pixel.png",
    ],
)
def test_nothing_but_an_asset_is_fetched(fonts: FontLibrary, address: str) -> None:
    with pytest.raises(ResourceRefused) as caught:
        _render(fonts, f'<img src="{address}">')
    assert str(caught.value.facts["url"]).lower() == address.lower()


@pytest.mark.parametrize(
    ("body", "head", "css"),
    [
        ("", '<link rel="stylesheet" href="file:///etc/hostname">', ""),
        ("", '<link rel="attachment" href="file:///etc/hostname">', ""),
        ("", '<base href="file:///etc/"><link rel="attachment" href="hostname">', ""),
        ('<a rel="attachment" href="file:///etc/hostname">x</a>', "", ""),
        ('<object data="file:///etc/hostname"></object>', "", ""),
        ('<embed src="file:///etc/hostname">', "", ""),
        ('<p style="background: url(file:///etc/hostname)">x</p>', "", ""),
        ('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/hostname" width="9" height="9"/></svg>', "", ""),
        ("", "<style>@import url(file:///etc/hostname);</style>", ""),
        ("", "", "p { color: red } @font-face { font-family: x; src: url(file:///etc/hostname) }"),
        ("", "", 'body::before { content: url("file:///etc/hostname") }'),
        ("<ul><li>x</ul>", "", "ul { list-style-image: url(hostname) }"),
    ],
)  # fmt: skip
def test_no_other_way_leads_to_a_file(fonts: FontLibrary, body: str, head: str, css: str) -> None:
    with pytest.raises(ResourceRefused):
        _render(fonts, body, head=head, css=css)


def test_a_picture_that_is_none_fails_the_rendering(fonts: FontLibrary) -> None:
    with pytest.raises(RenderFailed, match="broken"):
        render_pdf(
            html=_html('<img src="asset:broken.png">'),
            css=STYLE,
            assets={"broken.png": b"no picture"},
            title="t",
            lang="zh-Hans",
            created=CREATED,
        )


def test_picture_has_the_width_asked_for_and_the_page_s_shape(sample: bytes) -> None:
    png = first_page_png(sample, 500)
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (500, 300)
        assert picture.convert("RGB").getpixel((250, 290)) == (255, 255, 255)
    assert first_page_png(sample, 500) == png
