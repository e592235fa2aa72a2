"""The plan: pure, complete, and empty the second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.domain.plan import Action, Kind, Stored, Thing, Verb, make_plan
from lms.issues import Where

HERE = Where(file="x.yml", line=3)


def thing(key="a", kind=Kind.LESSON, **parts):
    return Thing(kind, key, parts or {"body": "1"}, HERE)


def stored(key="a", kind=Kind.LESSON, origin="files", is_retired=False, **parts):
    return Stored(kind, key, parts or {"body": "1"}, origin, is_retired)


def test_what_is_new_is_created():
    assert make_plan([thing()], []) == ([Action(Verb.CREATE, Kind.LESSON, "a", ("new",))], [])


def test_what_is_the_same_is_left_alone():
    assert make_plan([thing()], [stored()]) == ([], [])


def test_what_differs_is_revised_and_the_parts_are_named():
    actions, _ = make_plan(
        [thing(head="1", body="2", place="x")], [stored(head="1", body="1", place="y")]
    )
    assert actions == [Action(Verb.REVISE, Kind.LESSON, "a", ("body", "place"))]


def test_what_is_gone_is_retired_once():
    assert make_plan([], [stored()])[0] == [Action(Verb.RETIRE, Kind.LESSON, "a", ("gone",))]
    assert make_plan([], [stored(is_retired=True)])[0] == []


def test_what_is_back_is_created_again():
    actions, _ = make_plan([thing()], [stored(is_retired=True)])
    assert actions == [Action(Verb.CREATE, Kind.LESSON, "a", ("back",))]


def test_what_is_authored_in_the_browser_is_not_touched():
    assert make_plan([], [stored(origin="app")]) == ([], [])
    _, issues = make_plan([thing()], [stored(origin="app")])
    assert [(one.code, one.where) for one in issues] == [("other_origin", HERE)]


def test_the_same_key_in_two_kinds_is_two_things():
    actions, _ = make_plan([thing(kind=Kind.CARD)], [stored(kind=Kind.LESSON)])
    assert [(one.verb, one.kind) for one in actions] == [
        (Verb.CREATE, Kind.CARD),
        (Verb.RETIRE, Kind.LESSON),
    ]


def test_cards_come_before_lessons_and_retiring_comes_last():
    wanted = [thing("q", Kind.QUIZ), thing("l", Kind.LESSON), thing("c", Kind.CARD)]
    actions, _ = make_plan(wanted, [stored("old", Kind.BANK)])
    assert [one.key for one in actions] == ["c", "l", "q", "old"]


def test_a_published_stage_cannot_disappear():
    before = [stored("p", Kind.PROGRAMME, text="1", stages="s1 s2")]
    _, issues = make_plan([thing("p", Kind.PROGRAMME, text="2", stages="s1")], before)
    assert [one.code for one in issues] == ["stage_removed"]
    _, issues = make_plan([thing("p", Kind.PROGRAMME, text="2", stages="s1 s2 s3")], before)
    assert issues == []


def test_an_item_does_not_move_between_banks():
    before = [stored("i", Kind.ITEM, words="1", place="quiz/1", bank="law")]
    _, issues = make_plan([thing("i", Kind.ITEM, words="1", place="quiz/1", bank="skills")], before)
    assert [one.code for one in issues] == ["item_of_other_bank"]


def test_changed_conditions_need_a_higher_version():
    before = [stored("p", Kind.CONDITIONS, text="1", version="2")]
    for version, codes in (("2", ["conditions_version"]), ("1", ["conditions_version"]), ("3", [])):
        _, issues = make_plan([thing("p", Kind.CONDITIONS, text="2", version=version)], before)
        assert [one.code for one in issues] == codes
    assert make_plan([thing("p", Kind.CONDITIONS, text="1", version="2")], before) == ([], [])


@pytest.mark.parametrize("version", ["1", "3"])
def test_the_version_of_the_conditions_changes_with_the_text_only(version):
    before = [stored("p", Kind.CONDITIONS, text="1", version="2")]
    _, issues = make_plan([thing("p", Kind.CONDITIONS, text="1", version=version)], before)
    assert [(one.code, one.where) for one in issues] == [("conditions_version", HERE)]
    assert "text unchanged since version 2" in issues[0].message


def test_conditions_are_never_retired():
    assert make_plan([], [stored("p", Kind.CONDITIONS, text="1", version="1")]) == ([], [])


KINDS = st.sampled_from([Kind.CARD, Kind.BANK, Kind.LESSON, Kind.QUIZ])
PARTS = st.fixed_dictionaries({"body": st.sampled_from("12"), "head": st.sampled_from("12")})
KEYS = st.tuples(KINDS, st.sampled_from("abc"))


def apply(actions, wanted, before):
    """The database after the plan."""
    after = {(one.kind, one.key): one for one in before}
    texts = {(one.kind, one.key): one.parts for one in wanted}
    for action in actions:
        place = (action.kind, action.key)
        if action.verb is Verb.RETIRE:
            after[place] = Stored(*place, after[place].parts, "files", True)
        else:
            after[place] = Stored(*place, texts[place], "files", False)
    return list(after.values())


@given(
    st.dictionaries(KEYS, PARTS),
    st.dictionaries(KEYS, st.tuples(PARTS, st.sampled_from(["files", "app"]), st.booleans())),
)
def test_planning_twice_changes_nothing(wanted, before):
    things = [Thing(kind, key, parts, HERE) for (kind, key), parts in wanted.items()]
    rows = [Stored(kind, key, *rest) for (kind, key), rest in before.items()]
    actions, issues = make_plan(things, rows)
    if issues:
        return
    after = apply(actions, things, rows)
    assert make_plan(things, after) == ([], [])
    live = {(one.kind, one.key) for one in after if one.origin == "files" and not one.is_retired}
    assert live == set(wanted)
    assert [one for one in after if one.origin == "app"] == [
        one for one in rows if one.origin == "app"
    ]
