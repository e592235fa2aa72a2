"""Every code that probation can raise or find has a sentence; every value has a word."""

import ast
import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal

import pytest
from flask import get_template_attribute, render_template

from lms.config import ROOT
from lms.probation.domain.contract import ContractKind
from lms.probation.domain.decision import ConditionState, Outcome, UnionNotice
from lms.probation.domain.grounds import Ground
from lms.probation.domain.status import Step, Who
from lms.web.waiting import Waiting
from tests.conftest import NOON

PACKAGE = ROOT / "lms/probation"
RAISERS = {"error", "warning", "InvalidInput", "InvalidState", "NotAllowed"}
#: A code passed on under another name: ``error(finding.code, …)``, and the pair chosen by a loop in decision.py.
INDIRECT = {"positive_without_evidence", "positive_though_unmet", "no_evidence_no_ground",
            "nothing_unmet", "forbidden_ground", "weak_ground"}  # fmt: skip
FACTS = defaultdict(
    lambda: "某某",
    ended_on=dt.date(2026, 11, 1),
    starts_on=dt.date(2026, 11, 1),
    ends_on=dt.date(2026, 11, 1),
    last_day=dt.date(2026, 11, 1),
    civil_code_day=dt.date(2026, 11, 2),
    signed_on=dt.date(2026, 11, 3),
    cap_months=2,
    count=2,
    minimum=8,
    percent=Decimal("66.67"),
    floor=Decimal(80),
    ground="marriage",
)


class Facts(dict):
    def get(self, name, default=None):
        return FACTS[name]


def raised_codes():
    found = set(INDIRECT)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISERS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


@pytest.fixture
def request_context(app):
    with app.test_request_context():
        yield


pytestmark = pytest.mark.usefixtures("request_context")


def test_the_codes_are_found():
    assert {"probation_too_long", "name_differs", "gates_missing", "hr_only"} <= raised_codes()
    assert len(raised_codes()) > 45


@pytest.mark.parametrize("code", sorted(raised_codes()))
def test_every_code_has_a_sentence(code):
    words = get_template_attribute("probation/error_words.html", "words")
    assert re.search(r"[\u4e00-\u9fff].*[。：！]", str(words(code, Facts())))


def test_a_foreign_code_has_none():
    words = get_template_attribute("probation/error_words.html", "words")
    assert str(words("attempt_closed", {})).strip() == ""


@pytest.mark.parametrize(
    ("macro", "values"),
    [
        ("outcome", Outcome),
        ("state", ConditionState),
        ("contract_kind", ContractKind),
        ("union", UnionNotice),
        ("who", Who),
        ("step", Step),
        ("ground", Ground),
    ],
)
def test_every_value_has_a_word(macro, values):
    words = get_template_attribute("probation/words.html", macro)
    said = [str(words(value)).strip() for value in values]
    assert all(re.search(r"[\u4e00-\u9fff]", one) for one in said)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("thing", "facts"),
    [
        ("sign", {"version": 2, "is_again": True}),
        ("sign", {"version": 1, "is_again": False}),
        ("dates", {"count": 3}),
        ("expired", {"name": "林小满", "ends_on": dt.date(2026, 11, 30)}),
        ("more", {"count": 2}),
        *(
            (
                "decide",
                {
                    "name": "林小满",
                    "has_verdict": has_verdict,
                    "urgency": urgency,
                    "ends_on": dt.date(2026, 11, 30),
                    "plan_on": dt.date(2026, 11, 27),
                },
            )
            for urgency in ("calm", "review", "pressing", "last")
            for has_verdict in (True, False)
        ),
    ],
)
def test_what_waits_is_one_short_sentence(thing, facts):
    w = Waiting(kind=f"probation.{thing}", url="/", since=NOON, facts=facts)
    said = render_template(f"probation/waiting/{thing}.html", w=w)
    assert said == said.strip()
    assert "\n" not in said
    assert 5 < len(said) < 60
