"""A statement that holds or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.answers import Answer, Chosen, expect
from lms.questions.domain.types.base import (
    Body,
    Face,
    Feedback,
    ItemType,
    Option,
    Part,
    SampleResponses,
)
from lms.questions.domain.types.choices import faces, option_parts, options_explained
from lms.questions.domain.types.reading import (
    as_flag,
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
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    answer: bool
    feedback_true: str = ""
    feedback_false: str = ""
    explanation: str = ""

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
        return cls(
            stem=as_text(body["stem"], "stem"),
            answer=as_flag(body["answer"], "answer"),
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

    def share(self, answer: Answer) -> Fraction:
        """All or nothing."""
        return Fraction(expect(answer, Chosen).ids == self.keys)

    def shuffled(self, rng: Random) -> tuple[str, ...]:  # noqa: ARG002 - true stands first on every paper
        """Return true, then false: people expect that order, shuffling it only causes slips."""
        return (TRUE, FALSE)

    def face(self, order: Sequence[str] | None) -> Face:
        """Return what is seen before answering."""
        return Face(self.type, self.stem, faces(self.options, order))

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:
        """Return what is shown after answering."""
        chosen = expect(answer, Chosen)
        return Feedback(
            self.share(chosen) == 1,
            options_explained(self.options, self.keys, chosen, order),
            self.explanation,
        )

    def parts(self) -> tuple[Part, ...]:
        """Return the feedback and the key."""
        (key,) = self.keys
        return (*option_parts(self.options), Part("key", "", key, is_plain=True))

    def samples(self) -> SampleResponses:
        """Return the right judgement, the other and none, and what is refused."""
        (key,) = self.keys
        (other,) = _IDS - self.keys
        return SampleResponses(
            right=({"chosen": [key]},),
            wrong=({"chosen": [other]}, {"chosen": []}),
            malformed=(*malformed_choices(_IDS), {"chosen": [TRUE, FALSE]}, {"chosen": [True]}),
        )
