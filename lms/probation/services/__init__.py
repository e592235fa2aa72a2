"""Writing probation: publishing conditions, signing them, entering dates, deciding, withdrawing."""

from lms.probation.services.conditions import publish_conditions, sign_conditions
from lms.probation.services.dates import enter_dates
from lms.probation.services.decisions import decide
from lms.probation.services.withdrawals import withdraw

__all__ = ["decide", "enter_dates", "publish_conditions", "sign_conditions", "withdraw"]
