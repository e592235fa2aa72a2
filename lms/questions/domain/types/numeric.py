"""A number to be typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.numbers import read_number
from lms.questions.domain.types.answers import Answer, Typed, expect
from lms.questions.domain.types.base import (
    Body,
    Face,
    Feedback,
    FieldError,
    ItemType,
    Option,
    Part,
    RowFeedback,
    SampleResponses,
)
from lms.questions.domain.types.choices import clipped, percent_text
from lms.questions.domain.types.reading import (
    HUNDRED,
    as_decimal,
    as_list,
    as_mapping,
    as_text,
    check_decimal,
    check_fields,
    check_percent,
    decimal_as_text,
    malformed_texts,
    parse_typed,
)

TEXT_AT_MOST = 100
"""Characters of an answer."""
UNIT_AT_MOST = 20
ACCEPTED_AT_MOST = 20
_EXACT = Context(prec=150)


@dataclass(frozen=True, slots=True)
class AcceptedNumber:
    """A closed range of numbers that earns something.

    Attributes:
        low: The least.
        high: The greatest; equal to ``low`` for one number.
        percent: What it earns, -100 to 100.
        feedback: Said to whoever typed it.
    """

    low: Decimal
    high: Decimal
    percent: Decimal = HUNDRED
    feedback: str = ""

    @classmethod
    def around(
        cls,
        value: Decimal,
        tolerance: Decimal = Decimal(0),
        percent: Decimal = HUNDRED,
        feedback: str = "",
    ) -> Self:
        """Return the range ``value`` plus or minus ``tolerance``."""
        low = _EXACT.subtract(value, tolerance)
        return cls(low, _EXACT.add(value, tolerance), percent, feedback)

    @property
    def value(self) -> Decimal:
        """The middle of the range."""
        return _EXACT.divide(_EXACT.add(self.low, self.high), Decimal(2))

    @property
    def tolerance(self) -> Decimal:
        """Half the width of the range."""
        return _EXACT.divide(_EXACT.subtract(self.high, self.low), Decimal(2))

    @property
    def text(self) -> str:
        """The range as people read it: ``12`` or ``11.5–12.5``."""
        low, high = decimal_as_text(self.low), decimal_as_text(self.high)
        return low if self.low == self.high else f"{low}–{high}"


@dataclass(frozen=True, slots=True)
class Numeric:
    """A question answered with a number.

    Attributes:
        stem: The question; empty inside a gap of a text only.
        accepted: The first range that holds the number gives the share; at least one number earns everything.
        unit: Stands behind the answer; may be typed along. May be empty.
        explanation: The general point.
    """

    type: ClassVar[ItemType] = ItemType.NUMERIC
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    accepted: tuple[AcceptedNumber, ...]
    unit: str = ""
    explanation: str = ""

    def __post_init__(self) -> None:
        as_text(self.stem, "stem", may_be_empty=self.stem == "")
        as_text(self.unit, "unit", may_be_empty=self.unit == "")
        if len(self.unit) > UNIT_AT_MOST:
            raise FieldError("unit", f"is longer than {UNIT_AT_MOST} characters")
        if self.unit and read_number(f"1{self.unit}") is not None:
            raise FieldError("unit", "cannot be told from the number before it")
        if not 1 <= len(self.accepted) <= ACCEPTED_AT_MOST:
            raise FieldError(
                "accepted", f"must be 1 to {ACCEPTED_AT_MOST}, not {len(self.accepted)}"
            )
        for index, one in enumerate(self.accepted):
            check_decimal(one.low, f"accepted[{index}].low")
            check_decimal(one.high, f"accepted[{index}].high")
            check_percent(one.percent, f"accepted[{index}].percent")
            if one.low > one.high:
                raise FieldError(f"accepted[{index}].high", "must not be below low")
        if not self._right():
            raise FieldError("accepted", "no number earns everything")

    @property
    def options(self) -> tuple[Option, ...]:
        """None: the number is the person's own."""
        return ()

    @property
    def keys(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @classmethod
    def from_json(cls, body: Body, *, is_gap: bool = False) -> Self:
        """Read a body, inside a gap without a stem; raises FieldError."""
        check_fields(body, required=("type", "stem", "accepted", "unit", "explanation"))
        accepted = []
        for index, entry in enumerate(as_list(body["accepted"], "accepted")):
            at = f"accepted[{index}]"
            fields = as_mapping(entry, at)
            check_fields(fields, required=("low", "high", "percent", "feedback"), at=f"{at}.")
            accepted.append(
                AcceptedNumber(
                    low=as_decimal(fields["low"], f"{at}.low"),
                    high=as_decimal(fields["high"], f"{at}.high"),
                    percent=as_decimal(fields["percent"], f"{at}.percent"),
                    feedback=as_text(fields["feedback"], f"{at}.feedback", may_be_empty=True),
                )
            )
        return cls(
            stem=as_text(body["stem"], "stem", may_be_empty=is_gap),
            accepted=tuple(accepted),
            unit=as_text(body["unit"], "unit", may_be_empty=True),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "accepted": [
                {
                    "low": decimal_as_text(one.low),
                    "high": decimal_as_text(one.high),
                    "percent": decimal_as_text(one.percent),
                    "feedback": one.feedback,
                }
                for one in self.accepted
            ],
            "unit": self.unit,
            "explanation": self.explanation,
        }

    def parse(self, raw: object) -> Typed:
        """Read a response; a text that is no number is well formed and earns nothing. Raises FieldError."""
        return parse_typed(raw, at_most=TEXT_AT_MOST)

    def find_accepted(self, answer: Typed) -> AcceptedNumber | None:
        """Return the first range that holds the number typed."""
        number = read_number(answer.text, self.unit)
        return None if number is None else self._find(number)

    def _find(self, number: Decimal) -> AcceptedNumber | None:
        return next((one for one in self.accepted if one.low <= number <= one.high), None)

    def share(self, answer: Answer) -> Fraction:
        """Return the share of the first range that holds the number."""
        found = self.find_accepted(expect(answer, Typed))
        return Fraction(0) if found is None else clipped(found.percent)

    def shuffled(self, rng: Random) -> tuple[str, ...]:  # noqa: ARG002 - there is nothing to shuffle
        """Return nothing: there are no options."""
        return ()

    def face(self, order: Sequence[str] | None) -> Face:  # noqa: ARG002 - there are no options
        """Return what is seen before answering."""
        return Face(self.type, self.stem, unit=self.unit, lines=1)

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:  # noqa: ARG002
        """Return what is shown after answering."""
        typed = expect(answer, Typed)
        found = self.find_accepted(typed)
        share = Fraction(0) if found is None else clipped(found.percent)
        gap = "" if self.unit in ("", "%") else " "
        row = RowFeedback(
            id="",
            label="",
            given=typed.text.strip(),
            right=tuple(
                f"{one.text}{gap}{self.unit}" for one in self.accepted if one.percent == HUNDRED
            ),
            share=share,
            feedback="" if found is None else found.feedback,
            is_typed=True,
        )
        return Feedback(share == 1, (), self.explanation, (row,))

    def parts(self) -> tuple[Part, ...]:
        """Return the ranges and the unit."""
        parts = []
        for number, one in enumerate(self.accepted, start=1):
            parts.append(Part("accepted", str(number), one.text, is_plain=True))
            parts.append(Part("weight", str(number), percent_text(one.percent), is_plain=True))
            parts.append(Part("feedback", str(number), one.feedback))
        parts.append(Part("unit", "", self.unit, is_plain=True))
        return tuple(parts)

    def _right(self) -> list[Decimal]:
        """Return numbers that earn everything: ends and middles, as far as no earlier range has them."""
        found = []
        for one in self.accepted:
            if one.percent != HUNDRED:
                continue
            ends = {end for other in self.accepted for end in (other.low, other.high)}
            edges = sorted(end for end in ends if one.low <= end <= one.high)
            middles = [AcceptedNumber(low, high).value for low, high in pairwise(edges)]
            for number in (*edges, *middles):
                held = self._find(number)
                if held is not None and held.percent == HUNDRED:
                    found.append(number)
        return found

    def samples(self) -> SampleResponses:
        """Return numbers within; numbers beside, words and nothing; and what is refused."""
        right = [decimal_as_text(number) for number in self._right()]
        most = max(one.high for one in self.accepted)
        least = min(one.low for one in self.accepted)
        beside = (_EXACT.add(most, Decimal(1)), _EXACT.subtract(least, Decimal(1)))
        wrong = ("", "abc", *(decimal_as_text(number) for number in beside))
        return SampleResponses(
            right=(*({"text": text} for text in right), {"text": f" {right[0]}{self.unit} "}),
            wrong=({}, *({"text": text} for text in wrong)),
            malformed=malformed_texts(TEXT_AT_MOST),
        )
