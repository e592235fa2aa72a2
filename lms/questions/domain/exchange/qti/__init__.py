"""QTI 1.2 packages as Canvas and Blackboard export them, in."""

from lms.questions.domain.exchange.qti.reading import parse_qti

__all__ = ["parse_qti"]
