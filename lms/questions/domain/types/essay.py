"""A text of one's own, marked by people."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.answers import Answer, Typed, expect
from lms.questions.domain.types.base import (
    Body,
    Face,
    Feedback,
    FieldError,
    ItemType,
    MarkedByPeople,
    Option,
    Part,
    RowFeedback,
    SampleResponses,
)
from lms.questions.domain.types.reading import (
    as_count,
    as_decimal,
    as_list,
    as_mapping,
    as_text,
    check_decimal,
    check_fields,
    check_id,
    decimal_as_text,
    malformed_texts,
    parse_typed,
)

TEXT_AT_MOST = 10000
"""Characters of an answer."""
LINES_AT_MOST = 60
RUBRIC_AT_MOST = 20
POINTS_AT_MOST = Decimal(1000)


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One thing that markers look for, and what it is worth."""

    id: str
    text: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Essay:
    """A task answered at length.

    Attributes:
        stem: The task.
        rubric: What markers look for; may be empty.
        reference: An answer that would do; may be empty.
        explanation: The general point.
        lines: Height of the space for the answer, in lines.
    """

    type: ClassVar[ItemType] = ItemType.ESSAY
    is_marked_by_people: ClassVar[bool] = True

    stem: str
    rubric: tuple[RubricLine, ...] = ()
    reference: str = ""
    explanation: str = ""
    lines: int = 8

    def __post_init__(self) -> None:
        as_text(self.stem, "stem")
        as_count(self.lines, "lines", at_most=LINES_AT_MOST)
        if len(self.rubric) > RUBRIC_AT_MOST:
            raise FieldError("rubric", f"must be at most {RUBRIC_AT_MOST}, not {len(self.rubric)}")
        ids: set[str] = set()
        for index, line in enumerate(self.rubric):
            check_id(line.id, f"rubric[{index}].id")
            as_text(line.text, f"rubric[{index}].text")
            check_decimal(line.points, f"rubric[{index}].points")
            if line.id in ids:
                raise FieldError(f"rubric[{index}].id", f"{line.id!r} is there twice")
            if not 0 < line.points <= POINTS_AT_MOST:
                raise FieldError(
                    f"rubric[{index}].points", f"must be above 0, at most {POINTS_AT_MOST}"
                )
            ids.add(line.id)

    @property
    def options(self) -> tuple[Option, ...]:
        """None: the words are the person's own."""
        return ()

    @property
    def keys(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""
        check_fields(body, required=("type", "stem", "rubric", "reference", "explanation", "lines"))
        rubric = []
        for index, entry in enumerate(as_list(body["rubric"], "rubric")):
            at = f"rubric[{index}]"
            fields = as_mapping(entry, at)
            check_fields(fields, required=("id", "text", "points"), at=f"{at}.")
            rubric.append(
                RubricLine(
                    id=as_text(fields["id"], f"{at}.id"),
                    text=as_text(fields["text"], f"{at}.text"),
                    points=as_decimal(fields["points"], f"{at}.points"),
                )
            )
        return cls(
            stem=as_text(body["stem"], "stem"),
            rubric=tuple(rubric),
            reference=as_text(body["reference"], "reference", may_be_empty=True),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
            lines=as_count(body["lines"], "lines", at_most=LINES_AT_MOST),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "rubric": [
                {"id": line.id, "text": line.text, "points": decimal_as_text(line.points)}
                for line in self.rubric
            ],
            "reference": self.reference,
            "explanation": self.explanation,
            "lines": self.lines,
        }

    def parse(self, raw: object) -> Typed:
        """Read a response; raises FieldError."""
        return parse_typed(raw, at_most=TEXT_AT_MOST)

    def share(self, answer: Answer) -> Fraction:
        """Return nothing for an omitted answer; what any other earns is decided by people.

        Raises:
            MarkedByPeople: Something was written.
        """
        if expect(answer, Typed).is_empty:
            return Fraction(0)
        raise MarkedByPeople(self.type.value)

    def shuffled(self, rng: Random) -> tuple[str, ...]:  # noqa: ARG002 - there is nothing to shuffle
        """Return nothing: there are no options."""
        return ()

    def face(self, order: Sequence[str] | None) -> Face:  # noqa: ARG002 - there are no options
        """Return what is seen before answering."""
        return Face(self.type, self.stem, lines=self.lines)

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:  # noqa: ARG002
        """Return what is shown after answering: the answer beside the reference."""
        typed = expect(answer, Typed)
        row = RowFeedback(
            id="",
            label="",
            given=typed.text.strip(),
            right=(self.reference,) if self.reference.strip() else (),
            share=Fraction(0) if typed.is_empty else None,
            is_typed=True,
        )
        return Feedback(False, (), self.explanation, (row,))

    def parts(self) -> tuple[Part, ...]:
        """Return the rubric, the reference and the space."""
        parts = []
        for line in self.rubric:
            parts.append(Part("rubric", line.id, line.text))
            parts.append(Part("weight", line.id, decimal_as_text(line.points), is_plain=True))
        return (
            *parts,
            Part("reference", "", self.reference),
            Part("lines", "", str(self.lines), is_plain=True),
        )

    def samples(self) -> SampleResponses:
        """Return no right answer: people decide; nothing written earns nothing."""
        return SampleResponses(
            right=(),
            wrong=({}, {"text": ""}, {"text": "  \n"}),
            malformed=malformed_texts(TEXT_AT_MOST),
        )
