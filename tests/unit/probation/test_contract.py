"""Contract and probation dates: every case of the project's domain file 5.4, and properties over random contracts."""

import calendar
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.probation.domain.contract import (
    ContractDates,
    ContractKind,
    check_dates,
    check_wage,
    civil_code_last_day,
    lasts_months,
    probation_cap_months,
    usual_last_day,
)
from lms.probation.domain.finding import errors_of, warnings_of

FIXED, OPEN = ContractKind.FIXED_TERM, ContractKind.OPEN_ENDED


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def contract(
    starts: str,
    ends: str | None,
    probation_ends: str,
    *,
    kind: ContractKind = FIXED,
    begins: str = "",
) -> ContractDates:
    return ContractDates(
        kind, day(starts), day(ends) if ends else None, day(begins or starts), day(probation_ends)
    )


def codes(dates: ContractDates, earlier: tuple[dt.date, ...] = ()) -> list[str]:
    return [one.code for one in errors_of(check_dates(dates, earlier))]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (contract("2026-03-01", "2027-02-28", "2026-04-30"), []),
        (contract("2026-03-01", "2027-01-31", "2026-03-31"), []),
        (contract("2026-03-01", "2027-01-31", "2026-04-30"), ["probation_too_long"]),
        (contract("2026-03-01", "2026-05-20", "2026-03-15"), ["term_too_short"]),
        (contract("2026-03-01", "2026-05-20", "2026-05-20"), ["probation_only"]),
        (contract("2026-03-01", "2029-02-28", "2026-08-31"), []),
        (contract("2026-03-01", "2029-02-28", "2026-09-30"), ["probation_too_long"]),
        (contract("2026-03-01", None, "2026-08-31", kind=OPEN), []),
        (contract("2026-03-01", None, "2026-09-30", kind=OPEN), ["probation_too_long"]),
        (
            contract("2026-03-01", "2027-02-28", "2026-03-31", kind=ContractKind.TASK_BASED),
            ["no_probation_in_kind"],
        ),
        (
            contract("2026-03-01", None, "2026-03-31", kind=ContractKind.PART_TIME),
            ["no_probation_in_kind"],
        ),
        (contract("2026-03-01", "2026-04-30", "2026-04-30"), ["probation_only"]),
        (contract("2026-03-31", "2026-09-30", "2026-04-30"), []),
    ],
)
def test_cases_of_the_domain_file(case, expected):
    assert codes(case) == expected
    assert warnings_of(check_dates(case)) == []


def test_once_a_person_and_employer():
    rehired = contract("2026-09-01", "2027-08-31", "2026-10-31")
    assert codes(rehired, (day("2025-06-30"),)) == ["second_probation"]
    (finding,) = check_dates(rehired, (day("2024-01-31"), day("2025-06-30")))
    assert (finding.where, finding.facts) == (
        "probation_starts_on",
        {"ended_on": day("2025-06-30")},
    )


def test_once_is_said_beside_what_else_is_wrong():
    part_time = contract("2026-03-01", None, "2026-03-31", kind=ContractKind.PART_TIME)
    assert codes(part_time, (day("2025-06-30"),)) == ["second_probation", "no_probation_in_kind"]


@pytest.mark.parametrize(
    ("wage", "contract_wage", "minimum", "expected"),
    [
        ("4000", "6000", "2690", ["wage_below_share"]),
        ("4800", "6000", "2690", []),
        ("4799.99", "6000", "2690", ["wage_below_share"]),
        ("4800", "6000", "4800.01", ["wage_below_minimum"]),
        ("2000", "6000", "2690", ["wage_below_share", "wage_below_minimum"]),
    ],
)
def test_wage(wage, contract_wage, minimum, expected):
    found = check_wage(
        probation_wage=Decimal(wage),
        contract_wage=Decimal(contract_wage),
        local_minimum=Decimal(minimum),
    )
    assert [one.code for one in found] == expected


def test_wage_says_the_share():
    (finding,) = check_wage(
        probation_wage=Decimal(4000), contract_wage=Decimal(6000), local_minimum=Decimal(2690)
    )
    assert finding.facts["percent"] == Decimal("66.67")
    assert finding.facts["floor"] == 80


