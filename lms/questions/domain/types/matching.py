"""Things to be put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.answers import Answer, Matched, expect
from lms.questions.domain.types.base import (
    Body,
    CreditRule,
    Face,
    FaceOption,
    Feedback,
    FieldError,
    ItemType,
    Option,
    Part,
    RowFeedback,
    SampleResponses,
)
from lms.questions.domain.types.choices import arranged
from lms.questions.domain.types.reading import (
    as_list,
    as_mapping,
    as_text,
    check_fields,
    check_list,
    read_response,
)

PREMISES_AT_MOST = 20
CHOICES_AT_MOST = 26
_RULES = (CreditRule.PROPORTIONAL, CreditRule.EXACT)


@dataclass(frozen=True, slots=True)
class Premise:
    """One line on the left: its text, and the id of the choice that belongs to it."""

    id: str
    text: str
    choice_id: str


@dataclass(frozen=True, slots=True)
class MatchChoice:
    """One choice on the right; it may belong to several premises or to none."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Premises to each of which one of the choices is put.

    Attributes:
        stem: The task.
        premises: At least two.
        choices: At least two; more than there are premises makes distractors.
        explanation: The general point.
        credit: ``PROPORTIONAL`` gives the share of premises put right, ``EXACT`` all or nothing.
    """

    type: ClassVar[ItemType] = ItemType.MATCHING
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    premises: tuple[Premise, ...]
    choices: tuple[MatchChoice, ...]
    explanation: str = ""
    credit: CreditRule = CreditRule.PROPORTIONAL

    def __post_init__(self) -> None:
        as_text(self.stem, "stem")
        check_list("premises", [(one.id, one.text) for one in self.premises], PREMISES_AT_MOST)
        check_list("choices", [(one.id, one.text) for one in self.choices], CHOICES_AT_MOST)
        known = {choice.id for choice in self.choices}
        for index, premise in enumerate(self.premises):
            if premise.choice_id not in known:
                at = f"premises[{index}].choice"
                raise FieldError(at, f"{premise.choice_id!r} is not a choice")
        if self.credit not in _RULES:
            raise FieldError("credit", f"{self.credit.value!r} is not a rule for matching")

    @property
    def options(self) -> tuple[Option, ...]:
        """The choices."""
        return tuple(Option(choice.id, choice.text) for choice in self.choices)

    @property
    def keys(self) -> frozenset[str]:
        """None: a choice is right at a premise only."""
        return frozenset()

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""
        check_fields(
            body, required=("type", "stem", "premises", "choices", "explanation", "credit")
        )
        rule = as_text(body["credit"], "credit")
        if rule not in _RULES:
            raise FieldError("credit", f"{rule!r} is not a rule for matching")
        premises = _read_list(body["premises"], "premises", ("id", "text", "choice"))
        choices = _read_list(body["choices"], "choices", ("id", "text"))
        return cls(
            stem=as_text(body["stem"], "stem"),
            premises=tuple(Premise(*premise) for premise in premises),
            choices=tuple(MatchChoice(*choice) for choice in choices),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
            credit=CreditRule(rule),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "premises": [
                {"id": one.id, "text": one.text, "choice": one.choice_id} for one in self.premises
            ],
            "choices": [{"id": one.id, "text": one.text} for one in self.choices],
            "explanation": self.explanation,
            "credit": self.credit.value,
        }

    def parse(self, raw: object) -> Matched:
        """Read ``{"pairs": {premise: choice}}``; premises may be left open. Raises FieldError."""
        value = read_response(raw, "pairs")
        pairs = {} if value is None else as_mapping(value, "pairs")
        premises = {premise.id for premise in self.premises}
        choices = {choice.id for choice in self.choices}
        found: dict[str, str] = {}
        for premise_id, choice in pairs.items():
            choice_id = as_text(choice, f"pairs.{premise_id}")
            if premise_id not in premises:
                raise FieldError("pairs", f"{premise_id!r} is not a premise")
            if choice_id not in choices:
                raise FieldError(f"pairs.{premise_id}", f"{choice_id!r} is not a choice")
            found[premise_id] = choice_id
        return Matched(found)

    def share(self, answer: Answer) -> Fraction:
        """Return the share of premises put right; under ``EXACT`` all or nothing."""
        pairs = expect(answer, Matched).pairs
        right = sum(pairs.get(premise.id) == premise.choice_id for premise in self.premises)
        if self.credit is CreditRule.EXACT:
            return Fraction(right == len(self.premises))
        return Fraction(right, len(self.premises))

    def shuffled(self, rng: Random) -> tuple[str, ...]:
        """Draw an order of the choices; premises stand as authored."""
        ids = [choice.id for choice in self.choices]
        rng.shuffle(ids)
        return tuple(ids)

    def face(self, order: Sequence[str] | None) -> Face:
        """Return what is seen before answering."""
        choices = arranged(((choice.id, choice) for choice in self.choices), order)
        return Face(
            self.type,
            self.stem,
            options=tuple(FaceOption(choice.id, choice.text) for choice in choices),
            premises=tuple(FaceOption(one.id, one.text) for one in self.premises),
        )

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:  # noqa: ARG002 - premises keep theirs
        """Return what is shown after answering, premise by premise."""
        pairs = expect(answer, Matched).pairs
        texts = {choice.id: choice.text for choice in self.choices}
        rows = tuple(
            RowFeedback(
                id=premise.id,
                label=premise.text,
                given=texts[pairs[premise.id]] if premise.id in pairs else "",
                right=(texts[premise.choice_id],),
                share=Fraction(pairs.get(premise.id) == premise.choice_id),
            )
            for premise in self.premises
        )
        return Feedback(self.share(answer) == 1, (), self.explanation, rows)

    def parts(self) -> tuple[Part, ...]:
        """Return premises, choices, what belongs together, and the rule."""
        return (
            *(Part("premise", one.id, one.text) for one in self.premises),
            *(Part("choice", one.id, one.text) for one in self.choices),
            *(Part("pair", one.id, one.choice_id, is_plain=True) for one in self.premises),
            Part("credit", "", self.credit.value, is_plain=True),
        )

    def samples(self) -> SampleResponses:
        """Return all pairs; one wrong, one open, nothing; and what is refused."""
        right = {premise.id: premise.choice_id for premise in self.premises}
        first = self.premises[0]
        other = next(choice.id for choice in self.choices if choice.id != first.choice_id)
        open_one = {name: choice for name, choice in right.items() if name != first.id}
        stranger = "x" + "".join(sorted({*right, *(choice.id for choice in self.choices)}))
        return SampleResponses(
            right=({"pairs": right}, {"pairs": dict(reversed(right.items()))}),
            wrong=(
                {},
                {"pairs": {}},
                {"pairs": open_one},
                {"pairs": {**right, first.id: other}},
            ),
            malformed=(
                None,
                first.id,
                [first.id],
                {"chosen": [first.choice_id]},
                {"pairs": None},
                {"pairs": [[first.id, first.choice_id]]},
                {"pairs": {stranger: first.choice_id}},
                {"pairs": {first.id: stranger}},
                {"pairs": {first.id: [first.choice_id]}},
                {"pairs": {first.id: ""}},
                {"pairs": right, "more": 1},
            ),
        )


def _read_list(value: object, field: str, names: tuple[str, ...]) -> list[list[str]]:
    rows = []
    for index, entry in enumerate(as_list(value, field)):
        at = f"{field}[{index}]"
        fields = as_mapping(entry, at)
        check_fields(fields, required=names, at=f"{at}.")
        rows.append([as_text(fields[name], f"{at}.{name}") for name in names])
    return rows
