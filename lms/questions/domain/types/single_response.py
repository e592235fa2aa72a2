"""One of several options is right."""

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
    """A choice with exactly one key."""

    type: ClassVar[ItemType] = ItemType.SINGLE_RESPONSE

    stem: str
    options: tuple[Option, ...]
    key: str
    explanation: str

    def __post_init__(self) -> None:
        as_text(self.stem, "stem")
        check_options(self.options)
        if self.key not in self._ids:
            raise FieldError("key", f"{self.key!r} is not an option")

    @property
    def keys(self) -> frozenset[str]:
        """The one right option."""
        return frozenset({self.key})

    @property
    def _ids(self) -> frozenset[str]:
        return frozenset(option.id for option in self.options)

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""
        check_fields(body, required=("type", "stem", "options", "key", "explanation"))
        keys = read_ids(body["key"], "key")
        if len(keys) != 1:
            raise FieldError("key", f"must be one option, not {len(keys)}")
        return cls(
            stem=as_text(body["stem"], "stem"),
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

    def share(self, answer: Chosen) -> Fraction:
        """All or nothing."""
        return Fraction(answer.ids == self.keys)

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Draw an order of the options."""
        ids = [option.id for option in self.options]
        rng.shuffle(ids)
        return tuple(ids)

    def samples(self) -> SampleResponses:
        """Return the key, every distractor and nothing, and what is refused."""
        distractors = sorted(self._ids - self.keys)
        return SampleResponses(
            right=({"chosen": [self.key]},),
            wrong=({"chosen": []}, *({"chosen": [option]} for option in distractors)),
            malformed=(*malformed_choices(self._ids), {"chosen": [self.key, distractors[0]]}),
        )
