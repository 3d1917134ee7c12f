"""What a person sees while a night runs: a moving line at a terminal, plain lines anywhere else."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

LOGGER = "early_warning"


class _Lines(logging.Handler):
    """Prints each step as one line; at a terminal the latest step stays in a moving line below."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self.console = console
        self.status = console.status("starting") if console.is_terminal else None

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)
        if self.status:
            self.status.update(f"after {text.split(':')[0]} …")


@contextmanager
def shown(*, quiet: bool = False) -> Iterator[None]:
    """Shows the night's steps on standard error while the block runs."""
    logger = logging.getLogger(LOGGER)
    handler = _Lines(Console(file=sys.stderr))
    logger.setLevel(logging.WARNING if quiet else logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        if handler.status:
            handler.status.start()
        yield
    finally:
        if handler.status:
            handler.status.stop()
        logger.removeHandler(handler)
