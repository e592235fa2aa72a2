import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.notifications.domain.delivery import LEASE, MAX_TRIES, next_try_at
from lms.notifications.domain.facts import Facts, as_plain
from lms.notifications.jobs import SWEEP_SECONDS
from lms.notifications.smtp import TIMEOUT_SECONDS

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


def test_facts_survive_json_and_come_back_as_what_they_were():
    given_facts = {
        "title": "第一关",
        "closes_at": NOW,
        "due_on": NOW.date(),
        "points": Decimal("12.50"),
        "count": 3,
        "passed": True,
        "nothing": None,
        "items": [{"due_on": NOW.date(), "name": "甲"}],
    }
    facts = Facts(json.loads(json.dumps(as_plain(given_facts))))
    assert facts.title == facts["title"] == facts.get("title") == "第一关"
    assert (facts.closes_at, facts.due_on) == (NOW, NOW.date())
    assert (facts.points, facts.count, facts.passed, facts.nothing) == ("12.50", 3, True, None)
    (item,) = facts.items
    assert (item.due_on, item.name) == (NOW.date(), "甲")
    assert "title" in facts
    assert "other" not in facts
    assert facts.get("other", "x") == "x"
    assert Facts({"ends_at": ""}).ends_at == ""


def test_a_fact_that_is_not_there_is_missed():
    with pytest.raises(AttributeError):
        _ = Facts({}).title
    with pytest.raises(KeyError):
        _ = Facts({})["title"]


def test_what_a_message_cannot_carry_is_refused():
    with pytest.raises(TypeError, match="object"):
        as_plain(object())


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain)
def test_whatever_is_carried_is_json(value):
    assert json.loads(json.dumps(as_plain(value))) == as_plain(value)


def test_pauses_grow_and_end():
    pauses = [next_try_at(tries, NOW) - NOW for tries in range(1, MAX_TRIES)]
    assert pauses == sorted(pauses)
    assert pauses[0] == dt.timedelta(minutes=1)
    assert next_try_at(MAX_TRIES, NOW) is None
    assert next_try_at(0, NOW) is None


def test_a_lease_outlasts_a_sweep_and_the_slowest_delivery():
    steps_of_a_delivery = 9
    assert LEASE.total_seconds() > SWEEP_SECONDS + steps_of_a_delivery * TIMEOUT_SECONDS
