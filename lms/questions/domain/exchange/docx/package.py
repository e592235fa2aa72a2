"""The fixed parts of the Word documents that we write: styles, page, footer, and the package around the body."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

W_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
_EPOCH = (1980, 1, 1, 0, 0, 0)

_STYLES = f"""{_HEAD}<w:styles xmlns:w="{W_NS}">
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="SimSun"
 w:cs="Times New Roman"/><w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>
</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="40" w:line="312" w:lineRule="auto"/></w:pPr></w:pPrDefault>
</w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr>
<w:jc w:val="center"/><w:spacing w:before="120" w:after="160"/></w:pPr>
<w:rPr><w:rFonts w:eastAsia="SimHei"/><w:b/><w:sz w:val="34"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="NameLine"><w:name w:val="Name line"/><w:basedOn w:val="Normal"/><w:pPr>
<w:jc w:val="center"/><w:spacing w:after="240"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/>
<w:spacing w:before="280" w:after="80"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:eastAsia="SimHei"/><w:b/>
<w:sz w:val="25"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Stem"><w:name w:val="Stem"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/>
<w:keepLines/><w:spacing w:before="140"/><w:ind w:left="420" w:hanging="420"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="More"><w:name w:val="Stem more"/><w:basedOn w:val="Normal"/><w:pPr><w:keepLines/>
<w:ind w:left="420"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Choice"><w:name w:val="Choice"/><w:basedOn w:val="Normal"/><w:pPr><w:keepLines/>
<w:tabs><w:tab w:val="left" w:pos="2600"/><w:tab w:val="left" w:pos="4800"/><w:tab w:val="left" w:pos="7000"/></w:tabs>
<w:ind w:left="780" w:hanging="360"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Writing"><w:name w:val="Writing line"/><w:basedOn w:val="Normal"/><w:pPr>
<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="808080"/>
<w:between w:val="single" w:sz="4" w:space="1" w:color="808080"/></w:pBdr><w:spacing w:before="60" w:after="0" w:line="400"
 w:lineRule="exact"/><w:ind w:left="420"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Shared"><w:name w:val="Shared text"/><w:basedOn w:val="Normal"/><w:pPr>
<w:pBdr><w:left w:val="single" w:sz="18" w:space="8" w:color="12403B"/></w:pBdr><w:ind w:left="240"/></w:pPr></w:style>
</w:styles>"""

_FOOTER = f"""{_HEAD}<w:ftr xmlns:w="{W_NS}"><w:p><w:pPr><w:jc w:val="center"/></w:pPr>
<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">— </w:t></w:r>
<w:fldSimple w:instr=" PAGE "><w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>
<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve"> / </w:t></w:r>
<w:fldSimple w:instr=" NUMPAGES "><w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>
<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>"""

_SECTION = (
    '<w:sectPr><w:footerReference w:type="default" r:id="rIdFooter"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1247" w:right="1247" w:bottom="1134" w:left="1247" w:header="680" w:footer="567" w:gutter="0"/>'
    "</w:sectPr>"
)


def packed(body: str, media: Mapping[str, tuple[str, bytes]]) -> bytes:
    """Return the document.

    Args:
        body: XML of the paragraphs and tables.
        media: File name and bytes of each picture, by the relation id that the body uses.
    """
    document = (
        f'{_HEAD}<w:document xmlns:w="{W_NS}" xmlns:r="{_R_NS}" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f"<w:body>{body}{_SECTION}</w:body></w:document>"
    )
    endings = {name.rsplit(".", 1)[-1] for name, _ in media.values()}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(endings),
        "_rels/.rels": _relations([("rId1", "officeDocument", "word/document.xml")]),
        "word/document.xml": document,
        "word/styles.xml": _STYLES,
        "word/footer1.xml": _FOOTER,
        "word/_rels/document.xml.rels": _relations(
            [
                ("rIdStyles", "styles", "styles.xml"),
                ("rIdFooter", "footer", "footer1.xml"),
                *((key, "image", f"media/{name}") for key, (name, _) in media.items()),
            ]
        ),
    }
    parts.update({f"word/media/{name}": content for name, content in media.values()})
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def _content_types(endings: set[str]) -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="{_TYPES[ending]}"/>'
        for ending in sorted(endings)
    )
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{word}.{kind}+xml"/>'
        for name, kind in (
            ("document", "document.main"),
            ("styles", "styles"),
            ("footer1", "footer"),
        )
    )
    return (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{defaults}{overrides}</Types>'
    )


def _relations(entries: list[tuple[str, str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{key}" Type="{_R_NS}/{kind}" Target="{target}"/>'
        for key, kind, target in entries
    )
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{namespace}">{lines}</Relationships>'
