"""Pure: letters whose own words say that a program wrote them, though no header does.

The most dangerous guess of all, so it needs several signs at once: what people write about such mails, quote from them
or write of their own absence must stay a person's letter. Only the first lines above anything quoted are read.
"""

import re
from itertools import islice, takewhile

from mail_ingest.automatic_absence import ABSENT, PERSONAL, is_absence_note

MAX_READ = 8000
_OPENING = 400
# A responder's text is short.
_LONGEST_NOTE = 1500
_LONGEST_GREETING = 60

# Lines above which the letter's own words end.
_RULE = re.compile(r"-{3,}|_{10,}")
_HEADER = re.compile(r"(?:from|von|de|da|od|от|от кого|发件人|差出人)[ \t]{0,2}[:：]", re.I)
_ATTRIBUTION = re.compile(
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|napisał\w*|пишет|писал\w?"
    r"|написал\w?)[^\n]{0,20}:$",
    re.I,
)
_STATEMENT = (
    r"this is an? (?:\w+[- ]){0,2}(?:automat(?:ed|ic|ically)|auto-?(?:generated|matically)|system"
    r"|computer)[- ]"
    r"(?:\w+[- ]){0,3}(?:message|e-?mail|mail|reply|response|notif\w+|answer|acknowledge?ment|confirmation"
    r"|note)\b"
    r"|this is an? auto-?(?:reply|response)\b"
    r"|this (?:\w+ ){0,2}(?:message|e-?mail|mail|reply|response|notification|letter) (?:was|is|has been) "
    r"(?:automatically |auto-?|system[- ])(?:generated|sent|created|produced)"
    r"|this (?:\w+ ){0,2}(?:message|e-?mail|mail|reply|response|notification) (?:was|is|has been) "
    r"(?:generated|sent|created) (?:automatically|by an? auto\w+)"
    r"|(?:please )?do not (?:reply|respond) (?:directly )?to this (?:\w+ ){0,2}(?:e-?mail|message|mail|notif)"
    r"|you (?:have|are) receiv(?:ed|ing) this automat|i apologi[sz]e for this automatic"
    r"|this mailbox is (?:not |un)monitored"
    r"|(?:это|данное|настоящее) (?:\w+ ){0,2}(?:сообщение|письмо|уведомление) (?:\w+ ){0,3}"
    r"(?:сформировано|отправлено|создано|сгенерировано|является|выслано)[^.\n]{0,40}автоматическ"
    r"|(?:это|данное|настоящее) (?:\w+ ){0,2}(?:сообщение|письмо|уведомление) (?:\w+ ){0,2}автоматически "
    r"(?:сформирован|отправлен|создан|сгенерирован|выслан|формируется|отправляется|генерируется)"
    r"|(?:сообщение|письмо) (?:сформировано|отправлено|создано|сгенерировано) (?:автоматически|роботом"
    r"|системой)"
    r"|это автоматическ(?:ое|ий) (?:сообщение|письмо|уведомление|ответ)"
    r"|(?:пожалуйста,? )?не отвечайте на (?:это|данное)"
    r"|отвечать на (?:него|это|данное)\w*(?: письмо| сообщение)? не (?:нужно|надо|следует|требуется)"
    r"|цей лист (?:створено|надіслано|сформовано) автоматично|(?:будь ласка,? )?не відповідайте на цей"
    r"|dies(?:e|es) (?:e-?mail|nachricht|mail|schreiben) (?:wurde|ist|wird) (?:\w+ ){0,2}automatisch "
    r"(?:\w+ ){0,2}(?:generiert|erstellt|erzeugt|versendet|verschickt|gesendet)"
    r"|dies ist eine automatisch(?:e|er)? (?:generierte|erstellte|erzeugte|versendete|nachricht|antwort"
    r"|e-?mail"
    r"|mail|mitteilung|benachrichtigung)|bitte (?:antworten sie )?nicht auf diese|bitte nicht antworten"
    r"|bitte (?:be)?antworten sie (?:auf )?diese[^.\n]{0,20} nicht"
    r"|ceci est une? (?:message|courriel|e-?mail|mail|réponse) (?:\w+ )?automatique"
    r"|ce (?:message|courriel|e-?mail|mail) (?:a été|est) (?:généré|envoyé|créé) (?:de façon )?automatique"
    r"|(?:merci|veuillez"
    r"|prière) (?:de )?ne pas (?:y )?répondre"
    r"|este (?:es un )?(?:mensaje|correo|e-?mail) (?:\w+ ){0,4}(?:automático\b|(?:generado"
    r"|enviado) automática)"
    r"|(?:por favor,? )?no respond[ae]s? (?:a )?este"
    r"|(?:esta|este) (?:é um\w? )?(?:mensagem|resposta|e-?mail) (?:\w+ ){0,4}(?:automátic[ao]\b|(?:gerad"
    r"|enviad)[ao] automatica)"
    r"|(?:por favor,? )?não responda"
    r"|quest[oa] (?:è un\w* )?(?:messaggio|risposta|e-?mail|mail) (?:\w+ ){0,3}(?:automatic[oa]\b|(?:generat"
    r"|inviat)[oa] automatica)"
    r"|(?:si prega di )?non rispondere a quest"
    r"|esta es una (?:respuesta|notificación) (?:\w+ )?automática|to jest (?:wiadomość |odpowiedź )?automatyczn"
    r"|це (?:\w+ )?автоматичн\w+ (?:відповідь|повідомлення|лист)"
    r"|dit is een automatisch (?:\w+ )?(?:bericht|antwoord|e-?mail)|dit (?:bericht|e-?mail) (?:is|wordt"
    r"|werd) automatisch"
    r" (?:gegenereerd|verzonden|verstuurd|aangemaakt)"
    r"|(?:gelieve )?niet (?:te )?(?:antwoorden|beantwoorden) op"
    r"|(?:ta |niniejsza )?wiadomość (?:ta )?(?:została |jest )?(?:wygenerowana|wysłana"
    r"|generowana) automatycznie|prosimy nie odpowiadać"
    r"|tato zpráva (?:byla|je) (?:\w+ )?automaticky (?:vygenerov|odesl|vytvoř)"
    r"|detta är ett automatiskt (?:\w+ )?(?:svar|meddelande|mail)"
    r"|dette er en automatisk (?:\w+ )?(?:svar|melding|besked|meddelelse|e-?post|e-?mail|mail)"
    r"|tämä on automaattinen (?:\w+ )?(?:vastaus|viesti|ilmoitus)"
    r"|bu (?:bir )?otomatik (?:\w+ ){0,2}(?:yanıt|mesaj|e-?posta|ileti)|(?:本|此|该)邮件(?:由|为"
    r"|是)?系统?自动|请勿(?:直接)?回复|系统自动(?:发送|回复|生成)"
    r"|(?:この|本)メールは[^。\n]{0,20}自動"
    r"|自動(?:配信|送信|返信|応答)(?:メール|で|され|にて|です|専用)|(?:본|이) 메일은[^.\n]{0,20}자동"
    r"|발신 ?전용"
)
_AT_LINE_START = re.compile(rf"^[ \t*\[(<\"«#=~-]{{0,6}}(?:{_STATEMENT})", re.I | re.M)
_STATED = re.compile(_STATEMENT, re.I)
_SENTENCE_END = re.compile(r"[.!?…] {1,3}")
_ACKNOWLEDGED = re.compile(
    r"(?:we|we have|we.ve|has|have) (?:successfully )?received your|your (?:\w+ ){0,2}(?:request|ticket"
    r"|case|message|e-?mail|inquiry|enquiry|query|letter"
    r"|question)\b[^.?\n]{0,60}(?:has been|was|is) (?:\w+ )?(?:received|registered|created|opened|logged"
    r"|submitted|accepted|assigned)"
    r"|(?:thank you|thanks) for (?:contacting|writing to|reaching out|getting in touch|your (?:inquiry"
    r"|enquiry|message|e-?mail|request|interest))"
    r"|(?:ticket|case|reference|request) (?:number|id|no\.?)|will (?:respond|reply|answer|get back"
    r"|be answered|be in touch)[^.\n]{0,60}(?:within|as soon|shortly|soon)"
    r"|ваш\w* (?:заявк|обращени|запрос|письмо|сообщение|вопрос|тикет)[^.?\n]{0,60}(?<!не )(?:принят"
    r"|получен|зарегистрирован|создан|передан)"
    r"|мы получили ваш|(?:спасибо|благодарим)[^.\n]{0,20} за (?:ваше )?(?:обращение|письмо|сообщение)"
    r"|номер (?:вашего |вашей )?(?:обращения|заявки|запроса)"
    r"|присвоен номер|отвечу|ответим|свяжемся|ваше звернення|ihre (?:anfrage|nachricht|e-?mail)"
    r"|wir haben ihre|vielen dank für ihre"
    r"|votre (?:demande|message|courriel)|nous avons bien reçu|(?:su|tu) (?:solicitud|consulta|mensaje"
    r"|correo)|hemos recibido|gracias por|merci (?:de|pour) votre|bedankt voor|дякуємо за"
    r"|la (?:tua|sua) richiesta|abbiamo ricevuto|grazie per|sua (?:solicitação|mensagem)|recebemos|obrigad"
    r"|uw (?:aanvraag|bericht|vraag|e-?mail)"
    r"|(?:twoje|państwa) (?:zgłoszenie|wiadomość)|dziękujemy za"
    r"|お問い合わせ|受け付け|受付|您的(?:请求|邮件|问题|咨询)|感谢您|문의|접수",
    re.I,
)


