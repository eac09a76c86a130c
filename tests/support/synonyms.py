"""A sentence model for tests: it knows that a few words mean the same, and nothing else."""

from __future__ import annotations

import struct
import zlib

from kb_search.stems import words

SIZE = 32
SAME = (("quokka", "wallaby", "kangaroo"), ("zither", "dulcimer", "lute"), ("tapioca", "cassava", "manioc"))


class Synonyms:
    """Words of one group point one way; any other word somewhere of its own. Counts what it was asked."""

    def __init__(self, name: str = "synonyms 1") -> None:
        self.name = name
        self.asked: list[str] = []

    def embed(self, text: str) -> bytes:
        self.asked.append(text)
        vector = [0.01] * SIZE
        for word in words(text):
            group = next((number for number, same in enumerate(SAME) if word in same), None)
            vector[zlib.crc32(word.encode()) % (SIZE - 3) + 3 if group is None else group] += (
                1.0 if group is None else 4.0
            )
        length = sum(value * value for value in vector) ** 0.5
        return struct.pack(f"<{SIZE}e", *(value / length for value in vector))
