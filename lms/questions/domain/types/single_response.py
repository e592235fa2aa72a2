"""One of several options is right."""

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
    FieldError,
    ItemType,
    Option,
    Part,
    SampleResponses,
)
from lms.questions.domain.types.choices import (
    faces,
    is_weighted,
    option_parts,
    options_explained,
    shuffled_ids,
    weight_of,
)
from lms.questions.domain.types.reading import (
    HUNDRED,
    as_text,
    check_fields,
    check_options,
    malformed_choices,
    options_as_json,
    parse_chosen,
    read_ids,
    read_options,
)


@dataclass(frozen=True, slots=True)
class SingleResponse:
    """A choice of one option, of which one is the key.

    Attributes:
        stem: The task; empty inside a gap of a text only.
        options: At least two. With weights, the option chosen earns its weight, and the key has 100.
        key: Id of the right option.
        explanation: The general point.
    """

    type: ClassVar[ItemType] = ItemType.SINGLE_RESPONSE
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    options: tuple[Option, ...]
    key: str
    explanation: str = ""

    def __post_init__(self) -> None:
        as_text(self.stem, "stem", may_be_empty=self.stem == "")
        check_options(self.options)
        if self.key not in self._ids:
            raise FieldError("key", f"{self.key!r} is not an option")
        if is_weighted(self.options) and self.key not in self._full:
            raise FieldError("key", f"{self.key!r} must have the weight 100")

    @property
    def keys(self) -> frozenset[str]:
        """The one right option; with weights, every option that earns everything."""
        return self._full or frozenset({self.key})

    @property
    def _full(self) -> frozenset[str]:
        return frozenset(option.id for option in self.options if option.weight == HUNDRED)

    @property
    def _ids(self) -> frozenset[str]:
        return frozenset(option.id for option in self.options)

    @classmethod
    def from_json(cls, body: Body, *, is_gap: bool = False) -> Self:
        """Read a body, inside a gap without a stem; raises FieldError."""
        check_fields(body, required=("type", "stem", "options", "key", "explanation"))
        keys = read_ids(body["key"], "key")
        if len(keys) != 1:
            raise FieldError("key", f"must be one option, not {len(keys)}")
        return cls(
            stem=as_text(body["stem"], "stem", may_be_empty=is_gap),
            options=read_options(body["options"]),
            key=min(keys),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "options": options_as_json(self.options),
            "key": [self.key],
            "explanation": self.explanation,
        }

    def parse(self, raw: object) -> Chosen:
        """Read a response; raises FieldError."""
        return parse_chosen(raw, self._ids, at_most=1)

    def share(self, answer: Answer) -> Fraction:
        """All or nothing; with weights, the weight of the option chosen, at least nothing."""
        ids = expect(answer, Chosen).ids
        if self.options[0].weight is None:
            return Fraction(ids == {self.key})
        return weight_of(self.options, ids)

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Draw an order of the options."""
        return shuffled_ids(self.options, rng)

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
        """Return the options and the key."""
        return (
            *option_parts(self.options),
            Part("key", "", ", ".join(sorted(self.keys)), is_plain=True),
        )

    def samples(self) -> SampleResponses:
        """Return every key, every distractor and nothing, and what is refused."""
        some, other = sorted(self._ids)[:2]
        distractors = sorted(self._ids - self.keys)
        return SampleResponses(
            right=tuple({"chosen": [key]} for key in sorted(self.keys)),
            wrong=({"chosen": []}, *({"chosen": [option]} for option in distractors)),
            malformed=(*malformed_choices(self._ids), {"chosen": [some, other]}),
        )
