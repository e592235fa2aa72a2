"""What one act does to each of many items."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.bulk import (
    INTENTS,
    Act,
    Effect,
    FactsChange,
    Reason,
    Subject,
    Wish,
    decide,
    intent_for,
)
from lms.questions.domain.identity import DIFFICULTIES, ItemFacts

WHOLE = ItemFacts("l1", "发票", (), "easy", red_line=False)
LACKING = ItemFacts("", "发票", (), "easy", red_line=False)


def subject(state: str = "ready", **facts: object) -> Subject:
    return Subject(state=state, **{"facts": WHOLE, **facts})


@pytest.mark.parametrize(
    ("wish", "item", "outcome"),
    [
        (Wish(Act.TAG, tag="x"), subject(), Effect.TAGGED),
        (Wish(Act.TAG, tag="x"), subject(tags=frozenset({"x"})), Reason.HAS_TAG),
        (Wish(Act.TAG, tag="x"), subject("retired"), Effect.TAGGED),
        (Wish(Act.UNTAG, tag="x"), subject(tags=frozenset({"x"})), Effect.UNTAGGED),
        (Wish(Act.UNTAG, tag="x"), subject(tags=frozenset({"y"})), Reason.LACKS_TAG),
        (Wish(Act.RETIRE), subject(), Effect.RETIRED),
        (Wish(Act.RETIRE), subject("draft"), Effect.RETIRED),
        (Wish(Act.RETIRE), subject("retired"), Reason.IS_RETIRED),
        (Wish(Act.RESTORE), subject("retired", was_ready=True), Effect.RESTORED),
        (Wish(Act.RESTORE), subject("retired"), Effect.RESTORED_DRAFT),
        (Wish(Act.RESTORE), subject(), Reason.NOT_RETIRED),
        (Wish(Act.SUBMIT), subject("draft"), Effect.SENT),
        (Wish(Act.SUBMIT), subject("draft", facts=LACKING), Reason.INCOMPLETE),
        (Wish(Act.SUBMIT), subject(), Reason.NOT_DRAFT),
        (Wish(Act.SUBMIT), subject(proposed_state="draft"), Effect.SENT),
        (Wish(Act.SUBMIT), subject("retired", proposed_state="draft"), Reason.IS_RETIRED),
        (Wish(Act.APPROVE), subject("in_review"), Effect.APPROVED),
        (Wish(Act.APPROVE), subject(proposed_state="in_review"), Effect.APPROVED),
        (Wish(Act.APPROVE), subject("in_review", is_own=True), Reason.OWN),
        (
            Wish(Act.APPROVE, has_second_review=False),
            subject("in_review", is_own=True),
            Effect.APPROVED,
        ),
        (Wish(Act.APPROVE, has_second_review=False), subject("draft"), Effect.APPROVED),
        (Wish(Act.APPROVE), subject("draft"), Reason.NOT_IN_REVIEW),
        (Wish(Act.APPROVE), subject(), Reason.NOT_IN_REVIEW),
        (Wish(Act.APPROVE), subject("in_review", facts=LACKING), Reason.INCOMPLETE),
        (Wish(Act.MOVE), subject(), Effect.MOVED),
        (Wish(Act.MOVE), subject(is_group_split=True), Reason.IN_GROUP),
    ],
)
def test_what_happens_to_an_item(wish, item, outcome):
    assert decide(wish, item) is outcome


@pytest.mark.parametrize(
    ("intent", "item", "outcome"),
    [
        ("draft", subject(), Effect.PROPOSED),
        ("in_review", subject(), Effect.PROPOSED_SENT),
        ("ready", subject(), Effect.PROPOSED_SENT),
        ("draft", subject("draft"), Effect.CHANGED),
        ("in_review", subject("draft"), Effect.CHANGED_SENT),
        ("draft", subject("in_review"), Effect.CHANGED_SENT),
        ("draft", subject(proposed_state="in_review"), Effect.PROPOSED_SENT),
        ("in_review", subject("draft", facts=LACKING), Effect.CHANGED),
        ("draft", subject("retired"), Reason.IS_RETIRED),
    ],
)
def test_new_facts_go_as_far_as_asked_and_as_they_may(intent, item, outcome):
    wish = Wish(Act.FACTS, change=FactsChange(point="退货"), intent=intent)
    assert decide(wish, item) is outcome


def test_new_facts_are_in_use_at_once_without_a_second_review():
    wish = Wish(
        Act.FACTS, change=FactsChange(point="退货"), intent="ready", has_second_review=False
    )
    assert decide(wish, subject()) is Effect.CHANGED_READY
    assert decide(wish, subject("draft")) is Effect.CHANGED_READY


def test_the_same_facts_change_nothing():
    wish = Wish(Act.FACTS, change=FactsChange(point="发票", lesson_key="l1"))
    assert decide(wish, subject()) is Reason.SAME_FACTS


texts = st.none() | st.sampled_from(["a", "b"])
changes = st.builds(
    FactsChange,
    lesson_key=texts,
    point=texts,
    difficulty=st.none() | st.sampled_from(DIFFICULTIES),
    cards=st.none() | st.sampled_from([(), ("c1",), ("c1", "c2")]),
)
some_facts = st.builds(
    ItemFacts,
    lesson_key=st.sampled_from(["", "a"]),
    point=st.sampled_from(["", "a"]),
    cards=st.sampled_from([(), ("c1",)]),
    difficulty=st.sampled_from(["", *DIFFICULTIES]),
    red_line=st.booleans(),
)
subjects = st.builds(
    Subject,
    state=st.sampled_from(["draft", "in_review", "ready", "retired"]),
    proposed_state=st.sampled_from(["", "draft", "in_review"]),
    facts=some_facts,
    is_own=st.booleans(),
    tags=st.frozensets(st.sampled_from(["x", "y"])),
    is_stale=st.booleans(),
    was_ready=st.booleans(),
    is_group_split=st.booleans(),
)
wishes = st.builds(
    Wish,
    act=st.sampled_from(Act),
    tag=st.sampled_from(["x", "z"]),
    change=changes,
    intent=st.sampled_from(INTENTS),
    has_second_review=st.booleans(),
)


@given(wishes, subjects)
def test_what_changed_meanwhile_is_never_touched(wish, item):
    outcome = decide(wish, item)
    assert (outcome is Reason.STALE) == item.is_stale


@given(wishes, subjects)
def test_nothing_incomplete_and_nothing_of_ones_own_comes_into_use(wish, item):
    outcome = decide(wish, item)
    if outcome is Effect.APPROVED:
        assert not item.facts.missing
        assert not (item.is_own and wish.has_second_review)
    if outcome is Effect.CHANGED_READY:
        assert not wish.has_second_review
        assert not wish.change.of(item.facts).missing


@given(wishes, subjects)
def test_new_facts_never_take_an_item_out_of_review_or_of_use(wish, item):
    intent = intent_for(wish, item)
    if not wish.change.of(item.facts).missing and item.reviewed_state == "in_review":
        assert intent in {"in_review", "ready"}
    if wish.has_second_review:
        assert intent != "ready"


@given(changes, some_facts)
def test_what_is_not_set_stays(change, facts):
    new = change.of(facts)
    for name in ("lesson_key", "point", "difficulty", "cards"):
        asked = getattr(change, name)
        assert getattr(new, name) == (getattr(facts, name) if asked is None else asked)
    assert new.red_line == facts.red_line
    assert FactsChange().of(facts) == facts
