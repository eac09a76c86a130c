"""Pure: letters whose own words say that a program wrote them, though no header does.

The most dangerous guess of all, so it needs several signs at once: what people write about such mails, quote from them
or write of their own absence must stay a person's letter. Only the first lines above anything quoted are read.
"""

import re
from itertools import islice, takewhile

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
    r"|(?:esta|este) (?:é um\w? )?(?:mensagem|e-?mail) (?:\w+ ){0,4}(?:automátic[ao]\b|(?:gerad"
    r"|enviad)[ao] automatica)"
    r"|(?:por favor,? )?não responda"
    r"|quest[oa] (?:è un\w* )?(?:messaggio|e-?mail|mail) (?:\w+ ){0,3}(?:automatic[oa]\b|(?:generat"
    r"|inviat)[oa] automatica)"
    r"|(?:si prega di )?non rispondere a quest"
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
    r"|correo)|hemos recibido|gracias por"
    r"|la (?:tua|sua) richiesta|abbiamo ricevuto|grazie per|sua (?:solicitação|mensagem)|recebemos|obrigad"
    r"|uw (?:aanvraag|bericht|vraag|e-?mail)"
    r"|(?:twoje|państwa) (?:zgłoszenie|wiadomość)|dziękujemy za"
    r"|お問い合わせ|受け付け|受付|您的(?:请求|邮件|问题|咨询)|感谢您|문의|접수",
    re.I,
)
_ABSENT = re.compile(
    r"(?:i am|i'm|i’m|i will be|i'll be|i’ll be|we are|our office is"
    r"|the office is) (?:\w+ ){0,3}(?:out of (?:the |my )?office|out of town|away|closed"
    r"|on (?:\w+ )?(?:leave|vacation|holiday)|travell?ing|unavailable|not in the office)"
    r"|i (?:no longer work|have left|am no longer)|(?:no longer (?:with|employed|works?)"
    r"|has left) (?:\w+ ){0,3}(?:company|organi[sz]ation|at|us|the|here)"
    r"|(?:я |мы )?(?:\w+ ){0,3}(?:нахожусь|буду|находимся) (?:\w+ ){0,2}(?:в отпуске|в командировке"
    r"|вне офиса|отсутствовать)"
    r"|(?:я |сейчас |временно )(?:\w+ ){0,2}(?:в отпуске|в командировке|отсутствую|вне офиса)"
    r"|меня не будет (?:в офисе|на рабочем|на месте)"
    r"|отсутствую (?:на рабочем месте|в офисе)|больше не работа(?:ет|ю)|(?:у|в) відпустці"
    r"|відсутн\w+ на робочому"
    r"|(?:ich bin|ich befinde mich|bin ich|wir sind) (?:\S+ ){0,8}?(?:nicht im (?:büro|hause?)|im urlaub"
    r"|abwesend|außer haus|in elternzeit|im mutterschutz|nicht erreichbar)"
    r"|nicht mehr (?:bei|im unternehmen|für) [^.\n]{0,40}(?:tätig|beschäftigt)|je (?:suis"
    r"|serai) (?:\S+ ){0,4}(?:absente?|en (?:congés?|vacances|déplacement))"
    r"|(?:estoy|estaré|me encuentro|estare) (?:\S+ ){0,4}(?:fuera de la oficina|fuera de oficina"
    r"|de vacaciones|ausente)"
    r"|(?:sono|sarò) (?:\S+ ){0,4}(?:fuori (?:ufficio|sede)|in ferie|assente)|(?:estou"
    r"|estarei) (?:\S+ ){0,4}(?:fora do escritório|de férias|ausente|em férias)"
    r"|ik ben (?:\S+ ){0,6}(?:afwezig|niet aanwezig|niet op kantoor|met (?:vakantie|verlof)|op vakantie)"
    r"|(?:jestem|będę|przebywam) (?:\S+ ){0,4}(?:nieobecn|na urlopie|poza biurem)"
    r"|(?:jsem|budu) (?:\S+ ){0,4}(?:mimo kancelář|na dovolené|nepřítom)"
    r"|jag är (?:\S+ ){0,4}(?:på semester|ledig|inte på kontoret|bortrest|föräldraledig)"
    r"|jeg (?:er|har|holder) (?:\S+ ){0,4}(?:på ferie|ferie|ikke på kontoret|fraværende|ute av kontoret"
    r"|på barsel)|olen (?:\S+ ){0,4}(?:lomalla|poissa|vapaalla)"
    r"|szabadságon vagyok|nem vagyok (?:az irodá|elérhető)|(?:ofis|büro) dışında|(?:yıllık )?izinde"
    r"|(?:is|am) no longer (?:with|employed|working|part of|at)\b|(?:jsem|budu) (?:\S+ ){0,4}na dovolené"
    r"|do \S{1,20} \S{1,20} jsem"
    r"|(?:som|budem) (?:\S+ ){0,4}(?:na dovolenke|mimo kancelárie|neprítomn)|(?:sunt|voi fi"
    r"|mă aflu) (?:\S+ ){0,4}(?:în concediu"
    r"|plecat|în afara biroului)|в отпуск съм|отсъствам|извън офиса|на одмору сам"
    r"|na (?:godišnjem )?odmoru sam|na dopustu|"
    r"nisam u uredu|(?:εκτός|μακριά από το) γραφείου?|σε άδεια|אני בחופש|איני במשרד|מחוץ למשרד"
    r"|(?:خارج المكتب|في إجازة)"
    r"|đang nghỉ phép|vắng mặt|ไม่อยู่|ลาพักร้อน|sedang cuti|olen puhkusel|atvaļinājumā|atostog"
    r"|jeg holder ferie|jeg har ferie"
    r"|休暇(?:中|を)|不在に|外出(?:中|しており)|休假|不在办公室|(?:부재|휴가|출장) ?중",
    re.I,
)
# The templates of such notes, by kind; two kinds, and one of the first three among them.
_TEMPLATES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?:limited|no|not have|without|intermittent|irregular|little) access to (?:my )?(?:e-?mail|mail)"
        r"|(?:not be|won.t be|not) (?:checking|reading|monitoring) (?:my )?e-?mail"
        r"|доступ\w* к (?:почте|e-?mail|электронной)|kein\w* (?:zugriff|zugang)|(?:pas|sans"
        r"|limité) (?:d.)?accès|accès limité|acceso (?:limitado|al correo)|geen toegang|brak dostępu"
        r"|sem acesso",
        r"(?:urgent|emergenc\w+|immediate)\b[^\n]{0,80}(?:contact|call|e-?mail|write|reach|dial)"
        r"|(?:contact|call|reach)[^\n]{0,80}(?:urgent|emergenc\w+|immediate|in my absence|instead)"
        r"|(?:in|during) my absence|my (?:colleague|assistant|replacement|deputy)"
        r"|(?:срочн|неотложн|экстренн)\w+[^\n]{0,60}(?:обращ|пиш|звон|свяж|контакт)|по (?:всем |срочным "
        r"|любым )?вопросам[^\n]{0,40}(?:обращ|пиш)|обращайтесь к|меня замещает|за время моего отсутствия"
        r"|термінов\w+[^\n]{0,60}зверт"
        r"|dringend\w*[^\n]{0,80}(?:wenden|kontakt|melden|anruf|erreich)|wenden sie sich|(?:meine"
        r"|als) vertretung|während meiner abwesenheit|urgence[^\n]{0,80}(?:contact|appel|joindre)"
        r"|pendant mon absence"
        r"|urg[eê]n(?:te|cia)\w*[^\n]{0,80}(?:contact|llam|dirig|diríj|ligar|ligue)|durante mi ausencia"
        r"|urgenz\w+[^\n]{0,80}(?:contatt|rivolg|scriv)|(?:dringend|spoed)\w*[^\n]{0,80}contact"
        r"|please (?:contact|write to|direct|e-?mail)[^\n]{0,80}@|naléhav\w+[^\n]{0,60}(?:kontakt|obra)"
        r"|naliehav\w+[^\n]{0,60}kontakt"
        r"|(?:brådskande|akut)\w*[^\n]{0,60}(?:kontakt|ring)|kontakt\w*[^\n]{0,60}hvis det haster"
        r"|haste\w*[^\n]{0,60}kontakt"
        r"|kiireelli\w+[^\n]{0,60}(?:yhtey|soit)|sürgős[^\n]{0,60}(?:keres|hív|fordul)"
        r"|urgen[țt]\w*[^\n]{0,60}contact"
        r"|спешн\w*[^\n]{0,60}(?:обърн|свърж|контакт)|хитн\w+[^\n]{0,60}контакт"
        r"|hitn\w+[^\n]{0,60}(?:kontakt|obrat)"
        r"|nujn\w+[^\n]{0,60}(?:kontakt|obrn)|acil[^\n]{0,60}(?:iletişim|ara|başvur)"
        r"|επείγ\w+[^\n]{0,80}(?:επικοινων|απευθυν)"
        r"|דחופ\w+[^\n]{0,60}(?:לפנות|פנו|צור)|(?:العاجلة|عاجل)[^\n]{0,60}(?:التواصل|الاتصال)|급한|긴급"
        r"|khẩn[^\n]{0,60}liên hệ"
        r"|เร่งด่วน|mendesak|kiireloomul|steidzam|skub\w+ atvej"
        r"|pilnych[^\n]{0,80}(?:kontakt|prosz)|緊急|急ぎ|紧急|如有急事|급한",
        r"out of (?:the )?office starting|your (?:e-?mail|message)s? (?:will|has been|is|are) (?:not "
        r"|not be |be )?(?:being )?(?:forward"
        r"|redirect|read|answered)|(?:e-?mail|nachricht)s? (?:wird|werden) (?:nicht "
        r"|automatisch )?(?:weitergeleitet|gelesen|bearbeitet)"
        r"|ваше (?:письмо|сообщение) (?:будет|не будет|перенаправлен)",
        r"(?:i will|i'll|i’ll|we will) (?:\w+ ){0,3}(?:reply|respond|answer|get back|return|be back"
        r"|contact you)|(?:upon|on|after) my return|when i(?:.m| am)? (?:return|back|get back)"
        r"|(?:will be )?back (?:on|in|at|by)|(?:until|till|returning|return on)\b"
        r"|по возвращени|вернусь|отвечу|после (?:возвращения|отпуска)|до \d|с \d{1,2}\D{1,20}по \d"
        r"|rückkehr|wieder (?:erreichbar"
        r"|im|da|für)|bis (?:zum|einschließlich)|(?:de|mon) retour|jusqu|(?:mi|al) (?:regreso|vuelta"
        r"|rientro|ritorno)|hasta el|fino al|regress|retorn|até|terug|tot en met|po powrocie|wracam"
        r"|do dnia|zpět|tillbaka|tilbage|tilbake|takaisin|戻り|返事が遅れ|返信が遅れ|返回|回复您|복귀",
        r"thank you for (?:your|the) (?:e-?mail|message|mail|interest)|thanks for your (?:e-?mail|message"
        r"|mail)|спасибо за (?:ваше )?(?:письмо|сообщение)|благодарю за|дякую за"
        r"|(?:vielen )?dank für (?:ihre|deine)|merci (?:de|pour) votre|gracias por (?:su|tu)|grazie per"
        r"|obrigad[oa] p|ευχαριστώ|תודה|شكر|감사합니다|cảm ơn|mulțumesc|благодаря за|хвала на|hvala na"
        r"|hvala za|ďakujem za"
        r"|teşekkür|terima kasih|tänan|paldies|dėkoj|bedankt voor|dziękuję za|děkuji za|tack för|tak for"
        r"|takk for|kiitos|köszönöm"
        r"|ありがとうございます|感谢您",
    )
)
# What only a person asks for.
_PERSONAL = re.compile(
    r"[?？]|(?:could|can|would|will) you\b|please (?:send|deliver|ship|hold|cancel|change|let me know"
    r"|reschedul|postpone|wait|check|confirm|call me|leave|keep|refund|advise)"
    r"|\bmy (?:order|parcel|account|delivery|invoice|refund|package|ticket|booking|appointment)\b"
    r"|\bprosz\w+ (?:o przes|przes|wys)|прошу |не могли бы|перенес|доставьте|пришлите|вышлите|отмените"
    r"|подождите"
    r"|позвоните мне|мой заказ|моего заказа|bitte (?:senden|schicken|rufen sie mich|liefern|verschieben"
    r"|stornieren)|meine (?:bestellung|lieferung)|ma commande|mi pedido|il mio ordine|meu pedido"
    r"|mijn bestelling",
    re.I,
)


def asks_for_something(text: str) -> bool:
    """Whether the letter's own words ask or order something, as only people do."""
    return _PERSONAL.search(own_words(text)) is not None


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
    if answers and len(own) <= _LONGEST_NOTE and _is_absence_note(own, opening):
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


def _is_absence_note(own: str, opening: str) -> bool:
    if not _ABSENT.search(opening) or _PERSONAL.search(own):
        return False
    kinds = [bool(kind.search(own)) for kind in _TEMPLATES]
    return sum(kinds) >= 2 and any(kinds[:3])


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
