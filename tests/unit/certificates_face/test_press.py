import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from lms.certificates.face.press import (
    PICTURE_WIDTH_PX,
    TEMPLATE_VERSION,
    RenderedCertificate,
    grouped,
    render_certificate,
)
from lms.documents.errors import MissingGlyph
from lms.documents.fonts import FontLibrary
from lms.errors import InvalidInput
from tests.integration.documents.readers import READERS, ROOT
from tests.unit.certificates_face.examples import FACTS, LONGEST

A4_LANDSCAPE_PT = (841.89, 595.28)


@pytest.fixture(scope="module")
def certificate(fonts: FontLibrary) -> RenderedCertificate:
    return render_certificate(FACTS, fonts)


@pytest.fixture(scope="module")
def longest(fonts: FontLibrary) -> RenderedCertificate:
    return render_certificate(LONGEST, fonts)


@pytest.fixture(scope="module")
def opened(certificate: RenderedCertificate) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(certificate.pdf)) as pdf:
        yield pdf


def _drawn(pdf: bytes, dpi: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("L")
        return picture
    finally:
        document.close()


def test_it_is_one_page_a4_landscape(opened: pikepdf.Pdf) -> None:
    assert len(opened.pages) == 1
    left, bottom, right, top = (float(number) for number in opened.pages[0].mediabox)
    assert (left, bottom) == (0, 0)
    assert (right, top) == pytest.approx(A4_LANDSCAPE_PT, abs=0.1)


def test_the_longest_facts_stay_on_one_page_too(longest: RenderedCertificate) -> None:
    with pikepdf.open(io.BytesIO(longest.pdf)) as pdf:
        assert len(pdf.pages) == 1


@pytest.mark.parametrize("reader", READERS)
def test_what_it_says_can_be_selected_and_found(
    certificate: RenderedCertificate, reader: str
) -> None:
    text = READERS[reader](certificate.pdf)
    for said in (
        "欧阳𬭎",
        "Ouyang Hong",
        "云岫生活客服学院",
        "Yunxiu Living Service Academy",
        "Certificate of Qualification",
        "已完成「电商售前客服岗前培养」的全部培训，通过各项考核与转正答辩，",
        "经评定具备售前客服岗位的独立上岗资格。",
        "in the post of Pre-sales Service Agent.",
        "天猫、京东",
        "22 November 2026",
        "21 November 2028",
        "K7QM 3XVA 9TRC 2HWE 8",
        "cert.yunxiu.example",
        "何清源 客服中心总监",
        "YX-2026-000137",
    ):
        assert said in text
    # Title (wide on purpose) and dates (thin spaces) are found with their gaps.
    narrow = "".join(text.split())
    for said in ("上岗证书", "2026年11月22日", "2028年11月21日"):
        assert said in narrow


@pytest.mark.parametrize("dpi", [120, 300])
def test_qr_symbol_can_be_scanned(certificate: RenderedCertificate, dpi: int) -> None:
    assert [code.text for code in zxingcpp.read_barcodes(_drawn(certificate.pdf, dpi))] == [
        FACTS.verify_url
    ]


def test_qr_symbol_can_be_scanned_from_the_picture_for_phones(
    certificate: RenderedCertificate,
) -> None:
    with Image.open(io.BytesIO(certificate.png)) as picture:
        assert picture.width == PICTURE_WIDTH_PX
        assert picture.width / picture.height == pytest.approx(297 / 210, abs=0.002)
        assert zxingcpp.read_barcodes(picture.convert("L"))[0].text == FACTS.verify_url
    assert len(certificate.png) < 400_000


def test_longer_address_is_scanned_too(longest: RenderedCertificate) -> None:
    assert [code.text for code in zxingcpp.read_barcodes(_drawn(longest.pdf, 120))] == [
        LONGEST.verify_url
    ]


def test_hashes_are_those_of_the_files(certificate: RenderedCertificate) -> None:
    assert certificate.pdf_sha256 == hashlib.sha256(certificate.pdf).hexdigest()
    assert certificate.png_sha256 == hashlib.sha256(certificate.png).hexdigest()
    assert certificate.template_version == TEMPLATE_VERSION


def test_another_process_makes_the_same_certificate(certificate: RenderedCertificate) -> None:
    script = (
        "from pathlib import Path\n"
        "from lms.certificates.face.press import render_certificate\n"
        "from lms.documents.fonts import FontLibrary\n"
        "from tests.unit.certificates_face.examples import FACTS\n"
        "made = render_certificate(FACTS, FontLibrary(Path('node_modules')))\n"
        "print(made.pdf_sha256, made.png_sha256, made.template_version)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima", "LC_ALL": "C"},
        timeout=120,
    )
    assert done.stdout.split() == [
        certificate.pdf_sha256,
        certificate.png_sha256,
        certificate.template_version,
    ]


