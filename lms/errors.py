"""The errors that a caller may meet: a code for the program, facts for the sentence a template makes."""

from collections.abc import Mapping

from typing_extensions import override


class LmsError(Exception):
    """Base of all expected errors.

    Args:
        code: Stable lower-case identifier such as ``attempt_closed``; templates turn it into a sentence.
        facts: Plain values the sentence needs (names, numbers, dates).
    """

    status = 400

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = facts

    @override
    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({shown})" if shown else self.code


class NotFound(LmsError):  # noqa: N818 - the field's word; an "Error" suffix adds nothing
    """The thing asked for does not exist, or the asker may not know that it does."""

    status = 404


class NotAllowed(LmsError):  # noqa: N818
    """The person may not do this."""

    status = 403


class InvalidState(LmsError):  # noqa: N818
    """The thing is not in a state in which this can happen."""

    status = 409


class InvalidInput(LmsError):  # noqa: N818
    """A value given is not acceptable; facts name the field."""

    status = 422


class Busy(LmsError):  # noqa: N818
    """Too many ask at once; facts say after how many seconds (``retry_after``) to come again."""

    status = 503
