"""Several of several options are right."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.base import (
    Body,
    Chosen,
    CreditRule,
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
class MultipleResponse:
    """A choice with one key or more, of which at least one option is not.

    Attributes:
        credit: ``EXACT`` is all or nothing. ``PROPORTIONAL`` gives the share of options rightly marked or
            left unmarked. ``CORRECT_MINUS_WRONG`` gives the share of the key found, less one such share for
            each distractor marked, never below zero. Nothing marked earns nothing under every rule:
            leaving distractors unmarked is not evidence of knowledge.
    """

    type: ClassVar[ItemType] = ItemType.MULTIPLE_RESPONSE

    stem: str
    options: tuple[Option, ...]
    keys: frozenset[str]
    explanation: str
    credit: CreditRule = CreditRule.EXACT

    def __post_init__(self) -> None:
        as_text(self.stem, "stem")
        check_options(self.options)
        if not self.keys:
            raise FieldError("key", "must hold at least one option")
        if not self.keys <= self._ids:
            raise FieldError("key", f"{min(self.keys - self._ids)!r} is not an option")
        if self.keys == self._ids:
            raise FieldError("key", "must leave at least one distractor")

    @property
    def _ids(self) -> frozenset[str]:
        return frozenset(option.id for option in self.options)

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""
        check_fields(body, required=("type", "stem", "options", "key", "explanation", "credit"))
        rule = as_text(body["credit"], "credit")
        if rule not in set(CreditRule):
            raise FieldError("credit", f"{rule!r} is not a rule")
        return cls(
            stem=as_text(body["stem"], "stem"),
            options=read_options(body["options"]),
            keys=read_ids(body["key"], "key"),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
            credit=CreditRule(rule),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "options": options_as_json(self.options),
            "key": sorted(self.keys),
            "explanation": self.explanation,
            "credit": self.credit.value,
        }

    def parse(self, raw: object) -> Chosen:
        """Read a response; raises FieldError."""
        return parse_chosen(raw, self._ids, at_most=len(self.options))

    def share(self, answer: Chosen) -> Fraction:
        """Return the share earned under the item's rule."""
        if answer.is_empty:
            return Fraction(0)
        found = len(answer.ids & self.keys)
        wrongly = len(answer.ids - self.keys)
        if self.credit is CreditRule.PROPORTIONAL:
            left = len(self._ids - self.keys - answer.ids)
            return Fraction(found + left, len(self.options))
        if self.credit is CreditRule.CORRECT_MINUS_WRONG:
            return max(Fraction(0), Fraction(found - wrongly, len(self.keys)))
        return Fraction(answer.ids == self.keys)

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Draw an order of the options."""
        ids = [option.id for option in self.options]
        rng.shuffle(ids)
        return tuple(ids)

    def samples(self) -> SampleResponses:
        """Return the key; one missing, one too many, all, only distractors, nothing; and what is refused."""
        distractors = self._ids - self.keys
        wrong = (
            frozenset[str](),
            self.keys - {min(self.keys)},
            self.keys | {min(distractors)},
            self._ids,
            distractors,
        )
        return SampleResponses(
            right=({"chosen": sorted(self.keys)}, {"chosen": sorted(self.keys, reverse=True)}),
            wrong=tuple({"chosen": sorted(ids)} for ids in sorted(set(wrong), key=sorted)),
            malformed=malformed_choices(self._ids),
        )
