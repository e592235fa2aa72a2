"""Items of every type, drawn by Hypothesis."""

from hypothesis import strategies as st

from lms.questions.domain.identity import DIFFICULTIES, ItemFacts
from lms.questions.domain.items import (
    CreditRule,
    Item,
    MultipleResponse,
    Option,
    SingleResponse,
    TrueFalse,
)

words = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() != "")
maybe_words = st.text(max_size=30)
option_ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,15}", fullmatch=True)


@st.composite
def option_lists(draw: st.DrawFn, max_size: int = 6) -> tuple[Option, ...]:
    texts = draw(
        st.lists(words, min_size=2, max_size=max_size, unique_by=lambda text: text.strip())
    )
    ids = draw(st.lists(option_ids, min_size=len(texts), max_size=len(texts), unique=True))
    return tuple(
        Option(option_id, text, draw(maybe_words))
        for option_id, text in zip(ids, texts, strict=True)
    )


@st.composite
def single_responses(draw: st.DrawFn) -> SingleResponse:
    options = draw(option_lists())
    key = draw(st.sampled_from([option.id for option in options]))
    return SingleResponse(draw(words), options, key, draw(maybe_words))


@st.composite
def multiple_responses(draw: st.DrawFn) -> MultipleResponse:
    options = draw(option_lists())
    ids = [option.id for option in options]
    keys = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=len(ids) - 1))
    rule = draw(st.sampled_from(CreditRule))
    return MultipleResponse(draw(words), options, frozenset(keys), draw(maybe_words), rule)


true_falses = st.builds(
    TrueFalse,
    stem=words,
    answer=st.booleans(),
    feedback_true=maybe_words,
    feedback_false=maybe_words,
    explanation=maybe_words,
)

items: st.SearchStrategy[Item] = st.one_of(single_responses(), multiple_responses(), true_falses)

facts = st.builds(
    ItemFacts,
    lesson_key=words,
    point=words,
    cards=st.lists(words, max_size=3, unique=True).map(tuple),
    difficulty=st.sampled_from(DIFFICULTIES),
    red_line=st.booleans(),
)


@st.composite
def answers(draw: st.DrawFn, item: Item) -> dict[str, object]:
    """A well-formed raw response to ``item``, in any order."""
    ids = [option.id for option in item.options]
    most = len(ids) if isinstance(item, MultipleResponse) else 1
    chosen = draw(st.sets(st.sampled_from(ids), max_size=most))
    return {"chosen": draw(st.permutations(sorted(chosen)))}