def test_it_is_tagged_for_screen_readers_and_archives(opened: pikepdf.Pdf) -> None:
    """The rules of PDF/A-3a and PDF/UA-1 that a template can break."""
    root = opened.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "zh-Hans"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert "欧阳𬭎" in str(opened.docinfo["/Title"])
    assert len(root.OutputIntents) == 1
    assert "/Outlines" not in root
    with opened.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
    objects = [
        item for item in opened.objects if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)
    ]
    figures = [item for item in objects if item.get("/S") == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == [f"二维码：{FACTS.verify_url}"]
    headings = [item for item in objects if item.get("/S") == "/H1"]
    assert len(headings) == 1
    for item in objects:
        assert not item.get("/Interpolate", False)
        assert "/SMask" not in item
        assert float(item.get("/ca", 1)) == 1
        if item.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in item
            assert "Shanggang-" in str(item.FontName)


def test_it_is_small_enough_to_send(certificate: RenderedCertificate) -> None:
    assert len(certificate.pdf) < 140 * 1024


def test_a_name_that_cannot_be_printed_is_refused_by_its_code_point(fonts: FontLibrary) -> None:
    with pytest.raises(MissingGlyph) as caught:
        render_certificate(replace(FACTS, name="李\U00030edd"), fonts)
    assert caught.value.code_points == ["U+30EDD \U00030edd"]


def test_facts_are_text_and_never_markup_or_code(fonts: FontLibrary) -> None:
    name = "<b>{{ 7*7 }}</b>&amp;"
    made = render_certificate(
        replace(FACTS, name=name, name_latin="<img src=file:///etc/hostname>"), fonts
    )
    text = READERS["pdfium"](made.pdf)
    assert name in text
    assert "<img src=file:///etc/hostname>" in text


def test_text_without_room_is_refused_with_its_field(fonts: FontLibrary) -> None:
    with pytest.raises(InvalidInput) as caught:
        render_certificate(replace(FACTS, serial="YX-" * 30), fonts)
    assert caught.value.facts["field"] == "serial"


def test_certificate_without_what_not_everybody_has(fonts: FontLibrary) -> None:
    made = render_certificate(
        replace(
            FACTS,
            name="José María Núñez Đặng",
            name_latin="",
            organisation_latin="",
            signer_name="",
            signer_title_en="",
            scope=(),
            results=(),
            valid_until=None,
        ),
        fonts,
    )
    text = READERS["pdfium"](made.pdf)
    assert "José María Núñez Đặng" in text
    assert "长期有效" in text
    assert "No expiry" in text


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("K7QM3XVA9TRC2HWE8", "K7QM 3XVA 9TRC 2HWE 8"),
        ("K7QM-3XVA-9TRC", "K7QM 3XVA 9TRC"),
        ("K7 QM3X", "K7QM 3X"),
        ("K7Q", "K7Q"),
    ],
)
def test_codes_are_shown_in_groups_of_four(code: str, shown: str) -> None:
    assert grouped(code) == shown