def test_wage_of_the_lowest_grade_of_the_post_is_enough():
    found = check_wage(
        probation_wage=Decimal(4000),
        contract_wage=Decimal(6000),
        local_minimum=Decimal(2690),
        lowest_of_post=Decimal(5000),
    )
    assert found == []


def test_wage_without_a_base_is_refused():
    with pytest.raises(ValueError, match="not defined"):
        check_wage(probation_wage=Decimal(1), contract_wage=Decimal(0), local_minimum=Decimal(0))


def test_last_day_by_civil_code_only_is_a_warning_with_both_days():
    """3-1 to 5-1 is two months by the Civil Code and two months and a day as contracts count."""
    (finding,) = check_dates(contract("2026-03-01", "2027-02-28", "2026-05-01"))
    assert (finding.code, finding.where, finding.is_error) == (
        "counts_differ",
        "probation_ends_on",
        False,
    )
    assert finding.facts == {
        "cap_months": 2,
        "last_day": day("2026-04-30"),
        "civil_code_day": day("2026-05-01"),
    }
    assert codes(contract("2026-03-01", "2027-02-28", "2026-05-02")) == ["probation_too_long"]


def test_no_warning_where_the_counts_agree():
    """There is no 31 April, so both counts end on the 30th."""
    assert civil_code_last_day(day("2026-03-31"), 1) == usual_last_day(day("2026-03-31"), 1)
    assert codes(contract("2026-03-31", "2026-09-30", "2026-05-01")) == ["probation_too_long"]


@pytest.mark.parametrize(
    ("starts", "months", "usual", "civil"),
    [
        ("2026-03-01", 2, "2026-04-30", "2026-05-01"),
        ("2026-03-31", 1, "2026-04-30", "2026-04-30"),
        ("2026-03-30", 1, "2026-04-29", "2026-04-30"),
        ("2027-01-31", 1, "2027-02-28", "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29", "2028-02-29"),
        ("2027-01-29", 1, "2027-02-28", "2027-02-28"),
        ("2028-01-29", 1, "2028-02-28", "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28", "2029-02-28"),
        ("2026-12-15", 1, "2027-01-14", "2027-01-15"),
        ("2026-03-01", 36, "2029-02-28", "2029-03-01"),
    ],
)
def test_counting_months(starts, months, usual, civil):
    assert usual_last_day(day(starts), months) == day(usual)
    assert civil_code_last_day(day(starts), months) == day(civil)


@pytest.mark.parametrize("count", [usual_last_day, civil_code_last_day])
def test_a_period_has_a_month(count):
    with pytest.raises(ValueError, match="at least one month"):
        count(day("2026-03-01"), 0)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (contract("2026-03-01", "2026-02-01", "2026-03-31"), [("contract_ends_before_start", "contract_ends_on")]),
        (contract("2026-03-01", None, "2026-03-31"), [("contract_end_missing", "contract_ends_on")]),
        (
            contract("2026-03-01", "2027-03-01", "2026-03-31", kind=OPEN),
            [("open_ended_with_end", "contract_ends_on")],
        ),
        (
            contract("2026-03-01", "2026-02-01", "2026-02-20"),
            [
                ("contract_ends_before_start", "contract_ends_on"),
                ("probation_ends_before_start", "probation_ends_on"),
            ],
        ),
        (
            contract("2026-03-01", "2027-02-28", "2026-03-31", begins="2026-02-15"),
            [("probation_before_contract", "probation_starts_on")],
        ),
        (
            contract("2026-03-01", "2027-02-28", "2027-03-10", begins="2027-02-01"),
            [("probation_after_contract", "probation_ends_on")],
        ),
    ],
)  # fmt: skip
def test_each_finding_stands_at_its_field(case, expected):
    found = errors_of(check_dates(case))
    assert [(one.code, one.where) for one in found] == expected


def test_a_probation_that_begins_later_is_pointed_out():
    found = check_dates(contract("2026-03-01", "2027-02-28", "2026-05-31", begins="2026-04-01"))
    assert [(one.code, one.is_error) for one in found] == [("probation_starts_late", False)]


