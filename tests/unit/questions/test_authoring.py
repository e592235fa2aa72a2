"""Items in a form: the way there and back, what is refused and where, rows added and moved."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms.questions.domain.authoring import (
    Fields,
    act,
    as_asked,
    differing_blocks,
    fields_of,
    form_pairs,
    left_over,
    merged_fields,
    new_fields,
    read_authored,
)
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import (
    AcceptedText,
    FieldError,
    Item,
    ItemType,
    ShortText,
    item_as_json,
    item_from_json,
)
from lms.questions.domain.merging import Labels
from tests.factories.item_types import ESSAY, TYPED
from tests.factories.questions import multiple_body, single_body, true_false_body
from tests.unit.questions.strategies import characters, every_item, facts, words

FACTS = ItemFacts("lesson-1", "发票", ("law-1",), "easy", True)
BODIES: Mapping[str, Mapping[str, object]] = {
    "single": single_body(),
    "several": multiple_body(),
    "judge": true_false_body(),
    **{name: item_as_json(item) for name, item in TYPED.items()},
    "essay": item_as_json(ESSAY),
}
Pairs = list[tuple[str, str]]


def fields(name: str, facts: ItemFacts = FACTS, labels: Labels = Labels()) -> Pairs:  # noqa: B008 - frozen
    return fields_of(BODIES[name], facts, labels)


def put(pairs: Pairs, name: str, *values: str) -> Pairs:
    """Return the form with these values of one name."""
    return [pair for pair in pairs if pair[0] != name] + [(name, value) for value in values]


def problems(pairs: Pairs) -> dict[str, str]:
    authored = read_authored(pairs)
    assert (authored.body is None) or authored.problems == ()
    return {problem.field: problem.code for problem in authored.problems}


def tidied(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON whose texts stand as a form sends them: no blanks around, lines ended one way."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, list):
        return [tidied(each) for each in value]
    if isinstance(value, dict):
        return {name: tidied(each) for name, each in value.items()}
    return value


tags = st.lists(words.map(tidied), max_size=3, unique=True).map(tuple)
labels_drawn = st.builds(
    Labels,
    name=words.map(tidied),
    category=tags,
    tags=tags,
    points=st.sampled_from(["", "5", "1.0000000", "0.5"]),
)


class TestRoundTrip:
    @given(every_item, facts, labels_drawn, st.sampled_from(["", "case-1"]))
    def test_an_item_of_any_type_comes_back_as_it_was(
        self, item: Item, about: ItemFacts, labels: Labels, group: str
    ) -> None:
        body = tidied(item_as_json(item))
        try:
            item_from_json(body)
        except FieldError:
            assume(False)
        about = ItemFacts(
            tidied(about.lesson_key),
            tidied(about.point),
            tuple(dict.fromkeys(tidied(card) for card in about.cards)),
            about.difficulty,
            about.red_line,
        )
        pairs = fields_of(body, about, labels, group=group, purpose="recall")
        authored = read_authored(pairs)
        assert authored.problems == ()
        assert authored.body == body
        assert authored.facts == about
        assert authored.labels == labels
        assert (authored.group, authored.purpose) == (group, "recall")
        assert fields_of(authored.body, about, labels, group=group, purpose="recall") == pairs

    @given(every_item, facts)
    def test_what_the_form_of_a_type_shows_is_all_there_is(
        self, item: Item, about: ItemFacts
    ) -> None:
        pairs = fields_of(item_as_json(item), about, Labels())
        assert left_over(Fields(tuple(pairs))) == []

    @given(every_item, facts)
    def test_drawing_the_form_again_changes_nothing(self, item: Item, about: ItemFacts) -> None:
        pairs = fields_of(item_as_json(item), about, Labels())
        again, focus = act(pairs, "refresh")
        assert read_authored(again) == read_authored(pairs)
        assert focus == ""

    @given(
        st.lists(
            st.tuples(
                st.one_of(
                    st.sampled_from(
                        [
                            "type", "stem", "option", "option.a.text", "option.a.weight", "key", "credit", "accepted",
                            "accepted.1.value", "accepted.1.shape", "gap", "gap.g1.type", "gap.g1.accepted",
                            "gap.g1.accepted.1.text", "premise", "premise.p1.choice", "choice", "rubric", "lines",
                            "card", "tags", "points", "difficulty",
                        ]
                    ),
                    st.text(max_size=20),
                ),
                st.one_of(
                    st.sampled_from([*ItemType, "a", "1", "g1", "p1", "weighted", "range", "1e99", "{{g1}}"]),
                    st.text(max_size=20),
                ),
            ),
            max_size=30,
        ),
        st.one_of(st.sampled_from(["add option", "remove gap g1", "up option a", "type cloze"]), st.text()),
    )  # fmt: skip
    def test_nothing_that_is_sent_raises(self, pairs: Pairs, asked: str) -> None:
        authored = read_authored(pairs)
        assert (authored.body is None) == any(
            problem for problem in authored.problems if problem.field not in _FACTS
        )
        done, _ = act(form_pairs(pairs), asked)
        left_over(Fields(tuple(done)))


_FACTS = {"lesson", "point", "difficulty", "card", "tags", "tag", "points"}


class TestReading:
    @pytest.mark.parametrize("name", BODIES)
    def test_a_form_without_a_stem_says_so_there(self, name: str) -> None:
        assert problems(put(fields(name), "stem", "  "))["stem"] == "stem_missing"

    def test_an_empty_form_of_every_type_names_its_problems_by_fields(self) -> None:
        expected = {
            "single_response": {"stem": "stem_missing", "option": "option_few", "key": "key_missing"},
            "multiple_response": {"stem": "stem_missing", "option": "option_few", "key": "keys_missing"},
            "true_false": {"stem": "stem_missing", "answer": "answer_missing"},
            "short_text": {"stem": "stem_missing", "accepted": "accepted_none"},
            "numeric": {"stem": "stem_missing", "accepted": "accepted_none"},
            "matching": {"stem": "stem_missing", "premise": "premise_few", "choice": "choice_few"},
            "ordering": {"stem": "stem_missing", "option": "option_few"},
            "cloze": {"stem": "stem_missing"},
            "essay": {"stem": "stem_missing"},
        }  # fmt: skip
        assert {kind.value: problems(new_fields(kind.value)) for kind in ItemType} == expected

    def test_rows_in_which_nothing_is_written_do_not_count(self) -> None:
        pairs, _ = act(fields("single"), "add option")
        assert read_authored(pairs).body == BODIES["single"]

    def test_a_row_with_feedback_only_asks_for_its_text(self) -> None:
        pairs = put(fields("single"), "option.b.text", "")
        assert problems(pairs) == {"option.b.text": "row_empty"}

    def test_the_same_option_twice_is_named_at_the_second(self) -> None:
        pairs = put(fields("single"), "option.c.text", "「不能开。」")
        found = read_authored(pairs).problems[0]
        assert (found.field, found.code, found.facts) == (
            "option.c.text",
            "row_twice",
            {"number": "3", "first": "1"},
        )

    def test_every_option_ticked_leaves_nothing_wrong_to_choose(self) -> None:
        assert problems(put(fields("several"), "key", "a", "b", "c", "d")) == {"key": "keys_all"}

    def test_weights_of_one_choice_give_the_key_everything(self) -> None:
        pairs = put(fields("single"), "credit", "weighted")
        assert problems(pairs) == {"option.b.weight": "weight_of_key"}
        pairs = put(put(pairs, "option.b.weight", "１００％"), "option.a.weight", "-50")
        body = read_authored(pairs).body
        assert body is not None
        assert [each["weight"] for each in body["options"]] == ["-50", "100", "0"]  # type: ignore[index,attr-defined]

    def test_weights_of_several_add_up_to_a_hundred(self) -> None:
        pairs = put(fields("several"), "credit", "weighted")
        pairs = put(put(pairs, "option.a.weight", "50"), "option.c.weight", "30")
        found = read_authored(pairs).problems
        assert [(one.field, one.code, one.facts["total"]) for one in found] == [
            ("option", "weights_few", "80")
        ]
        body = read_authored(put(pairs, "option.c.weight", "50")).body
        assert body is not None
        assert body["key"] == ["a", "c"]

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            ("一半", "number_unreadable"),
            ("101", "percent_beyond"),
            ("-100.01", "percent_beyond"),
            ("1e40", "number_long"),
        ],
    )
    def test_a_share_that_is_none_is_refused_where_it_stands(self, value: str, code: str) -> None:
        pairs = put(fields("short"), "accepted.2.percent", value)
        assert problems(pairs) == {"accepted.2.percent": code}

    def test_a_share_stays_as_the_file_wrote_it(self) -> None:
        body = item_as_json(ShortText("填空", (AcceptedText("甲", Decimal("100.00")),), ""))
        assert read_authored(fields_of(body, FACTS, Labels())).body == body

    def test_some_accepted_words_must_earn_everything(self) -> None:
        pairs = put(fields("short"), "accepted.1.percent", "50")
        assert problems(pairs) == {"accepted": "accepted_none_full"}

    def test_a_number_is_read_with_its_tolerance_and_unit(self) -> None:
        pairs = put(
            put(fields("number"), "accepted.1.value", "1,250 元"), "accepted.1.tolerance", ""
        )
        body = read_authored(pairs).body
        assert body is not None
        accepted = body["accepted"]
        assert (accepted[0]["low"], accepted[0]["high"]) == ("1250", "1250")  # type: ignore[index]

    def test_a_range_must_not_stand_the_wrong_way_round(self) -> None:
        pairs = put(fields("number"), "accepted.1.shape", "range")
        pairs = [*pairs, ("accepted.1.low", "12"), ("accepted.1.high", "11.5")]
        assert problems(pairs) == {"accepted.1.high": "range_reversed"}
        assert problems(put(pairs, "accepted.1.low", "")) == {"accepted.1.low": "number_missing"}

    @pytest.mark.parametrize(
        ("unit", "code"),
        [("e5", "unit_unclear"), ("很长很长很长很长很长很长很长很长很长很长很长", "text_long")],
    )
    def test_a_unit_must_be_told_from_the_number(self, unit: str, code: str) -> None:
        assert problems(put(fields("number"), "unit", unit)) == {"unit": code}

    def test_a_tolerance_is_not_below_nothing(self) -> None:
        pairs = put(fields("number"), "accepted.1.tolerance", "-1")
        assert problems(pairs) == {"accepted.1.tolerance": "tolerance_negative"}

    def test_a_premise_without_a_choice_asks_for_one(self) -> None:
        pairs = put(fields("match"), "premise.p2.choice", "")
        assert problems(pairs) == {"premise.p2.choice": "pair_missing"}
        pairs = put(fields("match"), "choice.photo.text", "")
        assert problems(pairs) == {"choice.photo.text": "row_empty"}

    def test_markers_and_gaps_must_agree(self) -> None:
        pairs = put(fields("gaps"), "stem", "{{days}} 天，{{days}}，{{payer}} 付，{{new}}")
        assert problems(pairs)["stem"] == "marker_twice"
        pairs = put(fields("gaps"), "stem", "{{days}} 天，{{payer}} 付，{{new}}")
        assert problems(pairs) == {
            "stem": "marker_unknown",
            "gap.may": "gap_without_marker",
            "gap.photos": "gap_without_marker",
        }
        assert problems([("type", "cloze"), ("stem", "没有空")]) == {"stem": "gaps_none"}

    def test_gaps_stand_in_the_order_of_their_markers(self) -> None:
        stem = "{{photos}}，{{payer}}，{{may}}，{{days}}"
        body = read_authored(put(fields("gaps"), "stem", stem)).body
        assert body is not None
        assert [gap["id"] for gap in body["gaps"]] == ["photos", "payer", "may", "days"]  # type: ignore[index,attr-defined]

    def test_a_problem_within_a_gap_names_the_field_of_the_gap(self) -> None:
        pairs = put(fields("gaps"), "gap.payer.accepted.1.percent", "50")
        pairs = put(pairs, "gap.payer.accepted.2.percent", "50")
        assert problems(pairs) == {"gap.payer.accepted": "accepted_none_full"}
        pairs = put(fields("gaps"), "gap.may.key", "")
        assert problems(pairs) == {"gap.may.key": "key_missing"}

    @pytest.mark.parametrize(
        ("points", "code"),
        [
            ("", "number_missing"),
            ("0", "points_beyond"),
            ("1001", "points_beyond"),
            ("两分", "number_unreadable"),
        ],
    )
    def test_a_line_of_a_rubric_is_worth_something(self, points: str, code: str) -> None:
        assert problems(put(fields("essay"), "rubric.a.points", points)) == {
            "rubric.a.points": code
        }

    @pytest.mark.parametrize("lines", ["0", "61", "2.5", "很多"])
    def test_lines_are_a_whole_number(self, lines: str) -> None:
        assert problems(put(fields("essay"), "lines", lines)) == {"lines": "count_beyond"}

    def test_what_cannot_be_stored_is_refused_where_it_stands(self) -> None:
        assert problems(put(fields("single"), "option.a.text", "\x00")) == {
            "option.a.text": "text_unusable"
        }
        assert problems(put(fields("single"), "stem", "\ud83d"))["stem"] == "text_unusable"

    def test_facts_that_are_wrong_leave_the_words_alone(self) -> None:
        pairs = put(put(fields("single"), "point", "长" * 81), "difficulty", "impossible")
        authored = read_authored(pairs)
        assert {one.field: one.code for one in authored.problems} == {
            "point": "text_long",
            "difficulty": "difficulty_unknown",
        }
        assert authored.body == BODIES["single"]
        assert authored.facts is None

    def test_missing_facts_are_no_problem(self) -> None:
        authored = read_authored([pair for pair in fields("single") if pair[0] != "lesson"])
        assert authored.problems == ()
        assert authored.facts is not None
        assert authored.facts.missing == ("lesson",)

    def test_tags_are_typed_in_one_line(self) -> None:
        pairs = [*fields("single", labels=Labels(tags=("a,b",))), ("tags", "退货、 运费，a,b;")]
        assert read_authored(pairs).tags == ("a,b", "退货", "运费", "a", "b")

    @given(characters.map(lambda one: f"x{one}x"))
    def test_any_character_is_kept_in_the_middle_of_a_text(self, text: str) -> None:
        body = read_authored(put(fields("single"), "stem", text)).body
        assert body is not None
        assert body["stem"] == text.replace("\r", "\n")


class TestRows:
    def ids(self, pairs: Pairs, name: str) -> list[str]:
        return Fields(tuple(pairs)).rows(name)

    def test_new_rows_take_the_next_letter_and_the_others_keep_theirs(self) -> None:
        pairs, focus = act(fields("single"), "add option")
        assert self.ids(pairs, "option") == ["a", "b", "c", "d"]
        assert focus == "option.d.text"
        pairs, _ = act(pairs, "remove option b")
        pairs, _ = act(pairs, "add option")
        assert self.ids(pairs, "option") == ["a", "c", "d", "e"]
        assert Fields(tuple(pairs)).text("option.c.text") == "「要加税点。」"

    def test_after_z_the_first_free_letter_comes_again(self) -> None:
        pairs = [("type", "single_response"), *(("option", one) for one in "bz")]
        assert self.ids(act(pairs, "add option")[0], "option") == ["b", "z", "a"]
        pairs = [("type", "single_response"), *(("option", chr(97 + one)) for one in range(26))]
        assert self.ids(act(pairs, "add option")[0], "option")[-1] == "x1"

    def test_a_moved_row_keeps_its_id_and_its_words(self) -> None:
        pairs, focus = act(fields("single"), "up option c")
        assert self.ids(pairs, "option") == ["a", "c", "b"]
        assert focus == "option.c.text"
        body = read_authored(pairs).body
        assert body is not None
        assert body["key"] == ["b"]
        assert [each["id"] for each in body["options"]] == ["a", "c", "b"]  # type: ignore[index,attr-defined]
        assert act(pairs, "up option a")[0] == act(pairs, "refresh")[0]

    def test_a_removed_option_takes_its_key_along(self) -> None:
        pairs, focus = act(fields("single"), "remove option b")
        assert problems(pairs) == {"key": "key_missing"}
        assert focus == "option.c.text"

    def test_a_removed_choice_is_chosen_nowhere(self) -> None:
        pairs, _ = act(fields("match"), "remove choice invoice")
        assert problems(pairs) == {"premise.p2.choice": "pair_missing"}

    def test_a_new_pair_belongs_together(self) -> None:
        pairs, focus = act(fields("match"), "add pair")
        form = Fields(tuple(pairs))
        assert (form.rows("premise")[-1], form.rows("choice")[-1]) == ("p4", "c1")
        assert form.text("premise.p4.choice") == "c1"
        assert focus == "premise.p4.text"

    def test_a_new_gap_stands_in_the_text_with_a_row_to_write_in(self) -> None:
        pairs, _ = act([("type", "cloze"), ("stem", "签收后")], "add gap")
        form = Fields(tuple(pairs))
        assert form.text("stem") == "签收后{{g1}}"
        assert form.rows("gap.g1.accepted") == ["1"]
        pairs, focus = act(pairs, "add gap.g1.accepted")
        assert focus == "gap.g1.accepted.2.text"

    def test_a_marker_typed_by_hand_gets_its_gap_and_an_empty_gap_goes_with_its_marker(
        self,
    ) -> None:
        pairs, _ = act([("type", "cloze"), ("stem", "{{a}} {{b}}")], "refresh")
        assert self.ids(pairs, "gap") == ["a", "b"]
        pairs, _ = act(put(pairs, "stem", "{{b}}"), "refresh")
        assert self.ids(pairs, "gap") == ["b"]
        written = put(pairs, "gap.b.accepted.1.text", "七天")
        pairs, _ = act(put(written, "stem", "没有了"), "refresh")
        assert self.ids(pairs, "gap") == ["b"]
        pairs, _ = act(pairs, "remove gap b")
        assert self.ids(pairs, "gap") == []

    def test_a_removed_gap_takes_its_marker_along(self) -> None:
        pairs, _ = act(fields("gaps"), "remove gap may")
        assert "{{may}}" not in Fields(tuple(pairs)).text("stem")
        assert problems(pairs) == {}

    def test_another_type_loses_nothing(self) -> None:
        pairs, _ = act(fields("several"), "type ordering")
        assert ("key", "a") in left_over(Fields(tuple(pairs)))
        pairs, _ = act(pairs, "type multiple_response")
        assert read_authored(pairs).body == BODIES["several"]

    def test_another_kind_of_gap_gets_rows_of_its_own(self) -> None:
        pairs, _ = act(put(fields("gaps"), "gap.payer.type", "single_response"), "refresh")
        assert self.ids(pairs, "gap.payer.option") == ["a", "b", "c"]
        assert ("gap.payer.accepted.1.text", "买家") in left_over(Fields(tuple(pairs)))

    @pytest.mark.parametrize(
        "asked", ["", "add", "add nothing", "remove option z", "up gap.x.option a", "type poem"]
    )
    def test_what_cannot_be_done_changes_nothing(self, asked: str) -> None:
        pairs, _ = act(fields("single"), asked)
        assert read_authored(pairs) == read_authored(fields("single"))


class TestTwoPeople:
    def blocks(self, base: Pairs, mine: Pairs, theirs: Pairs) -> dict[str, tuple[bool, bool]]:
        found = differing_blocks(base, mine, theirs)
        return {one.name: (one.is_mine, one.is_theirs) for one in found}

    def test_each_change_is_somebodys(self) -> None:
        base = fields("single")
        mine = put(put(base, "stem", "我的题干"), "explanation", "我的解析")
        theirs = put(put(base, "stem", "对方的题干"), "option.a.text", "对方的选项")
        assert self.blocks(base, mine, theirs) == {
            "stem": (True, True),
            "answer": (False, True),
            "explanation": (True, False),
        }

    def test_what_both_wrote_alike_is_no_difference(self) -> None:
        base = fields("single")
        both = put(base, "stem", "一样")
        assert self.blocks(base, both, both) == {}

    def test_parts_nobody_picked_go_to_whoever_changed_them(self) -> None:
        base = fields_of(BODIES["single"], FACTS, Labels(tags=("旧",)))
        theirs = fields_of(
            single_body("对方的题干"),
            ItemFacts("l2", "发票", (), "hard", False),
            Labels(tags=("新",)),
        )
        mine = fields_of({**single_body(), "explanation": "我的解析"}, FACTS, Labels(tags=("旧",)))
        found = differing_blocks(base, mine, theirs)
        of_theirs = as_asked(found, {"difficulty": "mine"})
        authored = read_authored(merged_fields(mine, theirs, of_theirs))
        assert authored.body == {**single_body("对方的题干"), "explanation": "我的解析"}
        assert authored.facts == ItemFacts("l2", "发票", (), "easy", False)
        assert authored.tags == ("新",)

    def test_a_text_goes_with_its_gaps(self) -> None:
        base = fields("gaps")
        mine = put(base, "stem", "我的：" + str(BODIES["gaps"]["stem"]))
        theirs, _ = act(base, "remove gap may")
        assert self.blocks(base, mine, theirs) == {"answer": (True, True)}
        merged = read_authored(merged_fields(mine, theirs, ["answer"]))
        assert merged.body == read_authored(theirs).body

    def test_another_type_goes_with_its_answers(self) -> None:
        base = fields("single")
        theirs = fields("judge")
        merged = merged_fields(put(base, "explanation", "我的"), theirs, ["stem", "answer"])
        body = read_authored(merged).body
        assert body == {**true_false_body(), "explanation": "我的"}
