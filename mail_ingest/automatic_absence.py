"""Pure: notes of absence, known by their own words alone, in many languages.

Several signs at once are asked for: people write of their holidays, too.
"""

import re

ABSENT = re.compile(
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
    r"|(?:ich bin|ich befinde mich|befinde ich mich|bin ich|wir sind) (?:\S+ ){0,8}?"
    r"(?:nicht im (?:büro|hause?)|im urlaub"
    r"|abwesend|außer haus|in elternzeit|im mutterschutz|nicht erreichbar)"
    r"|(?:unser(?:e|em)? |das |die )?(?:büro|praxis|firma)\b[^\n]{0,60} geschlossen"
    r"|(?:notre|nos) bureaux? (?:est|sont|sera|seront) fermé"
    r"|(?:наш )?офис (?:\w+ )?(?:закрыт|не работает) (?:с|до) \d|oficinas? (?:está|estará|permanecerá)n? cerrad"
    r"|(?:nostri )?uffici (?:sono|saranno|resteranno) chius|biuro (?:jest|będzie) (?:nieczynne|zamknięte)"
    r"|kantoor is[^\n]{0,60}gesloten"
    r"|(?:actuellement|étant) (?:\S+ ){0,2}(?:absente?|en (?:congés?|vacances|déplacement))"
    r"|nicht mehr (?:bei|im unternehmen|für) [^.\n]{0,40}(?:tätig|beschäftigt)|je (?:suis"
    r"|serai) (?:\S+ ){0,4}(?:absente?|en (?:congés?|vacances|déplacement))"
    r"|(?:estoy|estaré|me encuentro|estare) (?:\S+ ){0,4}(?:fuera de la oficina|fuera de oficina"
    r"|de vacaciones|ausente)"
    r"|(?:sono|sarò) (?:\S+ ){0,4}(?:fuori (?:ufficio|sede)|in ferie|assente)|(?:estou"
    r"|estarei) (?:\S+ ){0,4}(?:fora do escritório|de férias|ausente|em férias)"
    r"|(?:ik ben|ben ik) (?:\S+ ){0,6}(?:afwezig|niet aanwezig|niet op kantoor|met (?:vakantie|verlof)|op vakantie)"
    r"|(?:jestem|będę|przebywam) (?:\S+ ){0,4}(?:nieobecn|na urlopie|poza biurem)"
    r"|(?:jsem|budu) (?:\S+ ){0,4}(?:mimo kancelář|na dovolené|nepřítom)|(?:čerpám|mám) (?:\w+ )?dovolenou"
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
        r"|limité) (?:d.)?accès|accès limité|acceso (?:limitado|al correo)|accesso limitato|geen toegang|brak dostępu"
        r"|sem acesso",
        r"(?:urgent|emergenc\w+|immediate)\b[^\n]{0,80}(?:contact|call|e-?mail|write|reach|dial)"
        r"|(?:contact|call|reach)[^\n]{0,80}(?:urgent|emergenc\w+|immediate|in my absence|instead)"
        r"|(?:in|during) my absence|cover(?:s|ing)? for me|my (?:colleague|assistant|replacement|deputy)"
        r"|(?:срочн|неотложн|экстренн)\w+[^\n]{0,60}(?:обращ|пиш|звон|свяж|контакт)|по (?:всем |срочным "
        r"|любым )?вопросам[^\n]{0,40}(?:обращ|пиш)|обращайтесь к|меня замещает|за время моего отсутствия"
        r"|термінов\w+[^\n]{0,60}(?:зверт|телефон|пиш|контакт)|(?:все|любые) вопросы\W{1,4}к\b"
        r"|dringend\w*[^\n]{0,80}(?:wenden|kontakt|melden|anruf|erreich)|wenden sie sich|(?:meine"
        r"|als) vertretung|während meiner abwesenheit|urgence[^\n]{0,80}(?:contact|appel|joindre)"
        r"|(?:pendant|en|durant) mon absence|per urgenze|in caso di urgenza"
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
        r"out of (?:the )?office starting|your (?:e-?mail|message)s? (?:will|has|have|is|are)"
        r" (?:not |been |be |being ){0,3}(?:forward"
        r"|redirect|read|answered)|(?:e-?mail|nachricht)s? (?:wird|werden) (?:nicht "
        r"|automatisch )?(?:weitergeleitet|gelesen|bearbeitet)|e-?mails? (?:wordt"
        r"|worden) niet (?:gelezen|doorgestuurd)"
        r"|ваше (?:письмо|сообщение) (?:будет|не будет|перенаправлен)",
        r"(?:i will|i'll|i’ll|we will) (?:\w+ ){0,3}(?:reply|respond|answer|get back|return|be back"
        r"|contact you)|(?:upon|on|after) my return|when i(?:.m| am)? (?:return|back|get back)"
        r"|(?:will be )?back (?:on|in|at|by)|(?:until|till|returning|return on)\b"
        r"|по возвращени|вернусь|отвечу|после (?:возвращения|отпуска)|до \d|с \d{1,2}\D{1,20}по \d"
        r"|rückkehr|wieder (?:erreichbar"
        r"|im|da|für)|bis (?:zum|einschließlich)|(?:de|mon) retour|jusqu|(?:mi|al) (?:regreso|vuelta"
        r"|rientro|ritorno)"
        r"|hasta el|regresaré|volveré|estaré de vuelta|fino al|regress|retorn|até|terug|tot en met|po powrocie|wracam"
        r"|do dnia|(?<!\w)do \d{1,2}\b|(?:mio|nostro) rientro|rispond(?:erò|eremo)"
        r"|(?<!\w)t/m \d|(?<!\w)du \d{1,2} au \d"
        r"|(?:wir |nous |мы )?(?:melden uns|vous répondrons|ответим)|nach unserer rückkehr"
        r"|saakka|asti\b|ab dem \d|\d日まで|zpět|tillbaka|tilbage|tilbake|takaisin|戻り|返事が遅れ|返信が遅れ"
        r"|返回|回复您|복귀",
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
PERSONAL = re.compile(
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


def is_absence_note(own: str, opening: str) -> bool:
    """Whether a short letter is such a note; `opening`: how its own words begin, on one line."""
    if not ABSENT.search(opening) or PERSONAL.search(own):
        return False
    kinds = [bool(kind.search(own)) for kind in _TEMPLATES]
    if sum(kinds) > 1 and any(kinds[:3]):
        return True
    closed = _CLOSED.search(opening) is not None and any(kinds)
    return (closed or sum(kinds) > 1) and _says_nothing_else(own)


_SENTENCE_END = re.compile(r"(?<!\d)[.](?:\s|$)|[!?。！？\n]")
_CLAUSE_END = re.compile(r"[;,:、，](?:\s|$)")
_MOST_SENTENCES = 12
# "Hi Ben,": no responder knows a name.
_TO_SOMEBODY = re.compile(
    r"\s{0,20}(?i:hi|hello|hey|dear|good (?:morning|day|evening)|hallo|liebe|lieber|guten tag|hola|ciao|buongiorno"
    r"|bonjour|olá|oi"
    r"|bom dia|beste|dag|hej|hei|ahoj|dobrý den|dzień dobry|cześć|witaj|привет|здравствуйте"
    r"|добрый (?:день|вечер)|доброе утро"
    r"|добрий день|вітаю),?[ \t](?!(?i:all|there|team|sir|madam|customer|sender|everyone"
    r"|damen|kunde|colleagues|client)\b)"
    r"[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻ]"
)
_SHORT_CLAUSE = 2  # words: a greeting, a closing, a name
_CLOSED = re.compile(
    r"closed|geschlossen|fermé|закрыт|не работает|cerrad|chius|zamkni|nieczynne|gesloten", re.I
)
_FORMULA = re.compile(
    r"(?:sehr geehrte|dear|уважаем|mesdames|estimad|gentil|egregi|prezad|geachte|szanown|шановн"
    r"|доброго дня|mit (?:freundl|best|viel)"
    r"|best|kind|с уважением|з повагою|cordialement|bien cordial"
    r"|saludos|un saludo|cordiali|distinti|cumprimentos|atenciosamente"
    r"|met vriendel|z poważan|your |ihr |ваш )[^\d]{0,60}",
    re.I,
)
# What a person is going to do when back.
_INTENDS = re.compile(
    r"(?<!\w)(?:test|try|check|see|look|провер|попроб|протест|посмотр|перевір|спробу|probier|teste"
    r"|prüf|versuch|essa[iy]|vérifi"
    r"|prov[oa]\b|provarl"
    r"|controll|prueb|probar|compruebo|revis|experiment|verific|probeer|controleer|sprawdz|wypróbuj"
    r"|przetest|vyzkouš)",
    re.I,
)


def _says_nothing_else(own: str) -> bool:
    """Thanks, an absence and a day of return, and not one clause of anything else: "I'll try it then" is a person's."""
    if _TO_SOMEBODY.match(own) or _INTENDS.search(own):
        return False
    sentences = [sentence.strip() for sentence in _SENTENCE_END.split(own) if sentence.strip()]
    return len(sentences) <= _MOST_SENTENCES and all(map(_is_known, sentences))


def _is_known(sentence: str) -> bool:
    if any(kind.search(sentence) for kind in _TEMPLATES[:3]):
        return True
    return all(
        len(clause.split()) <= _SHORT_CLAUSE
        or ABSENT.search(clause)
        or _FORMULA.fullmatch(clause.strip())
        or any(kind.search(clause) for kind in _TEMPLATES)
        for clause in _CLAUSE_END.split(sentence)
    )
