"""Items as a sheet or a paper writes them: words for types and keys, and cells of plain text to and from items."""

from lms.questions.domain.exchange.answers.cells import Cells, Unreadable
from lms.questions.domain.exchange.answers.reading import Read, read_item
from lms.questions.domain.exchange.answers.words import Asked
from lms.questions.domain.exchange.answers.writing import as_cells

__all__ = ["Asked", "Cells", "Read", "Unreadable", "as_cells", "read_item"]
