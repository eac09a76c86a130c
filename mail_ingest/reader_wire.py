"""How a read letter travels from the limited child to the poller: JSON, with the bytes of files behind it.

The child has read hostile bytes, so its answer is not trusted: no pickle. JSON can only give plain values, and each is
checked against the type that our own dataclass declares before one is built. Pure.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from mail_ingest.reader_letter import ReadLetter

REQUEST = struct.Struct(">Q")  # bytes of the mail that follows
ANSWER = struct.Struct(">BIQ")  # kind, memory of the child in KiB, bytes that follow
HELLO, LETTER, NO_MEMORY, FAILED = range(4)
_HEAD = struct.Struct(">I")
_dumps = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

Encode = Callable[[Any, list[bytes]], Any]
Decode = Callable[[Any, "_Files"], Any]


class Unreadable(ValueError):
    """An answer that no child of ours gives."""


class _Files:
    """The bytes behind the JSON, handed out in order."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def take(self, size: object) -> bytes:
        if type(size) is not int or not 0 <= size <= len(self._view) - self._at:
            raise Unreadable("a file is longer than the answer")
        start, self._at = self._at, self._at + size
        return bytes(self._view[start : self._at])

    def take_none(self) -> None:
        if self._at != len(self._view):
            raise Unreadable("bytes that belong to no file")


def pack_letter(letter: ReadLetter) -> list[bytes]:
    """The answer in pieces, to be sent one behind the other."""
    files: list[bytes] = []
    plain = _coder(ReadLetter)[0](letter, files)
    text = _dumps(plain).encode("utf-8", "surrogatepass")
    return [_HEAD.pack(len(text)) + text, *files]


def unpack_letter(answer: memoryview) -> ReadLetter:
    """Raises Unreadable for anything that `pack_letter` does not give. `answer` can be let go of afterwards."""
    try:
        (size,) = _HEAD.unpack_from(answer)
        if size > len(answer) - _HEAD.size:
            raise Unreadable("the answer is cut")
        text = str(answer[_HEAD.size : _HEAD.size + size], "utf-8", "surrogatepass")
        files = _Files(answer[_HEAD.size + size :])
        letter = _coder(ReadLetter)[1](json.loads(text), files)
        files.take_none()
    except (struct.error, UnicodeDecodeError, json.JSONDecodeError, RecursionError, TypeError) as error:
        raise Unreadable(type(error).__name__) from error
    assert isinstance(letter, ReadLetter)
    return letter


@cache
def _coder(kind: Any) -> tuple[Encode, Decode]:
    """How values of this declared type go to plain ones and back. Raises TypeError for a type nobody taught it."""
    if kind in _PLAIN:
        return (lambda value, _files: value), _checked(kind)
    if kind is bytes:
        return _encode_file, lambda value, files: files.take(value)
    if kind is datetime:
        return (lambda value, _files: value.isoformat()), _moment
    if is_dataclass(kind):
        return _dataclass_coder(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _tuple_coder(inner)
    if origin in (Union, UnionType) and len(inner) == 2 and NoneType in inner:
        return _optional_coder(next(one for one in inner if one is not NoneType))
    raise TypeError(f"{kind} does not travel; teach mail_ingest.reader_wire")


_PLAIN = (str, int, bool)


def _checked(kind: type) -> Decode:
    def decode(value: Any, _files: _Files) -> Any:
        if type(value) is not kind:
            raise Unreadable(f"{type(value).__name__} instead of {kind.__name__}")
        return value

    return decode


def _encode_file(value: bytes, files: list[bytes]) -> int:
    files.append(value)
    return len(value)


def _moment(value: Any, _files: _Files) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise Unreadable("no moment") from error
    if moment.tzinfo is None:
        raise Unreadable("a moment without a time zone")
    return moment.astimezone(UTC)


def _optional_coder(kind: Any) -> tuple[Encode, Decode]:
    encode, decode = _coder(kind)
    return (
        lambda value, files: None if value is None else encode(value, files),
        lambda value, files: None if value is None else decode(value, files),
    )


def _tuple_coder(inner: Sequence[Any]) -> tuple[Encode, Decode]:
    if len(inner) == 2 and inner[1] is ...:
        encode, decode = _coder(inner[0])
        return (
            lambda value, files: [encode(one, files) for one in value],
            lambda value, files: tuple([decode(one, files) for one in _listed(value)]),
        )
    coders = [_coder(one) for one in inner]
    return (
        lambda value, files: [one[0](part, files) for one, part in zip(coders, value, strict=True)],
        lambda value, files: tuple(
            [one[1](part, files) for one, part in zip(coders, _listed(value, len(coders)), strict=True)]
        ),
    )


def _dataclass_coder(kind: Any) -> tuple[Encode, Decode]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    coders = [_coder(hints[name]) for name in names]
    encoders = list(zip(names, [encode for encode, _decode in coders], strict=True))
    decoders = [decode for _encode, decode in coders]

    def encode(value: Any, files: list[bytes]) -> list[Any]:
        return [encode_field(getattr(value, name), files) for name, encode_field in encoders]

    def decode(value: Any, files: _Files) -> Any:
        parts = _listed(value, len(decoders))
        return kind(*[decoder(part, files) for decoder, part in zip(decoders, parts, strict=True)])

    return encode, decode


def _listed(value: Any, length: int | None = None) -> list[Any]:
    if type(value) is not list or (length is not None and len(value) != length):
        raise Unreadable("another shape")
    return value


# Types that nobody taught it are noticed when the child starts, not at the first letter that has one.
_coder(ReadLetter)
