"""YAML that remembers its lines."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml
from yaml.constructor import ConstructorError, SafeConstructor


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value that is neither what it looks like nor text, such as 2026-02-30; whoever asks for it notes that."""

    text: str


Scalar = str | int | float | bool | dt.date | Unreadable | None

#: YAML also has 010 for eight and 1:30 for ninety, which no author means.
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
_NUMBER_TAGS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")

#: libyaml reads a bank ten times as fast; both give the same tree.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file with the line (from 1) on which it stands."""

    value: "Scalar | list[Node] | Mapping[str, Node]"
    line: int


class YamlError(Exception):
    """A text is not the YAML that authors may write.

    Args:
        code: Code of the Issue.
        message: English sentence.
        line: Line of the file.
    """

    def __init__(self, code: str, message: str, line: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line


def load(text: str, *, first_line: int = 1) -> Node:
    """Read ``text``; scalars get the types of safe YAML, mappings keep text keys.

    Args:
        text: One YAML document.
        first_line: Line of the file on which ``text`` begins.

    Raises:
        YamlError: The text is not YAML, a key stands twice or is not text, or it uses aliases or tags (a few
            lines of aliases can blow up into gigabytes).
    """
    try:
        tree = yaml.compose(text, Loader=_LOADER)
        return Node(None, first_line) if tree is None else _Converter(first_line).convert(tree)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        raise YamlError("yaml_broken", f"not YAML: {error.problem}", line) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + first_line
        raise YamlError("yaml_broken", f"not YAML: {error.reason}", line) from error
    except RecursionError as error:
        raise YamlError("yaml_broken", "not YAML: nested too deeply", first_line) from error


class _Converter:
    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.constructor = SafeConstructor()
        self.seen: set[int] = set()

    def convert(self, node: yaml.Node) -> Node:
        line = self.line(node)
        if id(node) in self.seen:
            raise YamlError("yaml_alias", "aliases (*name) are not used here", line)
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return Node([self.convert(child) for child in node.value], line)
        if isinstance(node, yaml.MappingNode):
            return Node(self.mapping(node), line)
        return Node(self.scalar(node, line), line)

    def line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self.first_line

    def scalar(self, node: yaml.Node, line: int) -> Scalar:
        if node.tag in _NUMBER_TAGS and not _NUMBER.match(node.value):
            return Unreadable(node.value)
        try:
            value = self.constructor.construct_object(node)
        except ValueError:
            return Unreadable(node.value)
        except (ConstructorError, AttributeError, LookupError) as error:
            message = f"not a plain value: {node.value!r}"
            raise YamlError("yaml_broken", message, line) from error
        if isinstance(value, dt.datetime):
            return str(node.value)
        if value is None or isinstance(value, str | int | float | dt.date):
            return value
        raise YamlError("yaml_broken", f"not a plain value: {node.value!r}", line)

    def mapping(self, node: yaml.MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key_node, value_node in node.value:
            line = self.line(key_node)
            # The words true and false are option ids; as keys they stay words.
            if not isinstance(key_node, yaml.ScalarNode) or not key_node.value:
                raise YamlError("yaml_broken", "a field's name must be a word", line)
            key = str(key_node.value)
            if key in found:
                raise YamlError("yaml_key_twice", f"the field {key!r} stands twice", line)
            found[key] = self.convert(value_node)
        return found
