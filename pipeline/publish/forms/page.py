"""The HTML pages: one file each, without scripts or outside requests, everything escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.publish.forms import wording
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.lines import clause_title


def render(template: str, **values: Any) -> str:
    """A page from `<template>.html.j2`, which extends `page.html.j2`.

    Args:
        template: name of the template.
        values: what it shows; a value that it lacks is an error.
    """
    return _environment().get_template(f"{template}.html.j2").render(words=wording, **values)


@cache
def _environment() -> Environment:
    """Made once a process: it keeps the templates that it has read, and a night has a dozen pages of one."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clause": clause_title, "plain": plain}
    return environment