def asks_for_something(text: str) -> bool:
    """Whether the letter's own words ask or order something, as only people do."""
    return PERSONAL.search(own_words(text)) is not None


def is_of_a_responder(text: str) -> bool:
    """Whether the text has any of what responders write: a statement, an absence, a word that the letter arrived."""
    own = own_words(text)
    opening = " ".join(own[: _OPENING * 2].split())[:_OPENING]
    return bool(_AT_LINE_START.search(own) or ABSENT.search(opening) or _ACKNOWLEDGED.search(opening))


def text_says(text: str, *, answers: bool, from_role: bool) -> str:
    """What these words say about their writer, '' when a person may have written them.

    `answers`: the letter answers another one. `from_role`: its sender is an address like no-reply@.
    """
    own = own_words(text)
    lines = [line for line in own.split("\n") if line.strip()]
    if not lines:
        return ""
    opening = " ".join(own[: _OPENING * 2].split())[:_OPENING]
    if _begins_with_statement(lines) or _thanks_and_states(opening):
        return "it says of itself that a program wrote it"
    if _AT_LINE_START.search(own) and (from_role or _ACKNOWLEDGED.search(opening)):
        return "it says of itself that a program wrote it"
    if answers and len(own) <= _LONGEST_NOTE and is_absence_note(own, opening):
        return "it is a note of absence"
    return ""


