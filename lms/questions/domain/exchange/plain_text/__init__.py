"""Pasted papers in the usual Chinese layout: lines of text to candidates, nothing guessed."""

from collections.abc import Mapping, Sequence

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.plain_text.build import Builder
from lms.questions.domain.exchange.plain_text.draft import Line
from lms.questions.domain.exchange.plain_text.key import put_answers
from lms.questions.domain.exchange.plain_text.paper import PaperReader
from lms.questions.domain.exchange.values import Candidate, Parsed

__all__ = ["Line", "parse_lines", "parse_text"]

_MAX_LINES = 200_000


def parse_text(text: str, file: str) -> Parsed:
    """Read a pasted text.

    Args:
        text: Lines in the usual layout: ``1. 题干``, ``A. …``, ``答案：AC``, ``解析：…``; headings such as
            一、单选题（每题2分）; answers in the brackets of the stem or at the end of the paper.
        file: Its name, for Issues.

    Returns:
        Everything understood; what is not becomes an Issue with its lines. Never raises.
    """
    clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\xa0", " ")
    clean = clean.encode("utf-8", "replace").decode().lstrip("\ufeff").replace("\u200b", "")
    lines = [Line(number, line.strip()) for number, line in enumerate(clean.split("\n"), start=1)]
    return parse_lines(lines, "text", file)


def parse_lines(
    lines: Sequence[Line], format_name: str, file: str, media: Mapping[str, bytes] | None = None
) -> Parsed:
    """Read the lines of a text or a document.

    Args:
        lines: In order.
        format_name: Name of the format.
        file: Name of the file, for Issues.
        media: Pictures that the lines name.
    """
    if not any(line.text for line in lines):
        issue = Issue(Severity.ERROR, "file_empty", Where(file), "there is no text")
        return Parsed(format_name, issues=(issue,), media=media or {})
    issues: list[Issue] = []
    if len(lines) > _MAX_LINES:
        message = f"only the first {_MAX_LINES} lines are read"
        facts = {"limit": _MAX_LINES, "count": len(lines)}
        issues.append(Issue(Severity.ERROR, "too_many_lines", Where(file), message, facts))
        lines = lines[:_MAX_LINES]
    paper = PaperReader(lines, file).read()
    issues += [*paper.issues, *paper.key.issues]
    issues += put_answers(paper.drafts, paper.key.entries, file)
    candidates: list[Candidate] = []
    for draft in paper.drafts:
        built = Builder(draft, file).build()
        issues += built.issues
        if built.candidate is not None:
            candidates.append(built.candidate)
    if not paper.drafts and not issues:
        message = "no question was found"
        issues.append(Issue(Severity.ERROR, "no_questions", Where(file), message))
    return Parsed(
        format=format_name,
        candidates=tuple(candidates),
        stimuli=tuple(paper.stimuli),
        issues=tuple(sorted(issues, key=lambda issue: issue.where.line or 0)),
        media=media or {},
    )
