"""A keyboard in one of two layouts: what a browser gets to hear when the key at a place is pressed."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_RUSSIAN = dict(
    zip(
        (f"Key{letter}" for letter in "QWERTYUIOPASDFGHJKLZXCVBNM"), "йцукенгшщзфывапролдячсмить", strict=True
    )
) | {"Slash": "."}
_NAMED = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Slash": 191, "Tab": 9, "Space": 32}
_SHIFT, _CONTROL, _ALT = 8, 2, 1


class Keyboard:
    """`layout` is "latin" or "russian"; keys are named by their place, as KeyboardEvent.code does."""

    def __init__(self, page: Page, layout: str) -> None:
        self._page, self._layout = page, layout
        self._line = page.context.new_cdp_session(page)

    def press(self, code: str, *, shift: bool = False, control: bool = False, alt: bool = False) -> None:
        # As a person does, who looks first: a page on its way hears no key.
        self._page.wait_for_load_state()
        modifiers = shift * _SHIFT | control * _CONTROL | alt * _ALT
        key = self._key(code, shift=shift)
        event: dict[str, Any] = {
            "code": code, "key": key, "modifiers": modifiers, "windowsVirtualKeyCode": _number(code),
        }  # fmt: skip
        typed = "\r" if code == "Enter" else key if len(key) == 1 else ""
        if typed and not control and not alt:
            event |= {"text": typed, "unmodifiedText": typed}
        self._line.send(
            "Input.dispatchKeyEvent", {"type": "keyDown" if "text" in event else "rawKeyDown", **event}
        )
        self._line.send("Input.dispatchKeyEvent", {"type": "keyUp", **event, "text": ""})

    def question_mark(self) -> None:
        """Where it is on this keyboard."""
        code = "Slash" if self._layout == "latin" else "Digit7"
        event = {
            "code": code,
            "key": "?",
            "text": "?",
            "modifiers": _SHIFT,
            "windowsVirtualKeyCode": _number(code),
        }
        self._line.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        self._line.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    def type(self, text: str) -> None:
        """Words, however their letters come about."""
        self._page.keyboard.type(text)

    def _key(self, code: str, *, shift: bool) -> str:
        if self._layout == "russian" and code in _RUSSIAN:
            letter = "," if code == "Slash" and shift else _RUSSIAN[code]
            return letter.upper() if shift else letter
        if code.startswith("Key"):
            return code[3:] if shift else code[3:].lower()
        return code[5:] if code.startswith("Digit") else "/" if code == "Slash" else code


def _number(code: str) -> int:
    return _NAMED[code] if code in _NAMED else ord(code[-1])
