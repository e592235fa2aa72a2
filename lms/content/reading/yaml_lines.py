"""YAML that remembers its lines."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

Scalar = str | int | float | bool | dt.date | None


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
        YamlError: The text is not YAML, a key stands twice or is not text, or it uses anchors or tags (an
            anchor can blow a few lines up into gigabytes).
    """
    shift = first_line - 1
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                mark = event.start_mark
                line = (mark.line if mark else 0) + 1 + shift
                raise YamlError("yaml_alias", "aliases (*name) are not used in content files", line)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 1 + shift
        raise YamlError("yaml_broken", f"not YAML: {error.problem}", line) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 + shift
        raise YamlError("yaml_broken", f"not YAML: {error.reason}", line) from error
    if tree is None:
        return Node(None, first_line)
    return _convert(tree, SafeConstructor(), shift)


def _convert(node: yaml.Node, constructor: SafeConstructor, shift: int) -> Node:
    line = node.start_mark.line + 1 + shift
    if isinstance(node, yaml.SequenceNode):
        return Node([_convert(child, constructor, shift) for child in node.value], line)
    if isinstance(node, yaml.MappingNode):
        return Node(_mapping(node, constructor, shift), line)
    try:
        value = constructor.construct_object(node)
    except (ConstructorError, ValueError) as error:
        raise YamlError("yaml_broken", f"not a plain value: {node.value!r}", line) from error
    if isinstance(value, dt.datetime):
        value = node.value
    if value is not None and not isinstance(value, str | int | float | bool | dt.date):
        raise YamlError("yaml_broken", f"not a plain value: {node.value!r}", line)
    return Node(value, line)


def _mapping(node: yaml.MappingNode, constructor: SafeConstructor, shift: int) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1 + shift
        # true and false are option ids of true_false items; YAML reads them as booleans.
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str) or not key:
            raise YamlError("yaml_broken", "a field's name must be a word", line)
        if key in found:
            raise YamlError("yaml_key_twice", f"the field {key!r} stands twice", line)
        found[key] = _convert(value_node, constructor, shift)
    return found
