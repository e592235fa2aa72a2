"""Items of every type, drawn by Hypothesis."""

from decimal import Decimal

from hypothesis import strategies as st

from lms.questions.domain.identity import DIFFICULTIES, ItemFacts
from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Cloze,
    CreditRule,
    Essay,
    FieldError,
    Gap,
    Item,
    MatchChoice,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    OrderCredit,
    Ordering,
    Premise,
    RubricLine,
    ShortText,
    SingleResponse,
    TrueFalse,
)

characters = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
words = st.text(characters, min_size=1, max_size=30).filter(lambda text: text.strip() != "")
maybe_words = st.text(characters, max_size=30)
option_ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,15}", fullmatch=True)
percents = st.decimals(min_value=-100, max_value=100, places=5)
hundred = st.just(Decimal(100))
numbers = st.decimals(min_value=-10000, max_value=10000, places=3)


@st.composite
def option_lists(
    draw: st.DrawFn, max_size: int = 6, *, feedback: bool = True
) -> tuple[Option, ...]:
    texts = draw(
        st.lists(words, min_size=2, max_size=max_size, unique_by=lambda text: text.strip())
    )
    ids = draw(st.lists(option_ids, min_size=len(texts), max_size=len(texts), unique=True))
    return tuple(
        Option(option_id, text, draw(maybe_words) if feedback else "")
        for option_id, text in zip(ids, texts, strict=True)
    )


def weighted(options: tuple[Option, ...], weights: list[Decimal]) -> tuple[Option, ...]:
    return tuple(
        Option(option.id, option.text, option.feedback, weight)
        for option, weight in zip(options, weights, strict=True)
    )


@st.composite
def single_responses(draw: st.DrawFn, stem: st.SearchStrategy[str] = words) -> SingleResponse:
    options = draw(option_lists())
    key = draw(st.sampled_from([option.id for option in options]))
    if draw(st.booleans()):
        weights = [draw(hundred if option.id == key else percents) for option in options]
        options = weighted(options, weights)
    return SingleResponse(draw(stem), options, key, draw(maybe_words))


@st.composite
def multiple_responses(
    draw: st.DrawFn, stem: st.SearchStrategy[str] = words, *, with_weights: bool = True
) -> MultipleResponse:
    options = draw(option_lists())
    ids = [option.id for option in options]
    keys = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=len(ids) - 1))
    rules = set(CreditRule) if with_weights else set(CreditRule) - {CreditRule.WEIGHTED}
    rule = draw(st.sampled_from(sorted(rules)))
    if rule is CreditRule.WEIGHTED:
        each = (Decimal(100) / len(keys)).quantize(Decimal("0.00001"))
        less = st.decimals(min_value=-100, max_value=0, places=5)
        options = weighted(options, [each if one in keys else draw(less) for one in ids])
    return MultipleResponse(draw(stem), options, frozenset(keys), draw(maybe_words), rule)


true_falses = st.builds(
    TrueFalse,
    stem=words,
    answer=st.booleans(),
    feedback_true=maybe_words,
    feedback_false=maybe_words,
    explanation=maybe_words,
)


@st.composite
def short_texts(draw: st.DrawFn, stem: st.SearchStrategy[str] = words) -> ShortText:
    texts = st.one_of(words, st.text(st.sampled_from("aA*\\ＡＢ 退貨貨é"), min_size=1, max_size=8))
    texts = texts.filter(lambda text: text.strip() != "")
    others = draw(st.lists(st.builds(AcceptedText, texts, percents, maybe_words), max_size=3))
    right = draw(st.builds(AcceptedText, texts, hundred, maybe_words))
    accepted = draw(st.permutations([*others, right]))
    flags = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    try:
        return ShortText(draw(stem), tuple(accepted), draw(maybe_words), *flags)
    except FieldError:  # an earlier wildcard takes everything that the right one would
        return ShortText(draw(stem), (right,), draw(maybe_words), *flags)


@st.composite
def accepted_numbers(draw: st.DrawFn, percent: st.SearchStrategy[Decimal]) -> AcceptedNumber:
    low, high = sorted(draw(st.tuples(numbers, numbers)))
    return AcceptedNumber(low, high, draw(percent), draw(maybe_words))


@st.composite
def numerics(draw: st.DrawFn, stem: st.SearchStrategy[str] = words) -> Numeric:
    others = draw(st.lists(accepted_numbers(percents), max_size=3))
    right = draw(accepted_numbers(hundred))
    accepted = tuple(draw(st.permutations([*others, right])))
    unit = draw(st.sampled_from(["", "%", "元", "kg", "℃", "m²"]))
    try:
        return Numeric(draw(stem), accepted, unit, draw(maybe_words))
    except FieldError:  # earlier ranges hold all of the right one
        return Numeric(draw(stem), (right,), unit, draw(maybe_words))


@st.composite
def matchings(draw: st.DrawFn) -> Matching:
    choices = draw(option_lists(feedback=False))
    premises = draw(option_lists(feedback=False))
    ids = [choice.id for choice in choices]
    return Matching(
        draw(words),
        tuple(Premise(one.id, one.text, draw(st.sampled_from(ids))) for one in premises),
        tuple(MatchChoice(one.id, one.text) for one in choices),
        draw(maybe_words),
        draw(st.sampled_from([CreditRule.PROPORTIONAL, CreditRule.EXACT])),
    )


orderings = st.builds(
    Ordering,
    stem=words,
    options=option_lists(),
    explanation=maybe_words,
    credit=st.sampled_from(OrderCredit),
)

nothing = st.just("")
gap_items = st.one_of(
    single_responses(nothing), multiple_responses(nothing), short_texts(nothing), numerics(nothing)
)


@st.composite
def clozes(draw: st.DrawFn) -> Cloze:
    ids = draw(st.lists(option_ids, min_size=1, max_size=3, unique=True))
    pieces = [draw(maybe_words).replace("{", "").replace("}", "") for _ in ids]
    stem = "".join(f"{piece}{{{{{one}}}}}" for piece, one in zip(pieces, ids, strict=True))
    weights = st.integers(min_value=1, max_value=5)
    gaps = tuple(Gap(one, draw(weights), draw(gap_items)) for one in ids)
    return Cloze(stem, gaps, draw(maybe_words))


@st.composite
def essays(draw: st.DrawFn) -> Essay:
    ids = draw(st.lists(option_ids, max_size=3, unique=True))
    points = st.decimals(min_value="0.5", max_value=20, places=1)
    rubric = tuple(RubricLine(one, draw(words), draw(points)) for one in ids)
    lines = draw(st.integers(min_value=1, max_value=60))
    return Essay(draw(words), rubric, draw(maybe_words), draw(maybe_words), lines)


items: st.SearchStrategy[Item] = st.one_of(single_responses(), multiple_responses(), true_falses)
"""Choices from one list."""

every_item: st.SearchStrategy[Item] = st.one_of(
    single_responses(),
    multiple_responses(),
    true_falses,
    short_texts(),
    numerics(),
    matchings(),
    orderings,
    clozes(),
    essays(),
)

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
    """A well-formed raw response to a choice, in any order."""
    ids = [option.id for option in item.options]
    most = len(ids) if isinstance(item, MultipleResponse) else 1
    chosen = draw(st.sets(st.sampled_from(ids), max_size=most))
    return {"chosen": draw(st.permutations(sorted(chosen)))}
