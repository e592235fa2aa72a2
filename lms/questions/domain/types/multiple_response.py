"""Several of several options are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.answers import Answer, Chosen, expect
from lms.questions.domain.types.base import (
    Body,
    CreditRule,
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
    as_text,
    check_fields,
    check_options,
    malformed_choices,
    options_as_json,
    parse_chosen,
    read_ids,
    read_options,
)

ROUNDED_HUNDRED = Decimal("99.9")
"""What three times 33.33333 must reach: other systems store shares rounded."""


@dataclass(frozen=True, slots=True)
class MultipleResponse:
    """A choice with one key or more, of which at least one option is not.

    Attributes:
        stem: The task; empty inside a gap of a text only.
        options: At least two.
        keys: Ids of the right options; with weights, those with a weight above 0.
        explanation: The general point.
        credit: ``EXACT`` is all or nothing. ``PROPORTIONAL`` gives the share of options rightly marked or
            left unmarked. ``CORRECT_MINUS_WRONG`` gives the share of the key found, less one such share for
            each distractor marked, never below zero. ``WEIGHTED`` adds up the weights of what was marked,
            never below zero nor above one; marking exactly the key earns everything, however the weights
            were rounded. Nothing marked earns nothing under every rule: leaving distractors unmarked is not
            evidence of knowledge.
    """

    type: ClassVar[ItemType] = ItemType.MULTIPLE_RESPONSE
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    options: tuple[Option, ...]
    keys: frozenset[str]
    explanation: str = ""
    credit: CreditRule = CreditRule.EXACT

    def __post_init__(self) -> None:
        as_text(self.stem, "stem", may_be_empty=self.stem == "")
        check_options(self.options)
        if not self.keys:
            raise FieldError("key", "must hold at least one option")
        if not self.keys <= self._ids:
            raise FieldError("key", f"{min(self.keys - self._ids)!r} is not an option")
        self._check_weights(is_weighted(self.options))
        if self.keys == self._ids and self.credit is not CreditRule.WEIGHTED:
            raise FieldError("key", "must leave at least one distractor")

    def _check_weights(self, has_weights: bool) -> None:
        if has_weights != (self.credit is CreditRule.WEIGHTED):
            raise FieldError(
                "credit", "must be weighted if the options have weights, and only then"
            )
        if not has_weights:
            return
        gains = {option.id: option.weight for option in self.options if (option.weight or 0) > 0}
        if self.keys != gains.keys():
            raise FieldError("key", "must be the options with a weight above 0")
        if sum((weight or Decimal(0) for weight in gains.values()), Decimal(0)) < ROUNDED_HUNDRED:
            raise FieldError("options", "the weights above 0 must add up to 100")

    @property
    def _ids(self) -> frozenset[str]:
        return frozenset(option.id for option in self.options)

    @classmethod
    def from_json(cls, body: Body, *, is_gap: bool = False) -> Self:
        """Read a body, inside a gap without a stem; raises FieldError."""
        check_fields(body, required=("type", "stem", "options", "key", "explanation", "credit"))
        rule = as_text(body["credit"], "credit")
        if rule not in set(CreditRule):
            raise FieldError("credit", f"{rule!r} is not a rule")
        return cls(
            stem=as_text(body["stem"], "stem", may_be_empty=is_gap),
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

    def share(self, answer: Answer) -> Fraction:
        """Return the share earned under the item's rule."""
        ids = expect(answer, Chosen).ids
        if not ids:
            return Fraction(0)
        if ids == self.keys or self.credit is CreditRule.EXACT:
            return Fraction(ids == self.keys)
        if self.credit is CreditRule.WEIGHTED:
            return weight_of(self.options, ids)
        found = len(ids & self.keys)
        if self.credit is CreditRule.PROPORTIONAL:
            left = len(self._ids - self.keys - ids)
            return Fraction(found + left, len(self.options))
        return max(Fraction(0), Fraction(found - len(ids - self.keys), len(self.keys)))

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Draw an order of the options."""
        return shuffled_ids(self.options, rng)

    def face(self, order: Sequence[str] | None) -> Face:
        """Return what is seen before answering."""
        return Face(self.type, self.stem, faces(self.options, order), takes_many=True)

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:
        """Return what is shown after answering."""
        chosen = expect(answer, Chosen)
        return Feedback(
            self.share(chosen) == 1,
            options_explained(self.options, self.keys, chosen, order),
            self.explanation,
        )

    def parts(self) -> tuple[Part, ...]:
        """Return the options, the key and the rule."""
        return (
            *option_parts(self.options),
            Part("key", "", ", ".join(sorted(self.keys)), is_plain=True),
            Part("credit", "", self.credit.value, is_plain=True),
        )

    def samples(self) -> SampleResponses:
        """Return the key; one missing, one too many, all, only distractors, nothing; and what is refused."""
        distractors = self._ids - self.keys
        wrong = {frozenset[str](), self.keys - {min(self.keys)}, self._ids, distractors}
        if distractors:
            wrong.add(self.keys | {min(distractors)})
        less = [ids for ids in sorted(wrong, key=sorted) if self.share(Chosen(ids)) < 1]
        return SampleResponses(
            right=({"chosen": sorted(self.keys)}, {"chosen": sorted(self.keys, reverse=True)}),
            wrong=tuple({"chosen": sorted(ids)} for ids in less),
            malformed=malformed_choices(self._ids),
        )
