"""YAML without surprises: no implicit types, no duplicate keys, no anchors, errors with file and line.

Every scalar is read as text; the pydantic model that receives it gives it its type. So `no` stays a
word, `0123456` keeps its zero, and a date is a date only where the model says so.
"""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.errors import PipelineError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]
Lines = dict[Location, int]


def load(path: Path, model: type[Model], error: type[PipelineError]) -> Model:
    """Reads one YAML file into a strict model.

    Args:
        path: the file, UTF-8.
        model: a pydantic model; it should forbid extra keys.
        error: the class of error to raise.

    Returns:
        The validated model.

    Raises:
        error: at the first problem, with file and line.
    """
    data, lines = read(path, error)
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        location = tuple(first["loc"])
        raise error(
            f"{'.'.join(map(str, location)) or 'document'}: {first['msg']}",
            where=f"{path}:{_line(lines, location)}",
            mend="correct this key or take it out",
        ) from None


def read(path: Path, error: type[PipelineError]) -> tuple[Any, Lines]:
    """Reads a file into plain dicts, lists and texts, with the line of every key and item."""
    try:
        text = path.read_text(encoding="utf-8")
        events = list(yaml.parse(text, Loader=yaml.SafeLoader))
        aliases = [e for e in events if isinstance(e, yaml.AliasEvent)]
        if aliases:
            line = _mark(aliases[0].start_mark)
            raise error("an alias (*name) is used", where=f"{path}:{line}", mend="write it out")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        line = _mark(problem.problem_mark)
        raise error(
            f"not valid YAML: {problem.problem}", where=f"{path}:{line}", mend="correct the line"
        ) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise error(
            f"cannot be read: {type(problem).__name__}", where=str(path), mend="save it as UTF-8"
        ) from None
    lines: Lines = {}
    return (None if node is None else _plain(node, (), lines, path, error)), lines


def _plain(node: yaml.Node, at: Location, lines: Lines, path: Path, error: type[PipelineError]) -> Any:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, lines, path, error)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*at, i), lines, path, error) for i, item in enumerate(node.value)]
    is_null = node.value in ("", "~", "null") and getattr(node, "style", None) is None
    return None if is_null else node.value


def _mapping(
    node: yaml.MappingNode, at: Location, lines: Lines, path: Path, error: type[PipelineError]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise error("a key is not a word", where=f"{path}:{line}", mend="use a plain word")
        key = str(key_node.value)
        if key in result:
            raise error(f"the key {key} stands twice", where=f"{path}:{line}", mend="keep one")
        lines[(*at, key)] = line
        result[key] = _plain(value_node, (*at, key), lines, path, error)
    return result


def _line(lines: Lines, location: Location) -> int:
    """The line of the deepest known part of a location."""
    for end in range(len(location), -1, -1):
        if location[:end] in lines:
            return lines[location[:end]]
    return 1


def _mark(mark: Any) -> int:
    """The line of a YAML mark, counted from 1; 1 if there is none."""
    return int(mark.line) + 1 if mark else 1
