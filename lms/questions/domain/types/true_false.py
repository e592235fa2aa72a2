"""A statement that holds or does not."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.base import (
    Body,
    Chosen,
    FieldError,
    ItemType,
    Option,
    SampleResponses,
)
from lms.questions.domain.types.reading import (
    as_mapping,
    as_text,
    check_fields,
    malformed_choices,
    parse_chosen,
)

TRUE = "true"
FALSE = "false"
_IDS = frozenset({TRUE, FALSE})
#: The words that stand on every paper in the language of the items.
_WORDS = {TRUE: "对", FALSE: "错"}


@dataclass(frozen=True, slots=True)
class TrueFalse:
    """A statement to be judged; its two options have the ids ``true`` and ``false``.

    Attributes:
        stem: The statement.
        answer: Whether it holds.
        feedback_true: Said to whoever judges it true.
        feedback_false: Said to whoever judges it false.
        explanation: The general point.
    """

    type: ClassVar[ItemType] = ItemType.TRUE_FALSE

    stem: str
    answer: bool
    feedback_true: str
    feedback_false: str
    explanation: str

    def __post_init__(self) -> None:
        as_text(self.stem, "stem")

    @property
    def options(self) -> tuple[Option, ...]:
        """The two judgements, true first."""
        return (
            Option(TRUE, _WORDS[TRUE], self.feedback_true),
            Option(FALSE, _WORDS[FALSE], self.feedback_false),
        )

    @property
    def keys(self) -> frozenset[str]:
        """The right judgement."""
        return frozenset({TRUE if self.answer else FALSE})

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""
        check_fields(body, required=("type", "stem", "answer", "feedback", "explanation"))
        feedback = as_mapping(body["feedback"], "feedback")
        check_fields(feedback, required=(TRUE, FALSE), at="feedback.")
        answer = body["answer"]
        if not isinstance(answer, bool):
            raise FieldError("answer", "must be true or false")
        return cls(
            stem=as_text(body["stem"], "stem"),
            answer=answer,
            feedback_true=as_text(feedback[TRUE], f"feedback.{TRUE}", may_be_empty=True),
            feedback_false=as_text(feedback[FALSE], f"feedback.{FALSE}", may_be_empty=True),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "answer": self.answer,
            "feedback": {TRUE: self.feedback_true, FALSE: self.feedback_false},
            "explanation": self.explanation,
        }

    def parse(self, raw: object) -> Chosen:
        """Read a response; raises FieldError."""
        return parse_chosen(raw, _IDS, at_most=1)

    def share(self, answer: Chosen) -> Fraction:
        """All or nothing."""
        return Fraction(answer.ids == self.keys)

    def shuffled(self, rng: Random) -> tuple[str, ...]:  # noqa: ARG002 - true stands first on every paper
        """Return true, then false: people expect that order, shuffling it only causes slips."""
        return (TRUE, FALSE)

    def samples(self) -> SampleResponses:
        """Return the right judgement, the other and none, and what is refused."""
        (key,) = self.keys
        (other,) = _IDS - self.keys
        return SampleResponses(
            right=({"chosen": [key]},),
            wrong=({"chosen": [other]}, {"chosen": []}),
            malformed=(*malformed_choices(_IDS), {"chosen": [TRUE, FALSE]}, {"chosen": [True]}),
        )
