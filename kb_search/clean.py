"""What was asked, without what surrounds it: greeting, thanks, signature, quoted mail, disclaimer.

Pure. Used before asking and before learning, so that a letter and the bare question look the same.
Never cleans a letter to nothing: when no words would be left, the letter is returned as it was.
"""

import re

_LONGEST = 20_000
_SHORT = 250
_FLAGS = re.IGNORECASE | re.UNICODE
_QUOTE_STARTS = re.compile(
    r"^\s*(?:"
    r"-{2,}\s*(?:original message|forwarded message|исходное сообщение|пересылаемое сообщение).*"
    r"|on\b.{4,200}\bwrote:\s*"
    r"|.{4,200}(?:пишет|писал|писала|написал|написала|написал\(а\)):\s*"
    r"|_{10,}\s*"
    r"|(?:from|от|от кого):\s.*@.*"
    r")$",
    _FLAGS,
)
_SIGNATURE_MARK = re.compile(r"^\s*(?:--|—|–|__+|\*{3,}|={3,})\s*$")
_DEVICE = re.compile(
    r"^\s*(?:sent from (?:my|mail|outlook|yahoo)|get outlook for|отправлено (?:с|из)|отправлено через)\b.*$",
    _FLAGS,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:with\s+)?(?:best|kind|kindest|warm|warmest|many|my)\s+(?:regards|wishes|thanks)"
    r"|regards|sincerely|yours|yours\s+(?:sincerely|faithfully|truly)|respectfully|cheers|best|cordially"
    r"|(?:many\s+)?thanks|thank\s+you|thx|looking\s+forward\b.*"
    r"|с\s+(?:глубоким\s+|большим\s+)?уважением|с\s+наилучшими\b.*|с\s+благодарностью|всего\s+(?:доброго|хорошего|наилучшего)"
    r"|хорошего\s+(?:дня|вечера)|заранее\s+(?:спасибо|благодар\w+)|(?:большое\s+)?спасибо(?:\s+большое)?|искренне\s+ваш\w*"
    r"|жду\s+(?:вашего\s+)?ответа|до\s+свидания)"
    r"\b[^\n]{0,40}$",
    _FLAGS,
)
_DISCLAIMER = re.compile(
    r"(?:this (?:e-?mail|message|communication)\b.{0,120}\b(?:confidential|intended|privileged)"
    r"|the information (?:contained )?in this (?:e-?mail|message)"
    r"|if you are not the intended recipient|please consider the environment"
    r"|(?:это|данное|настоящее) (?:электронное )?(?:сообщение|письмо)\b.{0,160}\b(?:конфиденциальн|предназначен)"
    r"|если вы не являетесь (?:адресатом|получателем))",
    _FLAGS | re.DOTALL,
)
_WHO = (
    r"(?:[\s,]*(?:dear|all|there|team|everyone|guys|folks|again|sir|madam|or|and|support|help\s?desk|colleagues"
    r"|friends))*"
)
_GREETING = re.compile(
    r"^\s*(?:"
    rf"(?:hello|hi|hey|hiya|howdy|greetings|dear|good\s+(?:morning|afternoon|evening|day)){_WHO}"
    r"|to\s+whom\s+it\s+may\s+concern"
    r"|(?:здравствуй(?:те)?|приветствую|привет(?:ик)?|добр(?:ый|ое|ого)\s+(?:день|дня|утро|утра|вечер|вечера|времени\s+суток)"
    r"|доброго\s+здоровья|уважаем(?:ый|ая|ые)|дорогие|салют|хай)"
    r"(?:[\s,]*(?:всем|коллеги|друзья|поддержка|служба\s+поддержки|команда|еще\s+раз|господа|вам))*"
    r")(?![^\W_])",
    _FLAGS,
)
# What may follow a greeting on its own line: a name or two, a mark, nothing that reads like a question.
_REST_OF_GREETING = re.compile(r"^[\s,]*(?:[^\W\d_][\w.'’-]*\s*){0,3}\s*[,.!:;)\-–—]*\s*$", re.UNICODE)
_NAME_AND_MARK = re.compile(r"^[\s,]*(?:[A-ZА-ЯЁ][\w'’-]*\s*){1,2}[,!.:–—]\s+", re.UNICODE)
_LINES_OF_NAME = 4
_NAME_LINE = re.compile(
    r"^(?:(?:[A-ZА-ЯЁ«\"][^\s?!,|]*|[+\d(][\d()+.-]*|[^\s@,|]+@[^\s@,|]+|&|и|and)(?:[\s,|]+|$)){1,5}$"
)
_PLEASANTRIES = re.compile(
    r"^\s*(?:(?:i\s+)?hope\s+(?:you|this|all|everything)\b[^.!?\n]{0,80}[.!]"
    r"|(?:how\s+are\s+you(?:\s+(?:doing|today))*|hope\s+you\s+are\s+well)\s*[?.!,]"
    r"|надеюсь,?\s+(?:у\s+вас|вы|это)\b[^.!?\n]{0,80}[.!]"
    r"|прошу\s+прощения\s+за\s+беспокойство|извините\s+за\s+беспокойство)[\s,.!]*",
    _FLAGS,
)
_THANKS_AT_END = re.compile(
    r"[\s,.!;)]*(?:"
    r"(?:many\s+thanks|thanks|thank\s+you|thx|tia)(?:\s+(?:a\s+lot|so\s+much|very\s+much|in\s+advance|for\s+your\s+(?:help|time|assistance)|again|and\s+regards))*"
    r"|(?:заранее\s+)?(?:большое\s+)?(?:спасибо|благодар(?:ю|им|на|ен))(?:\s+(?:большое|заранее|за\s+(?:помощь|ответ)))*"
    r")[\s.!,)]*$",
    _FLAGS,
)


