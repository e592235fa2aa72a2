"""YAML: the lossless form, for banks in git.

A file is a list of items as in ``question_banks/*/items.yml``, or a mapping ``{stimuli, media, items}`` when there are
shared texts or pictures. ``parse_yaml`` of what ``write_yaml`` wrote gives the same items.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import cast

import yaml
from typing_extensions import override

from lms.issues import Issue, Where
from lms.questions.domain.exchange.encoding import decode_text
from lms.questions.domain.exchange.pictures import Picture, read_picture
from lms.questions.domain.exchange.values import Candidate, Outgoing, Parsed, Stimulus, reject
from lms.questions.domain.exchange.yaml_lines import Node, YamlError, load
from lms.questions.domain.exchange.yaml_shape import item_as_entry, item_from_entry
from lms.questions.domain.identity import DIFFICULTIES
from lms.questions.domain.items import FieldError
from lms.questions.domain.types.reading import (
    as_decimal,
    as_flag,
    as_list,
    as_mapping,
    as_text,
    check_fields,
    decimal_as_text,
)

YAML = "yaml"
MAX_ITEMS = 50_000
_PATH = re.compile(r"([a-z_]+)|\[(\d+)\]")
_SHOWN = 4000
_WIDTH = 1_000_000
"""Lines are not folded: a change of a word is then a change of one line."""


def parse_yaml(data: bytes, file: str) -> Parsed:
    """Read a bank in YAML. Never raises; what cannot be used becomes an Issue with its lines.

    Args:
        data: The whole file.
        file: Its name, for Issues.
    """
    decoded = decode_text(data, file)
    if not decoded.encoding or (decoded.issues and not decoded.text):
        return Parsed(YAML, issues=decoded.issues, encoding=decoded.encoding)
    reading = _Reading(file, decoded.text, list(decoded.issues))
    try:
        reading.read(load(decoded.text))
    except YamlError as error:
        reading.refuse(error.code, error.line, "", error.message, reading.source(error.line, 1))
    return Parsed(
        YAML,
        candidates=tuple(reading.candidates),
        stimuli=tuple(reading.stimuli),
        issues=tuple(reading.issues),
        media=reading.media,
        encoding=decoded.encoding,
    )


@dataclass(slots=True)
class _Reading:
    """One pass over a file."""

    file: str
    text: str
    issues: list[Issue]
    candidates: list[Candidate] = field(default_factory=list)
    stimuli: list[Stimulus] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = self.text.split("\n")

    def source(self, first: int, count: int) -> str:
        """Return ``count`` lines from line ``first`` on, without what follows as blank lines."""
        return "\n".join(self.lines[first - 1 : first - 1 + count]).rstrip()[:_SHOWN]

    def refuse(self, code: str, line: int, at: str, message: str, source: str) -> None:
        where = Where(self.file, line=line, field=at)
        self.issues.append(reject(code, where, message, source, field=at))

    def read(self, node: Node) -> None:
        value = node.value
        if value is None:
            self.refuse("file_empty", 1, "", "the file is empty", "")
        elif isinstance(value, list):
            self.items(value)
        elif isinstance(value, Mapping):
            self.sections(value)
        else:
            self.refuse("yaml_broken", node.line, "", "is not a list of items", self.source(1, 3))

    def sections(self, value: Mapping[str, Node]) -> None:
        readers = {"stimuli": self.stimulus_list, "media": self.media_list, "items": self.items}
        for name in value:
            if name not in readers and name != "title":
                line = value[name].line
                self.refuse(
                    "unknown_field", line, name, f"{name} is not known", self.source(line, 1)
                )
        for name, reader in readers.items():
            if name not in value:
                continue
            node = value[name]
            if isinstance(node.value, list):
                reader(node.value)
            else:
                source = self.source(node.line, 1)
                self.refuse("item_malformed", node.line, name, f"{name} must be a list", source)

    def items(self, nodes: Sequence[Node]) -> None:
        if len(nodes) > MAX_ITEMS:
            self.refuse(
                "too_many_items", nodes[MAX_ITEMS].line, "", f"more than {MAX_ITEMS} items", ""
            )
            return
        for node, source in self.with_sources(nodes):
            try:
                where = Where(self.file, line=node.line)
                self.candidates.append(candidate_from_entry(plain(node), where, source))
            except FieldError as error:
                line = line_at(node, error.field)
                self.refuse("item_malformed", line, error.field, str(error), source)

    def stimulus_list(self, nodes: Sequence[Node]) -> None:
        for node, source in self.with_sources(nodes):
            try:
                where = Where(self.file, line=node.line)
                self.stimuli.append(stimulus_from_entry(plain(node), where))
            except FieldError as error:
                line = line_at(node, error.field)
                self.refuse("stimulus_malformed", line, error.field, str(error), source)

    def media_list(self, nodes: Sequence[Node]) -> None:
        for node, source in self.with_sources(nodes):
            try:
                fields = as_mapping(plain(node), "media")
                check_fields(fields, required=("name", "data"))
                name = as_text(fields["name"], "name")
                content = b64decode(as_text(fields["data"], "data").encode(), validate=False)
            except (FieldError, NotBase64, ValueError) as error:
                self.refuse("media_malformed", node.line, "media", str(error), source[:200])
                continue
            read = read_picture(content, name, Where(self.file, line=node.line))
            if isinstance(read, Picture) and read.name == name:
                self.media[name] = content
            elif isinstance(read, Picture):
                problem = f"the picture is not what its name says; it is {read.name}"
                self.refuse("media_malformed", node.line, "media", problem, source[:200])
            else:
                self.issues.append(read)

    def with_sources(self, nodes: Sequence[Node]) -> Iterator[tuple[Node, str]]:
        """Yield each entry with its lines."""
        for index, node in enumerate(nodes):
            after = nodes[index + 1].line if index + 1 < len(nodes) else len(self.lines) + 1
            yield node, self.source(node.line, max(1, after - node.line))


def plain(node: Node) -> object:
    """Return the values of a tree without their lines."""
    value = node.value
    if isinstance(value, list):
        return [plain(child) for child in value]
    if isinstance(value, Mapping):
        return {name: plain(child) for name, child in value.items()}
    return value


def line_at(node: Node, path: str) -> int:
    """Return the line of a field as far as the path leads."""
    for name, index in _PATH.findall(path):
        value = node.value
        if name and isinstance(value, Mapping) and name in value:
            node = value[name]
        elif index and isinstance(value, list) and int(index) < len(value):
            node = value[int(index)]
        else:
            break
    return node.line


_FACTS = (
    "id", "lesson", "point", "cards", "difficulty", "red_line", "name", "category", "tags", "points", "stimulus",
)  # fmt: skip


def candidate_from_entry(value: object, where: Where, source: str = "") -> Candidate:
    """Read one item with its facts.

    Raises:
        FieldError: Names the field at fault.
    """
    entry = as_mapping(value, "item")
    facts = {name: entry[name] for name in _FACTS if name in entry}
    words = {name: each for name, each in entry.items() if name not in facts}

    def text(name: str) -> str:
        return as_text(facts.get(name, ""), name, may_be_empty=True)

    def texts(name: str) -> tuple[str, ...]:
        listed = as_list(facts.get(name, []), name)
        return tuple(as_text(one, f"{name}[{index}]") for index, one in enumerate(listed))

    difficulty = text("difficulty")
    if difficulty and difficulty not in DIFFICULTIES:
        raise FieldError("difficulty", f"{difficulty!r} is not one of {', '.join(DIFFICULTIES)}")
    points = facts.get("points")
    return Candidate(
        item=item_from_entry(words),
        where=where,
        name=text("name"),
        key=text("id"),
        category=texts("category"),
        tags=texts("tags"),
        point=text("point"),
        difficulty=difficulty,
        lesson_key=text("lesson"),
        cards=texts("cards"),
        red_line=as_flag(facts.get("red_line", False), "red_line"),
        points=None if points is None else as_decimal(_as_number_text(points), "points"),
        stimulus=text("stimulus"),
        source=source,
    )


def _as_number_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def candidate_as_entry(candidate: Candidate) -> dict[str, object]:
    """Return one item with its facts as written; ``where`` and ``source`` are left out."""
    words = item_as_entry(candidate.item)
    entry: dict[str, object] = {"id": candidate.key} if candidate.key else {}
    entry["type"] = words.pop("type")
    facts: dict[str, object] = {
        "lesson": candidate.lesson_key,
        "point": candidate.point,
        "cards": list(candidate.cards),
        "difficulty": candidate.difficulty,
        "red_line": candidate.red_line,
        "name": candidate.name,
        "category": list(candidate.category),
        "tags": list(candidate.tags),
        "points": "" if candidate.points is None else decimal_as_text(candidate.points),
        "stimulus": candidate.stimulus,
    }
    always = ("cards", "red_line")
    entry.update({name: value for name, value in facts.items() if value or name in always})
    return {**entry, **words}


def stimulus_from_entry(value: object, where: Where) -> Stimulus:
    """Read one shared text.

    Raises:
        FieldError: Names the field at fault.
    """
    entry = as_mapping(value, "stimulus")
    check_fields(entry, required=("id", "text"), optional=("title", "category"))
    listed = as_list(entry.get("category", []), "category")
    return Stimulus(
        key=as_text(entry["id"], "id"),
        text=as_text(entry["text"], "text"),
        where=where,
        title=as_text(entry.get("title", ""), "title", may_be_empty=True),
        category=tuple(as_text(one, f"category[{at}]") for at, one in enumerate(listed)),
    )


def stimulus_as_entry(stimulus: Stimulus) -> dict[str, object]:
    """Return one shared text as written."""
    entry: dict[str, object] = {"id": stimulus.key}
    if stimulus.title:
        entry["title"] = stimulus.title
    if stimulus.category:
        entry["category"] = list(stimulus.category)
    return {**entry, "text": stimulus.text}


class _Flow(dict[str, object]):
    """A mapping that stands on one line."""


_BASE = cast("type[yaml.SafeDumper]", getattr(yaml, "CSafeDumper", yaml.SafeDumper))


class _Dumper(_BASE):  # type: ignore[misc, valid-type]  # chosen at run time: libyaml is ten times as fast
    @override
    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_flow(dumper: yaml.SafeDumper, entry: _Flow) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", entry.items(), flow_style=True)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(_Flow, _represent_flow)
_SHORT = ("options", "accepted", "premises", "choices", "rubric")


def write_yaml(bank: Outgoing) -> tuple[bytes, tuple[Issue, ...]]:
    """Write a bank. Everything can be said, so there are no Issues but for pictures without a file."""
    entries = [_folded(candidate_as_entry(candidate)) for candidate in bank.candidates]
    if not bank.stimuli and not bank.media:
        return _dumped(entries), ()
    document: dict[str, object] = {"title": bank.title}
    if bank.stimuli:
        document["stimuli"] = [stimulus_as_entry(stimulus) for stimulus in bank.stimuli]
    if bank.media:
        document["media"] = [
            {"name": name, "data": "\n".join(wrap(b64encode(content).decode(), 100)) + "\n"}
            for name, content in bank.media.items()
        ]
    document["items"] = entries
    return _dumped(document), ()


def _dumped(document: object) -> bytes:
    # An empty list is written as one, so that the file is read as an empty bank.
    text = yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, indent=2
    )
    return text.encode()


def _folded(entry: dict[str, object]) -> dict[str, object]:
    """Put each option, pair or accepted answer on one line, where it has one line only."""
    for name in _SHORT:
        if name in entry:
            entry[name] = [
                _Flow(one) if not any("\n" in str(text) for text in one.values()) else one
                for one in cast("list[dict[str, object]]", entry[name])
            ]
    return entry
