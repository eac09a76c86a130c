"""Whoever uses a page in a test waits, as a person does, until it is whole before touching it.

A page shows its words before its scripts have run. A key pressed in between is heard by nobody, and a button clicked
then does what it does without scripts: rare on a machine at rest, common on a busy one. So each key and each touch of
Playwright waits first until the page that is open has loaded; one that has is not waited for at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from playwright.sync_api import Keyboard, Locator, Page

TOUCHES = (
    "check", "clear", "click", "dblclick", "drag_to", "fill", "focus", "hover", "press", "press_sequentially", "select_option",
    "set_checked", "set_input_files", "tap", "uncheck",
)  # fmt: skip
KEYS = ("down", "insert_text", "press", "type")

_keyboard_of: Callable[[Page], Keyboard] = Page.keyboard.fget  # type: ignore[attr-defined]


class PatientKeyboard:
    """The keyboard of a page, whose keys wait until the page is whole."""

    def __init__(self, page: Page) -> None:
        self._page, self._keyboard = page, _keyboard_of(page)

    def __getattr__(self, name: str) -> Any:
        if name in KEYS:
            self._page.wait_for_load_state()
        return getattr(self._keyboard, name)


def have_patience() -> None:
    """From now on, for every page of this process."""
    Page.keyboard = property(PatientKeyboard)  # type: ignore[assignment,method-assign]
    for name in TOUCHES:
        setattr(Locator, name, _patient(getattr(Locator, name)))


def _patient(touch: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(touch)
    def whole_first(locator: Locator, *what: Any, **how: Any) -> Any:
        locator.page.wait_for_load_state()
        return touch(locator, *what, **how)

    return whole_first