def clean_question(letter: str) -> str:
    """The question of a letter as one line of text."""
    letter = letter[:_LONGEST]
    lines = _above_quotes(letter.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    lines = _without_name(_above_signature(lines))
    text = _without_greeting(_without_disclaimer("\n".join(lines)).strip())
    text = text[:-_SHORT] + _THANKS_AT_END.sub("", text[-_SHORT:]).strip()
    return " ".join((text if _has_words(text) else letter).split())


def _short(line: str) -> str:
    """As much of a line as a greeting or a signature can be: no pattern meets a text it could choke on."""
    return line.strip()[:_SHORT]


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _above_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if _QUOTE_STARTS.match(_short(line)) and any(_has_words(before) for before in kept):
            break
        if not line.lstrip().startswith((">", "|>")) and not _QUOTE_STARTS.match(_short(line)):
            kept.append(line)
    return kept


def _above_signature(lines: list[str]) -> list[str]:
    """Cuts at the first closing that has some question above it."""
    asked = 0
    for number, line in enumerate(lines):
        is_end = any(end.match(_short(line)) for end in (_SIGNATURE_MARK, _DEVICE, _CLOSING))
        if is_end and asked:
            return lines[:number]
        if _has_words(line) and not is_end and not _is_greeting_line(line):
            asked += 1
    return lines


def _without_name(lines: list[str]) -> list[str]:
    """Cuts a last paragraph that is only names, numbers and addresses: a signature nobody announced."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].strip() and end - start <= _LINES_OF_NAME:
        start -= 1
    named = 0 < start < end and all(_NAME_LINE.match(_short(line)) for line in lines[start:end])
    return lines[:start] if named and any(map(_has_words, lines[:start])) else lines[:end]


def _is_greeting_line(line: str) -> bool:
    greeting = _GREETING.match(_short(line))
    return bool(greeting and _REST_OF_GREETING.match(_short(line)[greeting.end() :]))


def _without_disclaimer(text: str) -> str:
    found = _DISCLAIMER.search(text)
    return text[: found.start()] if found and _has_words(text[: found.start()]) else text


def _without_greeting(text: str) -> str:
    first, _, rest = text.partition("\n")
    if _is_greeting_line(first) and _has_words(rest):
        text = rest
    elif greeting := _GREETING.match(first[:_SHORT]):
        text = text[greeting.end() :].lstrip(" ,!.:;–—-\t")
        if name := _NAME_AND_MARK.match(text[:_SHORT]):
            text = text[name.end() :]
    return _PLEASANTRIES.sub("", text, count=1)
