"""Part of parsing: Greek, Hebrew, Arabic or Thai - is this 8-bit text in one of them?

Their words consist of 8-bit bytes alone, while accented letters of Latin languages stand among ASCII ones. Which of
the four it is shows in how common the letters are; each alphabet is written here from its commonest letter on.
"""

import math
import re
from functools import cache

_ALPHABETS = {
    # The two of a script differ in few places: ties go to the first, the one of Windows.
    "cp1253": "αοιετσνηυρπκμλςωγδάχθφέίόβξζήύώψϊϋΐΰ",
    "iso8859-7": "αοιετσνηυρπκμλςωγδάχθφέίόβξζήύώψϊϋΐΰ",
    "cp1255": "יוהלארתבשמםנחקדפעכגטןזסךצףץ",
    "cp1256": "اليمونرتبةعدسفهكقأحجشطصىخإذضزثغئءآظؤ،؟؛پچگژک",
    "iso8859-6": "اليمونرتبةعدسفهكقأحجشطصىخإذضزثغئءآظؤ،؟؛",
    "cp874": "ารนกองเ่ยมดลวัท้ตสคีปิบะหแจพชไืขใุโู์็ถผธณซำศษญภฉฐฎฏฑฒฟฝฌๆฬฮฯฤ๐๑๒๓๔๕๖๗๘๙",
}
_SIGNS = "“”‘’„‚«»–—…€£§©°·\u00a0\u200e\u200f"
_SIGN = math.log(0.01)
_STRANGE = math.log(0.0004)
# Mean over the letters of a text: such a text reaches -3.9 even when it is short, other scripts stay below -5.
_CONVINCING = -4.3

_RUN = re.compile(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?")


def find_alphabet(data: bytes, enough: int) -> str:
    """The Python codec of a text in one of these scripts, '' for other texts and for less than `enough` bytes."""
    runs = _RUN.findall(data[:20_000])[:400]
    whole = b"".join(run for run in runs if run[0] > 0x7F and run[-1] > 0x7F)
    if len(whole) < max(enough, 2 * len(runs), 0.8 * sum(map(len, runs))) or len(set(whole)) < 3:
        return ""
    sample = whole[:2000]
    scores = {codec: _score(sample, codec) for codec in _ALPHABETS}
    best = max(_ALPHABETS, key=lambda codec: scores[codec])
    return best if scores[best] > _CONVINCING else ""


def _score(sample: bytes, codec: str) -> float:
    weights = _weights(codec)
    return sum(weights[byte] for byte in sample) / len(sample)


@cache
def _weights(codec: str) -> list[float]:
    """Logarithm of how common each byte is in such a text."""
    alphabet = _ALPHABETS[codec]
    total = sum(1 / (rank + 6) for rank in range(len(alphabet)))
    weights = []
    for byte in range(256):
        char = bytes((byte,)).decode(codec, "replace").lower()
        rank = alphabet.find(char)
        share = math.log(1 / (rank + 6) / total) if rank >= 0 else _SIGN if char in _SIGNS else _STRANGE
        weights.append(share)
    return weights
