"""Steps to be put into order."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.answers import Answer, Ordered, expect
from lms.questions.domain.types.base import (
    Body,
    Face,
    Feedback,
    FieldError,
    ItemType,
    Option,
    OrderCredit,
    Part,
    RowFeedback,
    SampleResponses,
)
from lms.questions.domain.types.choices import faces
from lms.questions.domain.types.reading import (
    as_list,
    as_text,
    check_fields,
    check_options,
    options_as_json,
    read_options,
    read_response,
)


@dataclass(frozen=True, slots=True)
class Ordering:
    """Steps that have one right order.

    Attributes:
        stem: The task.
        options: The steps, in the right order.
        explanation: The general point.
        credit: ``EXACT`` is all or nothing; ``ADJACENT_PAIRS`` gives the share of right neighbours (a step
            immediately before the one that follows it) found.
    """

    type: ClassVar[ItemType] = ItemType.ORDERING
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    options: tuple[Option, ...]
    explanation: str = ""
    credit: OrderCredit = OrderCredit.ADJACENT_PAIRS

    def __post_init__(self) -> None:
        as_text(self.stem, "stem")
        check_options(self.options)
        for index, option in enumerate(self.options):
            if option.weight is not None:
                raise FieldError(f"options[{index}].weight", "a step has no weight")

    @property
    def keys(self) -> frozenset[str]:
        """None: the order is the key."""
        return frozenset()

    @property
    def _ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""
        check_fields(body, required=("type", "stem", "options", "explanation", "credit"))
        rule = as_text(body["credit"], "credit")
        if rule not in set(OrderCredit):
            raise FieldError("credit", f"{rule!r} is not a rule for an order")
        return cls(
            stem=as_text(body["stem"], "stem"),
            options=read_options(body["options"]),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
            credit=OrderCredit(rule),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "options": options_as_json(self.options),
            "explanation": self.explanation,
            "credit": self.credit.value,
        }

    def parse(self, raw: object) -> Ordered:
        """Read ``{"order": [ids]}``: every step once, or none. Raises FieldError."""
        value = read_response(raw, "order")
        entries = [] if value is None else as_list(value, "order")
        ids = tuple(as_text(entry, f"order[{index}]") for index, entry in enumerate(entries))
        if ids and sorted(ids) != sorted(self._ids):
            raise FieldError("order", "must hold every step once")
        return Ordered(ids)

    def share(self, answer: Answer) -> Fraction:
        """Return the share of right neighbours; under ``EXACT`` all or nothing."""
        ids = expect(answer, Ordered).ids
        if self.credit is OrderCredit.EXACT:
            return Fraction(ids == self._ids)
        right = set(pairwise(self._ids))
        return Fraction(sum(pair in right for pair in pairwise(ids)), len(right))

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Draw an order that is not the right one, unless there are two steps only."""
        ids = list(self._ids)
        rng.shuffle(ids)
        if tuple(ids) == self._ids and len(ids) > 2:
            ids.append(ids.pop(0))
        return tuple(ids)

    def face(self, order: Sequence[str] | None) -> Face:
        """Return what is seen before answering. The authored order is the key: give another."""
        return Face(self.type, self.stem, faces(self.options, order))

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:  # noqa: ARG002 - places count
        """Return what is shown after answering, place by place."""
        ids = expect(answer, Ordered).ids
        by_id = {option.id: option for option in self.options}
        rows = []
        for place, option in enumerate(self.options):
            given = by_id[ids[place]] if ids else None
            rows.append(
                RowFeedback(
                    id=str(place + 1),
                    label="",
                    given="" if given is None else given.text,
                    right=(option.text,),
                    share=Fraction(given is option),
                    feedback="" if given is None else given.feedback,
                )
            )
        return Feedback(self.share(answer) == 1, (), self.explanation, tuple(rows))

    def parts(self) -> tuple[Part, ...]:
        """Return the steps, their order and the rule."""
        parts = []
        for option in self.options:
            parts.append(Part("step", option.id, option.text))
            parts.append(Part("feedback", option.id, option.feedback))
        return (
            *parts,
            Part("key", "", " → ".join(self._ids), is_plain=True),
            Part("credit", "", self.credit.value, is_plain=True),
        )

    def samples(self) -> SampleResponses:
        """Return the order; another, the reverse, nothing; and what is refused."""
        ids = list(self._ids)
        stranger = "x" + "".join(sorted(ids))
        return SampleResponses(
            right=({"order": ids},),
            wrong=({}, {"order": []}, {"order": [*ids[1:], ids[0]]}, {"order": ids[::-1]}),
            malformed=(
                None,
                ids[0],
                ids,
                {"chosen": ids},
                {"order": None},
                {"order": "".join(ids)},
                {"order": ids[1:]},
                {"order": [*ids, ids[0]]},
                {"order": [stranger, *ids[1:]]},
                {"order": [ids[0], *ids[:-1]]},
                {"order": [1, *ids[1:]]},
                {"order": ids, "more": 1},
            ),
        )
