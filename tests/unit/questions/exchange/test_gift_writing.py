"""``parse_gift(write_gift(x)) == x`` for everything that GIFT can say; the rest is reported, item by item."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lms.issues import Where
from lms.questions.domain.exchange.gift import parse_gift, write_gift
from lms.questions.domain.exchange.gift.syntax import html_within
from lms.questions.domain.exchange.html import markdown_to_html
from lms.questions.domain.exchange.moodle_xml.question import fair_share
from lms.questions.domain.exchange.values import Candidate, Outgoing, Parsed, Stimulus
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
    Ordering,
    Premise,
    RubricLine,
    ShortText,
    SingleResponse,
    TrueFalse,
)

HUNDRED = Decimal(100)
IDS = "abcdefghijkl"
_SPECIAL = st.sampled_from(
    [
        *"~=#{}:\\[]%-*_|<>&`/$ \n",
        "::",
        "//",
        "->",
        "####",
        "%50%",
        "[html]",
        "\\n",
        "=%",
        "$CATEGORY:",
    ]
)
_LETTERS = st.characters(exclude_categories=("Cc", "Cs"))
_RAW = st.lists(st.one_of(_SPECIAL, st.sampled_from("abcT12退货"), _LETTERS), max_size=12).map(
    "".join
)
maybe = _RAW.map(str.strip).filter(lambda text: html_within(text) is None)
words = maybe.filter(bool)
percents = st.decimals(-100, 100, places=5)
names = _RAW.map(lambda text: " ".join(text.split()))
tags = (
    st.text(st.sampled_from("ab c[]退"), min_size=1)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
keys = st.from_regex(r"[\w.\-\[]{1,12}", fullmatch=True)
folders = names.map(lambda name: name.replace("\\", "").strip("/ ")).filter(bool)


def built(kind, **fields):
    """An item, or no example when the fields make none."""
    try:
        return kind(**fields)
    except FieldError:
        assume(False)
        raise


NOTHING = st.none()


@st.composite
def option_lists(draw, weights=NOTHING):
    texts = draw(st.lists(words, min_size=2, max_size=6, unique=True))
    return tuple(
        Option(IDS[index], text, draw(maybe), draw(weights)) for index, text in enumerate(texts)
    )


@st.composite
def singles(draw):
    options = draw(option_lists())
    if draw(st.booleans()):
        key = draw(st.sampled_from(options)).id
        return SingleResponse(draw(words), options, key, draw(maybe))
    first, second, *others = draw(option_lists(st.one_of(percents, st.just(HUNDRED))))
    options = (
        replace(first, weight=Decimal("-33.33333")),
        replace(second, weight=HUNDRED),
        *others,
    )
    return SingleResponse(draw(words), options, second.id, draw(maybe))


@st.composite
def multiples(draw):
    rule = draw(st.sampled_from(CreditRule))
    if rule is CreditRule.WEIGHTED:
        first, *others = draw(option_lists(percents))
        options = (replace(first, weight=HUNDRED), *others)
        chosen = frozenset(option.id for option in options if option.weight > 0)
    else:
        options = draw(option_lists())
        wrong = draw(st.sampled_from([one.id for one in options]))
        ids = [one.id for one in options if one.id != wrong]
        chosen = draw(st.frozensets(st.sampled_from(ids), min_size=1))
    stem, explanation = draw(words), draw(maybe)
    return built(
        MultipleResponse,
        stem=stem,
        options=options,
        keys=chosen,
        explanation=explanation,
        credit=rule,
    )


@st.composite
def short_texts(draw):
    accepted = draw(st.lists(st.builds(AcceptedText, words, percents, maybe), max_size=4))
    first = AcceptedText(draw(words), HUNDRED, draw(maybe))
    flags = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    stem, explanation = draw(words), draw(maybe)
    return built(
        ShortText, stem=stem, accepted=(first, *accepted), explanation=explanation,
        match_case=flags[0], match_width=flags[1], fold_traditional=flags[2],
    )  # fmt: skip


@st.composite
def numerics(draw):
    numbers = st.decimals(-(10**9), 10**9, places=4)
    accepted = []
    for index in range(draw(st.integers(1, 4))):
        low, high = sorted(draw(st.tuples(numbers, numbers)))
        percent = HUNDRED if index == 0 else draw(percents)
        accepted.append(
            AcceptedNumber(low, draw(st.sampled_from([low, high])), percent, draw(maybe))
        )
    unit = draw(st.sampled_from(["", "kg", "元/件", "%"]))
    stem, explanation = draw(words), draw(maybe)
    return built(Numeric, stem=stem, accepted=tuple(accepted), unit=unit, explanation=explanation)


@st.composite
def matchings(draw):
    texts = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    premises = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    wanted = [draw(st.sampled_from(texts)) for _ in premises]
    ordered = list(dict.fromkeys([*wanted, *texts]))
    ids = {text: f"c{number}" for number, text in enumerate(ordered, start=1)}
    return Matching(
        draw(words),
        tuple(Premise(f"p{n}", text, ids[wanted[n - 1]]) for n, text in enumerate(premises, 1)),
        tuple(MatchChoice(key, text) for text, key in ids.items()),
        draw(maybe),
        draw(st.sampled_from([CreditRule.PROPORTIONAL, CreditRule.EXACT])),
    )


true_falses = st.builds(TrueFalse, words, st.booleans(), maybe, maybe, maybe)
essays = st.builds(Essay, words, explanation=maybe, lines=st.integers(1, 60))
items = st.one_of(
    singles(), multiples(), short_texts(), numerics(), matchings(), true_falses, essays
)
candidates = st.builds(
    Candidate,
    item=items,
    where=st.just(Where()),
    name=names,
    key=keys | st.just(""),
    category=st.lists(folders, max_size=3).map(tuple),
    tags=st.lists(tags, max_size=3, unique=True).map(tuple),
    point=tags | st.just(""),
    difficulty=st.sampled_from(["", "easy", "hard"]),
    lesson_key=keys | st.just(""),
    cards=st.lists(keys, max_size=2, unique=True).map(tuple),
    red_line=st.booleans(),
    points=st.none() | st.decimals(0, 100, places=2),
)


def facts_of(one: Candidate) -> tuple[object, ...]:
    return (
        one.item, one.name, one.key, one.category, one.tags, one.point, one.difficulty, one.lesson_key,
        one.cards, one.red_line, one.points, one.stimulus,
    )  # fmt: skip


def read_back(bank: Outgoing) -> tuple[Parsed, set[int | None]]:
    data, issues = write_gift(bank)
    return parse_gift(data, "bank.gift"), {
        one.where.row for one in issues if one.severity == "error"
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(candidates, max_size=2))
def test_what_is_written_is_read_back_and_what_is_not_is_reported(found):
    parsed, left_out = read_back(Outgoing("b", tuple(found)))
    kept = [one for row, one in enumerate(found, start=1) if row not in left_out]
    assert [facts_of(one) for one in parsed.candidates] == [facts_of(one) for one in kept]
    assert not [issue for issue in parsed.issues if issue.severity == "error"]
    assert all(
        isinstance(one.item, ShortText | Matching)
        for row, one in enumerate(found, 1)
        if row in left_out
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(words, names), min_size=1, max_size=3), words)
def test_shared_texts_are_written_before_their_items(texts, stem):
    stimuli = tuple(
        Stimulus(f"s{number}", text, Where(), title) for number, (text, title) in enumerate(texts)
    )
    item = TrueFalse(stem, True, "", "", "")
    bank = Outgoing("b", (Candidate(item, Where(), stimulus="s0"),), stimuli)
    parsed, _ = read_back(bank)
    assert {(one.key, one.text, one.title) for one in parsed.stimuli} == {
        (one.key, one.text, one.title) for one in stimuli
    }
    assert parsed.stimuli[-1].key == parsed.candidates[0].stimulus == "s0"


def one_item(item: Item) -> tuple[str, list[str], Parsed]:
    data, issues = write_gift(Outgoing("b", (Candidate(item, Where(), name="n"),)))
    return data.decode(), [issue.code for issue in issues], parse_gift(data, "x")


def test_types_that_gift_does_not_have_are_reported_and_nothing_else_is_lost():
    gap = Gap("g", 1, ShortText("", (AcceptedText("x"),)))
    steps = (Option("a", "1"), Option("b", "2"))
    good = TrueFalse("s", True, "", "", "")
    bank = [Ordering("s", steps), good, Cloze("a {{g}} b", (gap,))]
    data, issues = write_gift(Outgoing("b", tuple(Candidate(item, Where()) for item in bank)))
    assert [(one.code, one.where.row, one.facts["type"]) for one in issues] == [
        ("type_not_sayable", 1, "ordering"), ("type_not_sayable", 3, "cloze"),
    ]  # fmt: skip
    assert [one.item for one in parse_gift(data, "x").candidates] == [good]


def test_what_is_lost_of_an_item_is_said():
    line = RubricLine("a", "x", Decimal(1))
    assert one_item(Essay("s", (line,), "r"))[1] == ["fields_lost"]
    assert one_item(Numeric("s", (AcceptedNumber.around(Decimal(1)),), "kg"))[1] == [
        "unit_only_here"
    ]
    options = (Option("a", "x"), Option("b", "y"), Option("c", "z"))
    multiple = MultipleResponse("s", options, frozenset("ab"), "", CreditRule.EXACT)
    text, codes, parsed = one_item(multiple)
    assert codes == ["credit_only_here"]
    assert "// [credit:exact]" in text
    assert "~%50%x" in text
    assert "~%-50%z" in text
    assert parsed.candidates[0].item == multiple


def test_a_premise_with_an_arrow_is_reported():
    pairs = (Premise("p1", "a -> b", "c1"), Premise("p2", "c", "c2"))
    item = Matching("s", pairs, (MatchChoice("c1", "x"), MatchChoice("c2", "y")))
    assert one_item(item)[1] == ["arrow_in_premise"]


def test_an_answer_with_an_arrow_is_written_without_a_sign_if_it_is_the_only_one():
    item = ShortText("s", (AcceptedText("a -> b", HUNDRED, "f"),), "general")
    assert one_item(item)[2].candidates[0].item == item
    item = ShortText("s", (AcceptedText("a -> b"), AcceptedText("c")))
    assert one_item(item)[1] == ["arrow_in_answer"]


def test_text_that_only_looks_like_html_is_written_so_that_nobody_takes_it_for_html():
    item = TrueFalse("what does <b>x</b> & <script> do?", True, "", "", "")
    text, codes, parsed = one_item(item)
    assert "[html]" in text
    assert codes == []
    read = parsed.candidates[0].item
    assert markdown_to_html(read.stem) == markdown_to_html(item.stem)


def test_the_weights_of_a_rule_are_those_that_moodle_knows():
    assert [str(fair_share(number)) for number in (1, 2, 3, 4, 6)] == [
        "100",
        "50",
        "33.33333",
        "25",
        "16.66667",
    ]


@settings(max_examples=200, deadline=None)
@given(_RAW.map(str.strip).filter(bool))
def test_any_text_shows_the_same_after_writing_and_reading(text):
    read = one_item(TrueFalse(text, True, text, "", text))[2].candidates[0].item
    assert isinstance(read, TrueFalse)
    assert [shown(one) for one in (read.stem, read.feedback_true, read.explanation)] == [
        shown(text)
    ] * 3


def shown(text: str) -> str:
    return "".join(markdown_to_html(text).split())
