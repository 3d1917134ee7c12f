"""A real browser for tests: the machine's own Chromium, driven by Playwright, looks at a page from `file://`.

Playwright's loop runs in a thread of its own, so that tests which run flows are not in its way.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

# What people have: a narrow office screen, a wide one, a telephone.
SIZES = {1366: 768, 1920: 1080, 390: 844}
# Of itself a browser asks for its maker's hosts at its start; here no name is looked up.
NO_NAMES = ["--host-resolver-rules=MAP * ~NOTFOUND"]
_GRAVE = {"serious", "critical"}
T = TypeVar("T")


def chromium() -> str | None:
    """Where the machine's Chromium is, if it has one; none is ever downloaded."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True)
class Look:
    """What a browser made of a page.

    Attributes:
        errors: errors in its console or its scripts.
        requests: addresses that it asked for, but for the page's own.
        overflow: pixels by which the page is wider than its window.
        charts: width and height of each drawing, in pixels.
    """

    errors: list[str]
    requests: list[str]
    overflow: int
    charts: list[tuple[float, float]]


class Browser:
    """Opens pages; every call returns plain data."""

    def __init__(self, executable: str) -> None:
        from playwright.sync_api import sync_playwright

        self._thread = ThreadPoolExecutor(1)
        self._driver: Any = self._thread.submit(lambda: sync_playwright().start()).result()
        launch = partial(self._driver.chromium.launch, executable_path=executable, args=NO_NAMES)
        self._browser: Any = self._thread.submit(launch).result()

    def look(self, path: Path, width: int) -> Look:
        """Opens a page in a window of `width`, one of `SIZES`."""
        errors: list[str] = []
        requests: list[str] = []

        def measure(page: Any) -> tuple[int, list[list[float]]]:
            root = "document.documentElement"
            overflow = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
            boxes = page.evaluate(
                "[...document.querySelectorAll('svg[role=img]')].map(e => e.getBoundingClientRect())"
                ".map(box => [box.width, box.height])"
            )
            return overflow, boxes

        def listen(page: Any) -> None:
            page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("request", lambda request: requests.append(request.url))

        overflow, boxes = self.use(path, width, measure, listen)
        own = path.resolve().as_uri()
        return Look(errors, [url for url in requests if url != own], overflow, [(w, h) for w, h in boxes])

    def faults(self, path: Path, width: int = 1366) -> list[str]:
        """What axe-core finds serious or critical on a page: the rule, why, and where."""
        from axe_playwright_python.sync_playwright import Axe

        options = {"resultTypes": ["violations"]}
        found = self.use(path, width, lambda page: Axe().run(page, options=options).response["violations"])
        return [
            f"{item['id']}: {item['help']}: {node['html'][:200]}"
            for item in found
            if item["impact"] in _GRAVE
            for node in item["nodes"]
        ]

    def use(
        self,
        path: Path,
        width: int,
        do: Callable[[Any], T],
        before: Callable[[Any], None] = lambda page: None,
    ) -> T:
        """Opens a page and does something with Playwright's `page`, `before` and after it has loaded."""

        def opened() -> T:
            page = self._browser.new_page(viewport={"width": width, "height": SIZES[width]})
            try:
                before(page)
                page.goto(path.resolve().as_uri())
                return do(page)
            finally:
                page.close()

        return self._thread.submit(opened).result()

    def close(self) -> None:
        """Ends the browser and its driver."""
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._driver.stop).result()
        self._thread.shutdown()
