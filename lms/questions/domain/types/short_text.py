"""A few words to be typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.folding import Folding, Pattern
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
    as_flag,
    as_list,
    as_mapping,
    as_text,
    check_fields,
    check_percent,
    decimal_as_text,
    malformed_texts,
    parse_typed,
)

TEXT_AT_MOST = 200
"""Characters of an answer."""
ACCEPTED_AT_MOST = 50
_FLAGS = ("match_case", "match_width", "fold_traditional")


@dataclass(frozen=True, slots=True)
class AcceptedText:
    r"""A text that earns something.

    Attributes:
        text: ``*`` stands for any run of characters, also none; ``\*`` is a star.
        percent: What it earns, -100 to 100.
        feedback: Said to whoever typed it.
    """

    text: str
    percent: Decimal = HUNDRED
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class ShortText:
    """A question answered in a few words of one's own.

    Attributes:
        stem: The question; empty inside a gap of a text only.
        accepted: The first that matches gives the share; at least one can be reached that earns everything.
        explanation: The general point.
        match_case: Whether ``ABC`` and ``abc`` differ.
        match_width: Whether ``ＡＢＣ`` and ``ABC`` differ.
        fold_traditional: Whether 退貨 is the same as 退货.
    """

    type: ClassVar[ItemType] = ItemType.SHORT_TEXT
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    accepted: tuple[AcceptedText, ...]
    explanation: str = ""
    match_case: bool = False
    match_width: bool = False
    fold_traditional: bool = False

    def __post_init__(self) -> None:
        as_text(self.stem, "stem", may_be_empty=self.stem == "")
        if not 1 <= len(self.accepted) <= ACCEPTED_AT_MOST:
            raise FieldError(
                "accepted", f"must be 1 to {ACCEPTED_AT_MOST}, not {len(self.accepted)}"
            )
        for index, one in enumerate(self.accepted):
            as_text(one.text, f"accepted[{index}].text")
            check_percent(one.percent, f"accepted[{index}].percent")
            if len(one.text) > TEXT_AT_MOST:
                raise FieldError(
                    f"accepted[{index}].text", f"is longer than {TEXT_AT_MOST} characters"
                )
        if not self._right():
            raise FieldError("accepted", "no answer earns everything")

    @property
    def folding(self) -> Folding:
        """Which differences do not count."""
        return Folding(
            match_case=self.match_case,
            match_width=self.match_width,
            fold_traditional=self.fold_traditional,
        )

    @property
    def options(self) -> tuple[Option, ...]:
        """None: the words are the person's own."""
        return ()

    @property
    def keys(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @classmethod
    def from_json(cls, body: Body, *, is_gap: bool = False) -> Self:
        """Read a body, inside a gap without a stem; raises FieldError."""
        check_fields(body, required=("type", "stem", "accepted", "explanation", *_FLAGS))
        accepted = []
        for index, entry in enumerate(as_list(body["accepted"], "accepted")):
            at = f"accepted[{index}]"
            fields = as_mapping(entry, at)
            check_fields(fields, required=("text", "percent", "feedback"), at=f"{at}.")
            accepted.append(
                AcceptedText(
                    text=as_text(fields["text"], f"{at}.text"),
                    percent=as_decimal(fields["percent"], f"{at}.percent"),
                    feedback=as_text(fields["feedback"], f"{at}.feedback", may_be_empty=True),
                )
            )
        return cls(
            stem=as_text(body["stem"], "stem", may_be_empty=is_gap),
            accepted=tuple(accepted),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
            match_case=as_flag(body["match_case"], "match_case"),
            match_width=as_flag(body["match_width"], "match_width"),
            fold_traditional=as_flag(body["fold_traditional"], "fold_traditional"),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "accepted": [
                {
                    "text": one.text,
                    "percent": decimal_as_text(one.percent),
                    "feedback": one.feedback,
                }
                for one in self.accepted
            ],
            "explanation": self.explanation,
            "match_case": self.match_case,
            "match_width": self.match_width,
            "fold_traditional": self.fold_traditional,
        }

    def parse(self, raw: object) -> Typed:
        """Read a response; raises FieldError."""
        return parse_typed(raw, at_most=TEXT_AT_MOST)

    def find_accepted(self, answer: Typed) -> AcceptedText | None:
        """Return the first accepted text that the answer matches."""
        if answer.is_empty:
            return None
        folding = self.folding
        folded = folding.fold(answer.text)
        return next(
            (one for one in self.accepted if Pattern(one.text, folding).matches(folded)), None
        )

    def share(self, answer: Answer) -> Fraction:
        """Return the share of the first accepted text that matches."""
        found = self.find_accepted(expect(answer, Typed))
        return Fraction(0) if found is None else clipped(found.percent)

    def shuffled(self, rng: Random) -> tuple[str, ...]:  # noqa: ARG002 - there is nothing to shuffle
        """Return nothing: there are no options."""
        return ()

    def face(self, order: Sequence[str] | None) -> Face:  # noqa: ARG002 - there are no options
        """Return what is seen before answering."""
        return Face(self.type, self.stem, lines=1)

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:  # noqa: ARG002
        """Return what is shown after answering."""
        typed = expect(answer, Typed)
        found = self.find_accepted(typed)
        share = Fraction(0) if found is None else clipped(found.percent)
        row = RowFeedback(
            id="",
            label="",
            given=typed.text.strip(),
            right=tuple(_shown(one.text) for one in self.accepted if one.percent == HUNDRED),
            share=share,
            feedback="" if found is None else found.feedback,
            is_typed=True,
        )
        return Feedback(share == 1, (), self.explanation, (row,))

    def parts(self) -> tuple[Part, ...]:
        """Return the accepted texts and what does not count as a difference."""
        parts = []
        for number, one in enumerate(self.accepted, start=1):
            parts.append(Part("accepted", str(number), one.text))
            parts.append(Part("weight", str(number), percent_text(one.percent), is_plain=True))
            parts.append(Part("feedback", str(number), one.feedback))
        flags = ((name, getattr(self, name)) for name in _FLAGS)
        parts.extend(Part(name, "", str(flag).lower(), is_plain=True) for name, flag in flags)
        return tuple(parts)

    def _right(self) -> list[str]:
        """Return one answer for each accepted text that earns everything and is reached."""
        folding = self.folding
        found = []
        for one in self.accepted:
            if one.percent == HUNDRED:
                texts = Pattern(one.text, folding).examples()
                found.extend([text for text in texts if self.share(Typed(text)) == 1][:1])
        return found

    def samples(self) -> SampleResponses:
        """Return each text that earns everything; words that do not, and nothing; and what is refused."""
        wrong = [text for text in ("", "  ", "?", "不是这个", "0") if self.share(Typed(text)) < 1]
        return SampleResponses(
            right=tuple({"text": text} for text in self._right()),
            wrong=({}, *({"text": text} for text in wrong)),
            malformed=malformed_texts(TEXT_AT_MOST),
        )


def _shown(text: str) -> str:
    """Return an accepted text as people read it: an ellipsis for any run of characters, stars as stars."""
    return "*".join(piece.replace("*", "…") for piece in text.split("\\*"))
