"""GIFT, Moodle's text format for questions: ``parse_gift`` and ``write_gift``.

Read as Moodle 5.1 reads it. The other known reading (the GIFT-grammar-PEG parser) gives true/false feedback to the
judgement in the order of the file, where Moodle gives the first to the wrong and the second to the right judgement;
Moodle is followed, because its files are what trainers bring. Where Moodle would read silently what nobody meant
(two questions without a blank line between them as one, a brace of a formula as the answers, a question under a
``$CATEGORY:`` line as its name), an Issue says so.
"""

from lms.questions.domain.exchange.gift.reading import parse_gift
from lms.questions.domain.exchange.gift.writing import write_gift

__all__ = ["parse_gift", "write_gift"]
