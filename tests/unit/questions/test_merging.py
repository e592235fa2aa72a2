"""From a file and a bank to a plan."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.values import Candidate, Parsed, reject
from lms.questions.domain.exchange.yaml_shape import item_from_entry
from lms.questions.domain.identity import ItemFacts, content_sha256
from lms.questions.domain.items import Item, item_as_json
from lms.questions.domain.likeness import LikenessIndex, Words, words_of
from lms.questions.domain.merging import (
    Defaults,
    Labels,
    Present,
    Verb,
    make_plan,
    with_defaults,
)

LESSONS = {"law-one": "law-one", "第一课": "law-one"}
FULL = ItemFacts("law-one", "发票", ("ecl-14",), "easy", False)


def item(
    stem: str = "买家问能不能开发票，怎么回最合适？",
    *,
    key: str = "b",
    third: str = "「要加税点。」",
) -> Item:
    options = [
        {"id": "a", "text": "「这个不能开。」"},
        {"id": "b", "text": "「可以开，请发抬头和税号。」"},
        {"id": "c", "text": third},
    ]
    for option in options:
        if option["id"] == key:
            option["key"] = True
    return item_from_entry({"type": "single_response", "stem": stem, "options": options})


def candidate(which: Item | None = None, line: int = 1, **facts: object) -> Candidate:
    return Candidate(which or item(), Where("x.gift", line=line), source="原文", **facts)


def parsed(*candidates: Candidate, issues: tuple[Issue, ...] = (), name: str = "gift") -> Parsed:
    return Parsed(name, candidates, issues=issues)


def present(which: Item | None = None, facts: ItemFacts = FULL, **more: object) -> Present:
    body = item_as_json(which or item())
    values = {"key": "law-0001", "file_key": "", "sha256": content_sha256(body, facts)}
    return Present(**{**values, "facts": facts, **more})


def words(which: Item | None = None) -> Words:
    return words_of(item_as_json(which or item()))


def test_new_items_are_created_and_say_which_facts_are_missing():
    plan = make_plan(
        parsed(
            candidate(line=1),
            candidate(item("另一道完全不同的题：签收后几天内可以退？", third="「七天」"), 9,
                      lesson_key="第一课", point="退货", difficulty="hard"),
        ),
        [], LESSONS,
    )  # fmt: skip
    first, second = plan.entries
    assert (first.verb, first.missing) == (Verb.CREATE, ("lesson", "point", "difficulty"))
    assert (second.verb, second.missing) == (Verb.CREATE, ())
    assert second.facts.lesson_key == "law-one"
    assert plan.count()["create"] == 2
    assert plan.by_type() == {"single_response": 2}


def test_facts_given_for_all_fill_only_what_a_file_does_not_say():
    (entry,) = make_plan(parsed(candidate(point="退货")), [], LESSONS).entries
    assert with_defaults(entry, Defaults()) == entry
    some = with_defaults(entry, Defaults(point="发票", difficulty="easy"))
    assert (some.facts.point, some.facts.difficulty, some.missing) == ("退货", "easy", ("lesson",))
    full = with_defaults(some, Defaults(lesson_key="law-one"))
    assert full.missing == ()
    assert full.sha256 == content_sha256(full.body, full.facts)
    assert full.sha256 != entry.sha256
    (unknown,) = make_plan(parsed(candidate(lesson_key="第九课")), [], LESSONS).entries
    assert with_defaults(unknown, Defaults(lesson_key="law-one")).facts.lesson_key == "law-one"
    (refused,) = make_plan(
        parsed(issues=(reject("x", Where("x", line=1), "x", "x"),)), [], {}
    ).entries
    assert with_defaults(refused, Defaults("law-one", "发票", "easy")) == refused


def test_an_unknown_lesson_is_kept_said_and_makes_a_draft():
    (entry,) = make_plan(
        parsed(candidate(lesson_key="nowhere", point="x", difficulty="easy")), [], LESSONS
    ).entries
    assert entry.missing == ("lesson",)
    assert entry.facts.lesson_key == "nowhere"
    assert [issue.code for issue in entry.issues] == ["lesson_unknown"]


def test_the_same_key_is_unchanged_or_revised_and_keeps_what_the_file_does_not_say():
    full = {"lesson_key": "law-one", "point": "发票", "difficulty": "easy", "cards": ("ecl-14",)}
    same, kept, revised = (
        make_plan(parsed(one), [present()], LESSONS).entries[0]
        for one in (
            candidate(key="law-0001", **full),
            candidate(key="law-0001"),
            candidate(item("新的题干，问的是别的事情"), key="law-0001"),
        )
    )
    assert (same.verb, kept.verb, revised.verb) == (Verb.UNCHANGED, Verb.UNCHANGED, Verb.REVISE)
    assert revised.facts == FULL
    assert (revised.item_key, revised.missing) == ("law-0001", ())


def test_the_lossless_form_says_everything_so_what_it_leaves_out_is_gone():
    (entry,) = make_plan(
        parsed(candidate(key="law-0001"), name="yaml"), [present()], LESSONS
    ).entries
    assert entry.verb is Verb.REVISE
    assert entry.missing == ("lesson", "point", "difficulty")


def test_identities_of_files_find_their_items_again_and_labels_alone_are_a_revision():
    bank = [present(file_key="Q 7", labels=Labels(tags=("a",)))]
    same = make_plan(parsed(candidate(key="Q 7", tags=("a",))), bank, LESSONS).entries[0]
    other = make_plan(parsed(candidate(key="Q 7", tags=("b",))), bank, LESSONS).entries[0]
    back = make_plan(
        parsed(candidate(key="Q 7")), [present(file_key="Q 7", is_retired=True)], LESSONS
    ).entries[0]
    assert (same.verb, other.verb, back.verb) == (Verb.UNCHANGED, Verb.REVISE, Verb.REVISE)


def test_one_identity_twice_in_a_file_is_refused_the_second_time():
    plan = make_plan(parsed(candidate(line=1, key="x"), candidate(line=7, key="x")), [], LESSONS)
    assert [entry.verb for entry in plan.entries] == [Verb.CREATE, Verb.REFUSED]
    assert plan.entries[1].issues[0].code == "key_twice"
    assert plan.entries[1].source == "原文"


def test_exact_duplicates_whatever_punctuation_and_order_of_options():
    turned = item_from_entry(
        {
            "type": "single_response",
            "stem": "买家问：能不能开发票，怎么回最合适?",
            "options": [
                {"id": "x", "text": "要加税点"},
                {"id": "y", "text": "可以开，请发抬头和税号", "key": True},
                {"id": "z", "text": "这个不能开"},
            ],
        }
    )
    plan = make_plan(parsed(candidate(turned)), [present()], LESSONS, [("law-0001", words())])
    (entry,) = plan.entries
    (one,) = entry.likenesses
    assert entry.verb is Verb.DUPLICATE
    assert (one.key, one.percent, one.has_same_right) == ("law-0001", 100, True)


def test_the_same_words_with_another_key_are_no_duplicate_but_a_contradiction():
    plan = make_plan(
        parsed(candidate(item(key="a"))), [present()], LESSONS, [("law-0001", words())]
    )
    (entry,) = plan.entries
    assert entry.verb is Verb.CREATE
    assert entry.likenesses[0].is_same
    assert not entry.likenesses[0].has_same_right


def test_near_duplicates_compare_stem_and_options():
    changed = item("买家问能不能开发票，怎么回才最合适？")
    other_options = item_from_entry(
        {
            "type": "single_response",
            "stem": "买家问能不能开发票，怎么回最合适？",
            "options": [
                {"id": "a", "text": "先看订单有没有发货再说", "key": True},
                {"id": "b", "text": "让他去找平台客服处理"},
                {"id": "c", "text": "告诉他本店从来不做这个"},
            ],
        }
    )
    near, stem_only = (
        make_plan(parsed(candidate(one)), [], LESSONS, [("law-0001", words())]).entries[0]
        for one in (changed, other_options)
    )
    assert near.verb is Verb.CREATE
    assert [one.key for one in near.likenesses] == ["law-0001"]
    assert 65 <= near.likenesses[0].percent < 100
    assert stem_only.likenesses == ()


def test_duplicates_within_the_file_point_to_the_first():
    plan = make_plan(parsed(candidate(line=1), candidate(line=5)), [], LESSONS)
    assert [entry.verb for entry in plan.entries] == [Verb.CREATE, Verb.DUPLICATE]
    assert plan.entries[1].likenesses[0].number == 0


def test_findings_stand_with_what_they_are_about_in_the_order_of_the_file():
    def warning(line: int | None, code: str) -> Issue:
        return Issue(Severity.WARNING, code, Where("x.gift", line=line), code)

    plan = make_plan(
        parsed(
            candidate(line=1),
            candidate(item("完全是另外一件事情，关于物流签收的时间"), 20),
            issues=(
                warning(None, "whole"),
                warning(3, "in_first"),
                reject("brace_not_closed", Where("x.gift", line=10), "…", "::坏题:: {"),
                warning(12, "in_refused"),
                warning(20, "at_second"),
            ),
        ),
        [],
        LESSONS,
    )
    assert [issue.code for issue in plan.issues] == ["whole"]
    assert [
        (entry.verb.value, [issue.code for issue in entry.issues]) for entry in plan.entries
    ] == [
        ("create", ["in_first"]),
        ("refused", ["brace_not_closed", "in_refused"]),
        ("create", ["at_second"]),
    ]
    assert plan.entries[1].source == "::坏题:: {"


def test_a_row_of_a_sheet_has_only_its_own_findings():
    rows = tuple(
        Candidate(item(f"第 {row} 行的题，说的是不同的事"), Where("x.xlsx", row=row))
        for row in (2, 9)
    )
    issue = Issue(Severity.WARNING, "column_ignored", Where("x.xlsx", row=5), "…")
    plan = make_plan(Parsed("xlsx", rows, issues=(issue,)), [], LESSONS)
    assert [issue.code for issue in plan.issues] == ["column_ignored"]
    assert all(not entry.issues for entry in plan.entries)


def test_what_no_column_can_hold_is_said_and_left_out():
    (entry,) = make_plan(
        parsed(candidate(point="长" * 81, key="k" * 256, tags=("t" * 121, "ok"))), [], LESSONS
    ).entries
    assert entry.facts.point == ""
    assert entry.candidate is not None
    assert (entry.candidate.key, entry.labels.tags) == ("", ("ok",))
    assert sorted(str(issue.facts["field"]) for issue in entry.issues) == ["key", "point", "tag"]


def test_points_stay_exact():
    (entry,) = make_plan(parsed(candidate(points=Decimal("0.3333333"))), [], LESSONS).entries
    assert entry.labels.points == "0.3333333"


letters = st.text("买家退款发票物流客服订单", min_size=4, max_size=14)


@given(
    st.lists(st.tuples(letters, letters, letters), min_size=2, max_size=12, unique=True),
    st.data(),
)
@settings(deadline=None, max_examples=60)
def test_the_index_finds_what_comparing_each_with_each_finds(texts, data):
    made = [Words(stem, tuple(sorted((one, two)))) for stem, one, two in texts]
    split = data.draw(st.integers(1, len(made)))
    mine, others = made[:split], [(str(at), one) for at, one in enumerate(made[split:])]
    index = LikenessIndex(mine)
    index.compare(others)
    for number, found in enumerate(index.likenesses()):
        whole = LikenessIndex([mine[number]])
        whole.compare(others)
        wanted = {(one.key, one.percent) for one in whole.likenesses()[0]}
        assert {(one.key, one.percent) for one in found if one.key} <= wanted
        if len(found) < 3:
            assert {(one.key, one.percent) for one in found if one.key} == wanted
