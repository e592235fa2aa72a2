"""A text with gaps."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import ClassVar, Self

from lms.questions.domain.types.answers import Answer, Filled, expect
from lms.questions.domain.types.base import (
    Body,
    Face,
    FaceGap,
    Feedback,
    FieldError,
    ItemType,
    Option,
    Part,
    RowFeedback,
    SampleResponses,
)
from lms.questions.domain.types.multiple_response import MultipleResponse
from lms.questions.domain.types.numeric import Numeric
from lms.questions.domain.types.reading import (
    as_count,
    as_list,
    as_mapping,
    as_text,
    check_fields,
    check_id,
    read_response,
)
from lms.questions.domain.types.short_text import ShortText
from lms.questions.domain.types.single_response import SingleResponse

GAPS_AT_MOST = 30
WEIGHT_AT_MOST = 100
MARKER = re.compile(r"\{\{([a-z0-9][a-z0-9_-]{0,15})\}\}")
"""A gap's place in the stem."""

GapItem = SingleResponse | MultipleResponse | ShortText | Numeric
"""What may stand in a gap."""

_KINDS: tuple[type[GapItem], ...] = (SingleResponse, MultipleResponse, ShortText, Numeric)
_TYPES = {kind.type.value: kind for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap.

    Attributes:
        id: Stands in the stem as ``{{id}}``.
        weight: How much it counts beside the others, from 1.
        item: What is asked there; its stem is empty.
    """

    id: str
    weight: int
    item: GapItem


@dataclass(frozen=True, slots=True)
class Cloze:
    """A text with gaps, each of which is a small item.

    Attributes:
        stem: The text, with the marker ``{{id}}`` of each gap exactly once, in the order of ``gaps``.
        gaps: At least one.
        explanation: The general point.
    """

    type: ClassVar[ItemType] = ItemType.CLOZE
    is_marked_by_people: ClassVar[bool] = False

    stem: str
    gaps: tuple[Gap, ...]
    explanation: str = ""

    def __post_init__(self) -> None:
        as_text(self.stem, "stem")
        if not 1 <= len(self.gaps) <= GAPS_AT_MOST:
            raise FieldError("gaps", f"must be 1 to {GAPS_AT_MOST}, not {len(self.gaps)}")
        for index, gap in enumerate(self.gaps):
            check_id(gap.id, f"gaps[{index}].id")
            as_count(gap.weight, f"gaps[{index}].weight", at_most=WEIGHT_AT_MOST)
            if gap.item.stem != "":
                raise FieldError(f"gaps[{index}].item.stem", "must be empty")
        ids = [gap.id for gap in self.gaps]
        if len(set(ids)) != len(ids):
            raise FieldError("gaps", "holds an id twice")
        found = MARKER.findall(self.stem)
        if found != ids:
            raise FieldError(
                "stem", f"must hold the markers of {ids} once and in order, not {found}"
            )

    @property
    def options(self) -> tuple[Option, ...]:
        """None: the gaps have their own."""
        return ()

    @property
    def keys(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @classmethod
    def from_json(cls, body: Body) -> Self:
        """Read a body; raises FieldError."""
        check_fields(body, required=("type", "stem", "gaps", "explanation"))
        gaps = []
        for index, entry in enumerate(as_list(body["gaps"], "gaps")):
            at = f"gaps[{index}]"
            fields = as_mapping(entry, at)
            check_fields(fields, required=("id", "weight", "item"), at=f"{at}.")
            gaps.append(
                Gap(
                    id=as_text(fields["id"], f"{at}.id"),
                    weight=as_count(fields["weight"], f"{at}.weight", at_most=WEIGHT_AT_MOST),
                    item=_read_item(fields["item"], f"{at}.item"),
                )
            )
        return cls(
            stem=as_text(body["stem"], "stem"),
            gaps=tuple(gaps),
            explanation=as_text(body["explanation"], "explanation", may_be_empty=True),
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as stored."""
        return {
            "type": self.type.value,
            "stem": self.stem,
            "gaps": [
                {"id": gap.id, "weight": gap.weight, "item": gap.item.as_json()}
                for gap in self.gaps
            ],
            "explanation": self.explanation,
        }

    def parse(self, raw: object) -> Filled:
        """Read ``{"gaps": {id: response}}``; gaps may be left open. Raises FieldError."""
        value = read_response(raw, "gaps")
        entries = {} if value is None else as_mapping(value, "gaps")
        items = {gap.id: gap.item for gap in self.gaps}
        found: dict[str, Answer] = {}
        for gap_id, entry in entries.items():
            if gap_id not in items:
                raise FieldError("gaps", f"{gap_id!r} is not a gap")
            try:
                answer = items[gap_id].parse(entry)
            except FieldError as error:
                raise FieldError(f"gaps.{gap_id}.{error.field}", error.problem) from error
            if not answer.is_empty:
                found[gap_id] = answer
        return Filled(found)

    def share(self, answer: Answer) -> Fraction:
        """Return the weighted mean of the gaps' shares."""
        gaps = expect(answer, Filled).gaps
        earned = sum(
            (gap.weight * gap.item.share(gaps[gap.id]) for gap in self.gaps if gap.id in gaps),
            Fraction(0),
        )
        return earned / sum(gap.weight for gap in self.gaps)

    def shuffled(self, rng: Random) -> tuple[str, ...]:  # noqa: ARG002 - options of gaps stand as authored
        """Return nothing: there is no list of options."""
        return ()

    def face(self, order: Sequence[str] | None) -> Face:  # noqa: ARG002 - options of gaps stand as authored
        """Return what is seen before answering."""
        gaps = tuple(
            FaceGap(gap.id, number, gap.item.face(None))
            for number, gap in enumerate(self.gaps, start=1)
        )
        return Face(self.type, self.stem, gaps=gaps)

    def explained(self, answer: Answer, order: Sequence[str] | None) -> Feedback:  # noqa: ARG002 - gaps keep theirs
        """Return what is shown after answering, gap by gap."""
        gaps = expect(answer, Filled).gaps
        rows = tuple(_explained(gap, gaps.get(gap.id)) for gap in self.gaps)
        return Feedback(self.share(answer) == 1, (), self.explanation, rows)

    def parts(self) -> tuple[Part, ...]:
        """Return what each gap says."""
        return tuple(part for gap in self.gaps for part in _parts(gap))

    def samples(self) -> SampleResponses:
        """Return every gap right; one wrong, one open, all open; and what is refused."""
        first = self.gaps[0]
        samples = {gap.id: gap.item.samples() for gap in self.gaps}
        right = {gap_id: sample.right[0] for gap_id, sample in samples.items()}
        left = {gap_id: raw for gap_id, raw in right.items() if gap_id != first.id}
        stranger = "x" + "".join(sorted(right))
        return SampleResponses(
            right=({"gaps": right}, {"gaps": {gap: one.right[-1] for gap, one in samples.items()}}),
            wrong=(
                {},
                {"gaps": {}},
                {"gaps": left},
                *({"gaps": {**right, first.id: raw}} for raw in samples[first.id].wrong),
            ),
            malformed=(
                None,
                first.id,
                [right[first.id]],
                {"text": "7"},
                {"gaps": None},
                {"gaps": [right[first.id]]},
                {"gaps": {stranger: right[first.id]}},
                {"gaps": right, "more": 1},
                *({"gaps": {first.id: raw}} for raw in samples[first.id].malformed),
            ),
        )


def _read_item(value: object, at: str) -> GapItem:
    body = as_mapping(value, at)
    name = as_text(body.get("type"), f"{at}.type")
    kind = _TYPES.get(name)
    if kind is None:
        raise FieldError(f"{at}.type", f"{name!r} cannot stand in a gap")
    try:
        return kind.from_json(body, is_gap=True)
    except FieldError as error:
        raise FieldError(f"{at}.{error.field}", error.problem) from error


def _explained(gap: Gap, answer: Answer | None) -> RowFeedback:
    item = gap.item
    given = item.parse({}) if answer is None else answer
    said = item.explained(given, None)
    if said.rows:
        return replace(said.rows[0], id=gap.id)
    chosen = [option for option in said.options if option.is_chosen]
    right = [option.text for option in said.options if option.is_key]
    return RowFeedback(
        id=gap.id,
        label="",
        given="、".join(option.text for option in chosen),
        right=("、".join(right),) if isinstance(item, MultipleResponse) else tuple(right),
        share=item.share(given),
        feedback=" ".join(option.feedback for option in chosen if option.feedback),
    )


def _parts(gap: Gap) -> Iterator[Part]:
    yield Part("type", gap.id, gap.item.type.value, is_plain=True)
    yield Part("gap", gap.id, str(gap.weight), is_plain=True)
    for part in gap.item.parts():
        yield replace(part, id=f"{gap.id}.{part.id}" if part.id else gap.id)
    yield Part("explanation", gap.id, gap.item.explanation)
