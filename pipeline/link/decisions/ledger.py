"""What a night's linking counted and how long its steps took."""

import time
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """What a night's linking counted: numbers by name, and seconds by step."""

    counts: dict[str, int] = field(default_factory=dict)
    hot: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=time.perf_counter)

    def add(self, name: str, number: int) -> None:
        """Adds to a count."""
        self.counts[name] = self.counts.get(name, 0) + number

    def step(self, name: str) -> None:
        """Ends a step: what passed since the last one is its time."""
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._started
        self._started = now
