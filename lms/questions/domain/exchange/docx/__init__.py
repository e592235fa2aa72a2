"""Word documents: papers as trainers have them in, papers that look right on A4 out."""

from lms.questions.domain.exchange.docx.reading import parse_docx
from lms.questions.domain.exchange.docx.writing import write_docx

__all__ = ["parse_docx", "write_docx"]