def _thanks_and_states(opening: str) -> bool:
    """ "Thank you for contacting us. This is an automatic message": a person who quotes that begins otherwise."""
    if not _ACKNOWLEDGED.match(opening):
        return False
    return any(_STATED.match(opening, end.end()) for end in islice(_SENTENCE_END.finditer(opening), 3))


_OF_A_SERVER = re.compile(r"mail deliver|delivery status|mail system|почтов|сервером", re.I)


def _begins_with_statement(lines: list[str]) -> bool:
    """Below a greeting or a line of stars at most: whoever writes something himself is a person."""
    for line in lines[:4]:
        if _AT_LINE_START.match(line):
            # A bounce begins so too; here nobody but a person can have pasted it.
            return not _OF_A_SERVER.search(line)
        if len(line) > _LONGEST_GREETING or line.rstrip().endswith((":", "?", ".")):
            return False
    return False


def own_words(text: str) -> str:
    """The beginning of the text, up to anything that is quoted."""
    return "\n".join(takewhile(_is_own, text[:MAX_READ].split("\n")))


def _is_own(line: str) -> bool:
    plain = line.strip()
    if not plain:
        return True
    if plain[0] in ">|" or (plain[0] in "-_" and _RULE.match(plain)):
        return False
    if plain.endswith(":") and _ATTRIBUTION.search(plain):
        return False
    return not (":" in plain[:12] or "：" in plain[:12]) or not _HEADER.match(plain)


_READ = re.compile(
    r"(?:was|has been) (?:read|opened|displayed|deleted without being read)|been deleted without"
    r"|was displayed on|was not read"
    r"|(?:было|был) (?:прочитан|прочтен|удален)|прочитано|wurde (?:gelesen|am .{4,40} gelesen|ungelesen)"
    r"|a été (?:lu|affiché|supprimé)|fue leído|se leyó|è stato letto|foi lida|is gelezen"
    r"|została? (?:przeczytana|odczytana)|已被?阅读|開封され|읽었",
    re.I,
)


def says_it_was_read(text: str) -> bool:
    """True for the text of a receipt that a mail program sends when a letter was opened."""
    return bool(_READ.search(" ".join(text[:1500].split())))
