"""Part of parsing: the names of charsets that mail uses, and the codec of Python that reads each.

Only the codecs named here are ever used: Python has others that run for minutes, or are not charsets at all.
"""

import re
from functools import lru_cache

_ALIASES = {
    "utf-8": "utf8 utf8mb4 unicode11utf8 unicode20utf8 utf8sig utf8n cp65001 65001 al32utf8",
    "utf-16": "utf16 unicode ucs2 iso10646ucs2 csunicode",
    "utf-16-le": "utf16le unicodelittle ucs2le",
    "utf-16-be": "utf16be unicodebig ucs2be unicodefffe",
    "utf-32": "utf32 ucs4 iso10646ucs4",
    "utf-32-le": "utf32le ucs4le",
    "utf-32-be": "utf32be ucs4be",
    "utf-7": "utf7 unicode11utf7 unicode20utf7",
    # Whoever says ASCII or Latin 1 and sends 8-bit bytes means the Windows superset (as browsers do).
    "cp1252": "usascii ascii ansix341968 iso646us iso88591 iso885911987 latin1 l1 cp1252 windows1252 win1252 ansi "
    "ibm1252 88591 iso8859 cp819 ibm819 1252 western",
    "iso8859-15": "iso885915 latin9 latin0 l9 885915 iso885915fdis",
    "cp1250": "cp1250 windows1250 win1250 1250",
    "iso8859-2": "iso88592 iso885921987 latin2 l2 88592",
    "iso8859-3": "iso88593 iso885931988 latin3 l3",
    "iso8859-4": "iso88594 iso885941988 latin4 l4",
    "iso8859-10": "iso885910 latin6 l6",
    "iso8859-13": "iso885913 latin7",
    "iso8859-14": "iso885914 latin8",
    "iso8859-16": "iso885916 latin10",
    "cp1257": "cp1257 windows1257 win1257 1257",
    "cp1254": "cp1254 windows1254 iso88599 iso885991989 latin5 l5 win1254 1254",
    "cp1258": "cp1258 windows1258 tcvn win1258 1258",
    "cp1253": "cp1253 windows1253 win1253 1253",
    "iso8859-7": "iso88597 iso885971987 greek greek8 elot928 ecma118",
    "cp1255": "cp1255 windows1255 iso88598 iso885981988 iso88598i iso88598e hebrew logical visual win1255 1255",
    "cp1256": "cp1256 windows1256 win1256 1256",
    "iso8859-6": "iso88596 iso885961987 iso88596i iso88596e arabic ecma114 asmo708",
    "cp874": "cp874 windows874 tis620 iso885911 thai dosthai",
    "cp437": "cp437 ibm437 437",
    "cp737": "cp737 ibm737",
    "cp775": "cp775 ibm775",
    "cp850": "cp850 ibm850 850",
    "cp852": "cp852 ibm852 852",
    "cp855": "cp855 ibm855",
    "cp857": "cp857 ibm857",
    "cp858": "cp858 ibm858 ibm00858",
    "cp860": "cp860 ibm860",
    "cp861": "cp861 ibm861",
    "cp862": "cp862 ibm862",
    "cp863": "cp863 ibm863",
    "cp864": "cp864 ibm864",
    "cp865": "cp865 ibm865",
    "cp869": "cp869 ibm869",
    "mac-roman": "macintosh macroman mac macwestern",
    "mac-latin2": "macce maclatin2 maccentraleurope maccentraleuroperoman",
    "mac-greek": "macgreek",
    "mac-turkish": "macturkish",
    "mac-iceland": "maciceland macicelandic",
    "cp1251": "cp1251 windows1251 win1251 ansi1251 microsoftcp1251 1251 w1251 cp51251 windowscyrillic",
    "koi8-r": "koi8r koi8 koi koi8rus 20866 cp20866",
    "koi8-u": "koi8u koi8ru 21866 cp21866",
    "cp866": "cp866 ibm866 dos866 866 dos cp866nr",
    "cp1125": "cp1125 ibm1125 cp866u ruscii",
    "iso8859-5": "iso88595 iso885951988 cyrillic 88595",
    "mac-cyrillic": "maccyrillic macukrainian maccyr 10007",
    "kz1048": "kz1048 strk10482002 rk1048",
    "ptcp154": "ptcp154 pt154 cp154 cyrillicasian",
    "gb18030": "gb18030 gb180302000 gb180302005 gb2312 gb2312 gbk cp936 windows936 ms936 euccn chinese gb231280 "
    "xgbk hzgb euccncp936 936",
    "hz": "hzgb2312 hz",
    "big5hkscs": "big5 big5hkscs big5hkscs2004 cp950 windows950 bigfive cnbig5 ms950 xbig5 big5eten big5tw 950 cp951",
    "cp932": "shiftjis sjis cp932 windows31j ms932 mskanji shiftjisx0213 shiftjis2004 windows932 932 cp943 sjiswin "
    "shiftjisms",
    "euc_jp": "eucjp eucjpms eucjpwin cp51932 ujis extendedunixcodepackedformatforjapanese",
    "iso2022_jp_ext": "iso2022jp iso2022jp1 iso2022jp3 iso2022jp2004 iso2022jpext iso2022jpms cp50220 cp50221 cp50222 "
    "jis jis7",
    "iso2022_jp_2": "iso2022jp2",
    "iso2022_kr": "iso2022kr",
    "cp949": "euckr ksc5601 ksc56011987 ksc56011989 ksc56011992 cp949 windows949 uhc korean ks5601 ms949 949 51949",
    "johab": "johab cp1361 ms1361",
}
_CODECS = {alias: codec for codec, aliases in _ALIASES.items() for alias in aliases.split()}
_KEY = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=512)
def codec_for(name: str) -> str:
    """The Python codec for a charset name as mail writes it, '' for unknown ones."""
    plain = name[:60].lower().partition("*")[0].partition("(")[0].strip(" \t\"'").removeprefix("charset=")
    key = _KEY.sub("", plain)
    for candidate in (key, key.removeprefix("x"), key.removeprefix("cs"), key.removeprefix("iso")):
        if candidate in _CODECS:
            return _CODECS[candidate]
    return ""
