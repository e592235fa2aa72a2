"""What tests compare of a Parsed, and candidates of every type that cells can hold."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume
from hypothesis import strategies as st

from lms.issues import Where
from lms.questions.domain.exchange.values import Candidate, Parsed
from lms.questions.domain.items import FieldError, Item, item_as_json, item_from_json
from tests.unit.questions.strategies import every_item

TEXT_OF_A_KEY = st.from_regex(r"[a-z][a-z0-9-]{0,11}", fullmatch=True)


def as_golden(parsed: Parsed) -> dict[str, object]:
    """What a golden file holds of a parsed file."""
    return {
        "candidates": [
            {
                "line": each.where.line,
                "item": item_as_json(each.item),
                **{
                    name: str(value) if isinstance(value, Decimal) else value
                    for name, value in (
                        ("points", each.points),
                        ("difficulty", each.difficulty),
                        ("point", each.point),
                        ("category", list(each.category)),
                        ("stimulus", each.stimulus),
                    )
                    if value
                },
            }
            for each in parsed.candidates
        ],
        "stimuli": [{"key": each.key, "text": each.text} for each in parsed.stimuli],
        "issues": [
            [each.severity.value, each.code, each.where.line, each.facts.get("source", "")]
            for each in parsed.issues
        ],
    }


def bare(candidate: Candidate) -> Candidate:
    """The candidate without what a format may add."""
    return replace(candidate, where=Where(), source="")


def trimmed(value: object) -> object:
    """A body whose texts have no blanks at their ends and one kind of line end, as cells and lines have them."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, list):
        return [trimmed(each) for each in value]
    if isinstance(value, dict):
        return {name: trimmed(each) for name, each in value.items()}
    return value


special = st.text(st.sampled_from("甲a1|｜\\=＝→*[]\n；,'\"-+@{}_x005FAB. %:："), max_size=12)


@st.composite
def trimmed_items(draw: st.DrawFn) -> Item:
    """An item of any type whose texts are trimmed; some are full of separators."""
    body = item_as_json(draw(every_item))
    if draw(st.booleans()):
        body = _with_specials(body, draw)
    try:
        return item_from_json(trimmed(body))  # type: ignore[arg-type]
    except FieldError:
        assume(False)
        raise


def _with_specials(value: object, draw: st.DrawFn, name: str = "") -> object:
    if isinstance(value, dict):
        return {key: _with_specials(each, draw, key) for key, each in value.items()}
    if isinstance(value, list) and name != "key":
        return [_with_specials(each, draw, name) for each in value]
    if isinstance(value, str) and name in {"text", "feedback", "explanation", "reference"}:
        return draw(special) + value
    return value


labels = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="\x00"),
    min_size=1,
    max_size=8,
)


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """A candidate with everything about it that a sheet has columns for."""
    return Candidate(
        item=draw(trimmed_items()),
        where=Where(),
        name=draw(st.one_of(st.just(""), labels)),
        key=draw(st.one_of(st.just(""), TEXT_OF_A_KEY)),
        category=tuple(draw(st.lists(labels, max_size=3))),
        tags=tuple(draw(st.lists(labels, max_size=3, unique=True))),
        point=draw(st.one_of(st.just(""), labels)),
        difficulty=draw(st.sampled_from(["", "easy", "medium", "hard"])),
        lesson_key=draw(st.one_of(st.just(""), TEXT_OF_A_KEY)),
        cards=tuple(draw(st.lists(TEXT_OF_A_KEY, max_size=3, unique=True))),
        red_line=draw(st.booleans()),
        points=draw(st.one_of(st.none(), st.decimals(min_value=0, max_value=999, places=2))),
    )
