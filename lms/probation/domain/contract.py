"""Contract and probation dates as the law lets them be.

Sources: Labour Contract Law (劳动合同法, 2012 text) articles 19, 20 and 70; Implementing Regulation article 15;
for counting, Civil Code (民法典) articles 201 and 202. The cases of the project's domain file 5.4 are the tests.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.probation.domain.finding import Finding, error, warning
from lms.units import as_percent, reaches

MINIMUM_TERM_MONTHS = 3
"""A contract shorter than this has no probation (article 19)."""

WAGE_FLOOR_PERCENT = Decimal(80)
"""Least share of the post's or the contract's wage during probation (article 20)."""


class ContractKind(StrEnum):
    """Kinds of contract; the last two have no probation (articles 19 and 70)."""

    FIXED_TERM = "fixed_term"
    OPEN_ENDED = "open_ended"
    TASK_BASED = "task_based"
    PART_TIME = "part_time"

    @property
    def may_have_probation(self) -> bool:
        """Whether the law allows a probation at all."""
        return self in {ContractKind.FIXED_TERM, ContractKind.OPEN_ENDED}


@dataclass(frozen=True, slots=True)
class ContractDates:
    """Dates exactly as the contract states them; every last day is inclusive.

    ``contract_ends_on`` is None for an open-ended contract.
    """

    kind: ContractKind
    contract_starts_on: dt.date
    contract_ends_on: dt.date | None
    probation_starts_on: dt.date
    probation_ends_on: dt.date


def usual_last_day(starts_on: dt.date, months: int) -> dt.date:
    """Return the last day of a period of ``months`` in which the first day counts, as contracts are written.

    3 January plus one month ends on 2 February; 31 March plus one month on 30 April, because the month has no
    later day.

    Raises:
        ValueError: ``months`` is less than 1.
    """
    year, month = _shift(starts_on, months)
    if starts_on.day == 1:
        return dt.date(year, month, 1) - dt.timedelta(days=1)
    return dt.date(year, month, min(starts_on.day - 1, monthrange(year, month)[1]))


def civil_code_last_day(starts_on: dt.date, months: int) -> dt.date:
    """Return the last day of a period of ``months`` by the Civil Code: the first day does not count.

    It is the corresponding day of the last month, or that month's last day when there is none, so at most
    one day later than the usual count.

    Raises:
        ValueError: ``months`` is less than 1.
    """
    year, month = _shift(starts_on, months)
    return dt.date(year, month, min(starts_on.day, monthrange(year, month)[1]))


def _shift(on: dt.date, months: int) -> tuple[int, int]:
    if months < 1:
        raise ValueError("a period has at least one month")
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return year, month + 1


def lasts_months(starts_on: dt.date, ends_on: dt.date, months: int) -> bool:
    """Say whether the term from ``starts_on`` to ``ends_on``, both counted, has at least ``months`` months."""
    return ends_on >= usual_last_day(starts_on, months)


def probation_cap_months(
    kind: ContractKind, starts_on: dt.date, ends_on: dt.date | None
) -> int | None:
    """Return the longest lawful probation in months (article 19): 1, 2 or 6; None when none is allowed.

    Args:
        kind: Kind of contract.
        starts_on: First day of the contract.
        ends_on: Last day of a fixed term; ignored for an open-ended contract.
    """
    if kind is ContractKind.OPEN_ENDED:
        return 6
    if not kind.may_have_probation or ends_on is None:
        return None
    for months, cap in ((36, 6), (12, 2), (MINIMUM_TERM_MONTHS, 1)):
        if lasts_months(starts_on, ends_on, months):
            return cap
    return None


def check_dates(dates: ContractDates, earlier_ends: Iterable[dt.date] = ()) -> list[Finding]:
    """Return what the law has to say about contract and probation dates, by field.

    The rules: no probation in task-based and part-time contracts or in terms under three months; never longer than
    the cap of the contract's length; inside the term; not the whole term; once a person and employer. A last
    day that exceeds the usual count but not the Civil Code's is a warning (the two differ by a day).

    Args:
        dates: As written in the contract.
        earlier_ends: Last days of this person's other probations with this employer.
    """
    found = [
        error("second_probation", "probation_starts_on", ended_on=ended_on)
        for ended_on in sorted(earlier_ends)[-1:]
    ]
    if not dates.kind.may_have_probation:
        return [*found, error("no_probation_in_kind", "contract_kind", kind=dates.kind.value)]
    broken = _check_order(dates)
    if broken:
        return found + broken
    if _is_probation_only(dates):
        return [
            *found,
            error(
                "probation_only",
                "probation_ends_on",
                starts_on=dates.contract_starts_on,
                ends_on=dates.contract_ends_on,
            ),
        ]
    return found + _check_length(dates) + _check_inside(dates)


def _check_order(dates: ContractDates) -> list[Finding]:
    """Whether the dates make sense as periods at all; without that no other rule can be asked."""
    found: list[Finding] = []
    if dates.kind is ContractKind.FIXED_TERM and dates.contract_ends_on is None:
        found.append(error("contract_end_missing", "contract_ends_on"))
    elif dates.kind is ContractKind.OPEN_ENDED and dates.contract_ends_on is not None:
        found.append(error("open_ended_with_end", "contract_ends_on"))
    elif dates.contract_ends_on and dates.contract_ends_on < dates.contract_starts_on:
        found.append(error("contract_ends_before_start", "contract_ends_on"))
    if dates.probation_ends_on < dates.probation_starts_on:
        found.append(error("probation_ends_before_start", "probation_ends_on"))
    return found


def _is_probation_only(dates: ContractDates) -> bool:
    return (dates.probation_starts_on, dates.probation_ends_on) == (
        dates.contract_starts_on,
        dates.contract_ends_on,
    )


def _check_length(dates: ContractDates) -> list[Finding]:
    cap = probation_cap_months(dates.kind, dates.contract_starts_on, dates.contract_ends_on)
    if cap is None:
        return [error("term_too_short", "contract_ends_on", months=MINIMUM_TERM_MONTHS)]
    usual = usual_last_day(dates.probation_starts_on, cap)
    civil = civil_code_last_day(dates.probation_starts_on, cap)
    facts = {"cap_months": cap, "last_day": usual, "civil_code_day": civil}
    if dates.probation_ends_on > civil:
        return [error("probation_too_long", "probation_ends_on", **facts)]
    if dates.probation_ends_on > usual:
        return [warning("counts_differ", "probation_ends_on", **facts)]
    return []


def _check_inside(dates: ContractDates) -> list[Finding]:
    found: list[Finding] = []
    if dates.probation_starts_on < dates.contract_starts_on:
        found.append(
            error(
                "probation_before_contract",
                "probation_starts_on",
                starts_on=dates.contract_starts_on,
            )
        )
    elif dates.probation_starts_on > dates.contract_starts_on:
        found.append(
            warning(
                "probation_starts_late", "probation_starts_on", starts_on=dates.contract_starts_on
            )
        )
    if dates.contract_ends_on and dates.probation_ends_on > dates.contract_ends_on:
        found.append(
            error("probation_after_contract", "probation_ends_on", ends_on=dates.contract_ends_on)
        )
    return found


def check_wage(
    *,
    probation_wage: Decimal,
    contract_wage: Decimal,
    local_minimum: Decimal,
    lowest_of_post: Decimal | None = None,
) -> list[Finding]:
    """Return what the law has to say about the wage during probation (article 20, regulation article 15).

    It must reach 80 % of the lowest wage of the same post or of the contract's wage, and the local minimum. Nothing
    of it is stored.

    Args:
        probation_wage: Monthly wage during probation, in yuan.
        contract_wage: Monthly wage that the contract states for afterwards; greater than zero.
        local_minimum: The place's monthly minimum wage.
        lowest_of_post: Lowest monthly wage of the same post, where the employer has such grades.

    Raises:
        ValueError: A reference wage is not greater than zero.
    """
    bases = [contract_wage, *([] if lowest_of_post is None else [lowest_of_post])]
    share = as_percent(probation_wage, min(bases))
    found: list[Finding] = []
    if not any(reaches(probation_wage, base, WAGE_FLOOR_PERCENT) for base in bases):
        found.append(
            error("wage_below_share", "probation_wage", percent=share, floor=WAGE_FLOOR_PERCENT)
        )
    if probation_wage < local_minimum:
        found.append(error("wage_below_minimum", "probation_wage", minimum=local_minimum))
    return found