@pytest.mark.parametrize(
    ("ends", "cap"),
    [
        ("2026-05-30", None),
        ("2026-05-31", 1),
        ("2027-02-27", 1),
        ("2027-02-28", 2),
        ("2029-02-27", 2),
        ("2029-02-28", 6),
        ("2040-01-01", 6),
    ],
)
def test_cap_changes_on_the_very_day(ends, cap):
    assert probation_cap_months(FIXED, day("2026-03-01"), day(ends)) == cap


@pytest.mark.parametrize("kind", [ContractKind.PART_TIME, ContractKind.TASK_BASED])
def test_no_cap_where_no_probation(kind):
    assert probation_cap_months(kind, day("2026-03-01"), day("2040-01-01")) is None


def test_no_cap_without_the_end_of_a_fixed_term():
    assert probation_cap_months(FIXED, day("2026-03-01"), None) is None


starts = st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31))
months = st.integers(1, 60)


@given(starts, months)
def test_the_counts_differ_by_a_day_at_most(on, n):
    usual, civil = usual_last_day(on, n), civil_code_last_day(on, n)
    assert usual <= civil <= usual + dt.timedelta(days=1)
    is_clamped = on.day > calendar.monthrange(civil.year, civil.month)[1]
    assert (usual == civil) == is_clamped


@given(starts, months)
def test_a_period_and_the_next_one_touch(on, n):
    """Unless a month is too short, n months and then one more are n + 1 months."""
    if on.day <= 28:
        following = usual_last_day(on, n) + dt.timedelta(days=1)
        assert following.day == on.day
        assert usual_last_day(following, 1) == usual_last_day(on, n + 1)


@given(starts, months)
def test_longer_is_later(on, n):
    assert on <= usual_last_day(on, n) < usual_last_day(on, n + 1)
    assert lasts_months(on, usual_last_day(on, n), n)
    assert not lasts_months(on, usual_last_day(on, n) - dt.timedelta(days=1), n)


contracts = st.builds(
    lambda kind, on, length, offset, days: ContractDates(
        kind,
        on,
        on + dt.timedelta(days=length) if length is not None else None,
        on + dt.timedelta(days=offset),
        on + dt.timedelta(days=offset + days),
    ),
    st.sampled_from(ContractKind),
    starts,
    st.none() | st.integers(-10, 1500),
    st.sampled_from([0, 0, 0, 0, 3, -3]),
    st.integers(-2, 250),
)


@given(contracts)
def test_whatever_is_accepted_is_lawful(dates):
    """The reverse of the rules: nothing unlawful passes, counted in another way than the code counts."""
    if errors_of(check_dates(dates)):
        return
    assert dates.kind in {FIXED, OPEN}
    assert dates.contract_starts_on <= dates.probation_starts_on <= dates.probation_ends_on
    days = (dates.probation_ends_on - dates.probation_starts_on).days + 1
    assert days <= 185
    if dates.kind is FIXED:
        assert dates.contract_ends_on is not None
        term = (dates.contract_ends_on - dates.contract_starts_on).days + 1
        assert dates.probation_ends_on <= dates.contract_ends_on
        assert term >= 89
        assert days < term
        assert days <= 63 or term >= 1095
        assert days <= 32 or term >= 365


@given(contracts, st.integers(1, 30))
def test_a_shorter_probation_is_never_worse(dates, days):
    shorter = ContractDates(
        dates.kind,
        dates.contract_starts_on,
        dates.contract_ends_on,
        dates.probation_starts_on,
        max(dates.probation_starts_on, dates.probation_ends_on - dt.timedelta(days=days)),
    )
    if not codes(dates):
        assert codes(shorter) == []


@given(contracts, starts)
def test_a_second_one_is_always_refused(dates, ended_on):
    assert "second_probation" in codes(dates, (ended_on,))
    assert "second_probation" not in codes(dates)


@given(contracts)
def test_findings_name_a_field_of_the_form(dates):
    fields = {
        "contract_kind",
        *(name for name in ContractDates.__dataclass_fields__ if name != "kind"),
    }
    assert {one.where for one in check_dates(dates, (dates.contract_starts_on,))} <= fields
