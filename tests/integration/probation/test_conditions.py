"""Publishing hiring conditions and signing them."""

import hashlib

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from lms.probation.models import ConditionsSignature, HiringConditions
from lms.probation.queries import find_current_conditions, find_governing, find_signature, text_in
from lms.probation.services import sign_conditions
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme
from tests.factories.probation import (
    ITEMS,
    TEXT,
    make_conditions,
    make_decision,
    make_file,
    make_signature,
)

pytestmark = pytest.mark.usefixtures("session")


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def last_event(action):
    return db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id.desc())
    ).first()


def test_the_whole_text_is_kept_with_title_and_every_line():
    conditions = make_conditions(make_programme(), text="考核如下。", text_en="")
    assert conditions.text.startswith("## 售前客服录用条件\n\n考核如下。")
    assert all(str(item["text"]) in conditions.text for item in ITEMS)
    assert conditions.text_en == ""
    event = last_event("probation.publish_conditions")
    assert event.facts["sha256"] == conditions.sha256
    assert event.actor_id is None


def test_publishing_again_changes_nothing():
    programme = make_programme()
    first = make_conditions(programme)
    assert make_conditions(programme).id == first.id
    assert make_conditions(programme, version=5).id == first.id
    assert count(HiringConditions) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"text": TEXT + "4. 打字每分钟 60 字。\n"},
        {"title": "录用条件"},
        {"text_en": "Other words."},
        {"items": [*ITEMS[:2], {**ITEMS[2], "threshold": "零次"}]},
    ],
)
def test_a_change_needs_a_new_version(change):
    programme = make_programme()
    first = make_conditions(programme)
    with pytest.raises(InvalidInput) as caught:
        make_conditions(programme, **change)
    assert caught.value.code == "conditions_frozen"
    assert caught.value.facts["latest"] == 1
    second = make_conditions(programme, version=2, **change)
    assert find_current_conditions(programme.id).id == second.id
    assert db.session.get(HiringConditions, first.id).text == first.text


def test_an_old_version_never_comes_back():
    programme = make_programme()
    make_conditions(programme)
    make_conditions(programme, version=2, text=TEXT + "补充。")
    with pytest.raises(InvalidInput, match="conditions_frozen"):
        make_conditions(programme)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"items": []}, "conditions_empty"),
        ({"text": " \n"}, "conditions_empty"),
        ({"items": [{"key": "C1"}]}, "condition_unreadable"),
        ({"items": [{"key": "条件", "text": "x"}]}, "condition_unreadable"),
        ({"items": [{"key": "C1", "text": "x"}, {"key": "C1", "text": "y"}]}, "condition_twice"),
        ({"version": 0}, "conditions_frozen"),
    ],
)
def test_unusable_conditions_are_refused(change, code):
    with pytest.raises(InvalidInput) as caught:
        make_conditions(make_programme(), **change)
    assert caught.value.code == code


def test_a_signature_says_who_when_what():
    enrolment = make_enrolment()
    conditions = make_conditions(enrolment.programme)
    signature = make_signature(enrolment, conditions, now=NOON)
    assert (signature.person_id, signature.signed_at, signature.locale) == (
        enrolment.person_id,
        NOON,
        "zh_Hans",
    )
    assert signature.sha256 == hashlib.sha256(conditions.text.encode()).hexdigest()
    event = last_event("probation.sign_conditions")
    assert event.actor_id == enrolment.person_id
    assert (event.facts["version"], event.facts["sha256"]) == (1, signature.sha256)


def test_what_is_signed_is_what_was_shown_in_its_language():
    enrolment = make_enrolment()
    conditions = make_conditions(enrolment.programme)
    signature = make_signature(enrolment, conditions, locale="en")
    assert signature.locale == "en"
    assert signature.sha256 == hashlib.sha256(conditions.text_en.encode()).hexdigest()


def test_without_an_english_text_the_chinese_one_is_shown_and_signed():
    enrolment = make_enrolment()
    conditions = make_conditions(enrolment.programme, text_en="")
    assert text_in(conditions, "en") == (conditions.text, "zh_Hans")
    assert make_signature(enrolment, conditions, locale="en").locale == "zh_Hans"


def test_signing_twice_is_signing_once():
    enrolment = make_enrolment()
    conditions = make_conditions(enrolment.programme)
    first = make_signature(enrolment, conditions, now=NOON)
    assert make_signature(enrolment, conditions).id == first.id
    assert first.signed_at == NOON
    assert count(ConditionsSignature) == 1


def sign(enrolment, conditions, **changes):
    return sign_conditions(
        enrolment,
        conditions,
        **{
            "typed_name": enrolment.person.name,
            "locale": "zh_Hans",
            "actor_id": enrolment.person_id,
            "now": NOON,
        }
        | changes,
    )


def test_only_in_ones_own_name():
    enrolment = make_enrolment()
    conditions = make_conditions(enrolment.programme)
    with pytest.raises(InvalidInput) as caught:
        sign(enrolment, conditions, typed_name="别人")
    assert (caught.value.code, caught.value.facts["field"]) == ("name_differs", "typed_name")
    with pytest.raises(NotAllowed, match="not_own_signature"):
        sign(enrolment, conditions, actor_id=enrolment.person_id + 1)
    assert count(ConditionsSignature) == 0


def test_only_what_the_page_showed():
    enrolment = make_enrolment()
    conditions = make_conditions(enrolment.programme)
    with pytest.raises(InvalidState, match="conditions_changed"):
        sign(enrolment, conditions, shown_sha256="0" * 64)


def test_only_the_present_version():
    enrolment = make_enrolment()
    old = make_conditions(enrolment.programme)
    make_conditions(enrolment.programme, version=2, text=TEXT + "补充。")
    with pytest.raises(InvalidState, match="conditions_changed"):
        sign(enrolment, old)


def test_only_of_ones_own_programme():
    with pytest.raises(NotFound):
        sign(make_enrolment(), make_conditions(make_programme()))


def test_only_while_the_enrolment_runs():
    enrolment = make_enrolment(state="withdrawn")
    with pytest.raises(InvalidState, match="enrolment_ended"):
        sign(enrolment, make_conditions(enrolment.programme))


def test_the_signed_version_governs_until_the_next_is_signed():
    enrolment = make_enrolment()
    old = make_conditions(enrolment.programme)
    before = find_governing(enrolment)
    assert (before.conditions.id, before.signature, before.to_sign.id) == (old.id, None, old.id)
    signature = make_signature(enrolment, old)
    assert find_governing(enrolment).to_sign is None
    new = make_conditions(enrolment.programme, version=2, text=TEXT + "补充。")
    between = find_governing(enrolment)
    assert (between.conditions.id, between.signature.id, between.to_sign.id) == (
        old.id,
        signature.id,
        new.id,
    )
    second = make_signature(enrolment, new)
    assert find_signature(enrolment.id).id == second.id
    assert find_governing(enrolment).conditions.id == new.id
    assert [line.key for line in find_governing(enrolment).lines] == ["C1", "C2", "C3"]


def test_nothing_is_to_be_signed_after_a_decision():
    decision = make_decision()
    enrolment = decision.file.enrolment
    make_conditions(enrolment.programme, version=2, text=TEXT + "补充。")
    assert find_governing(enrolment).to_sign is None


def test_without_conditions_there_is_nothing_to_govern():
    governing = find_governing(make_file().enrolment)
    assert (governing.conditions, governing.to_sign, governing.lines) == (None, None, ())
