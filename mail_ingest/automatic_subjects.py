"""Pure: subjects that programs write. Whole phrases at the start only: people speak of such mail in other words."""

import re

_PHRASES = (
    # English
    "automatic reply|auto reply|autoreply|auto-reply|automated reply|automatic response|auto"
    " response|auto-response|automatic answer|auto-generated reply|automatically generated reply"
    "|autoresponse|automated response|autoresponder|out of office|out of the office|out-of-office"
    "|ooo|vacation reply"
    "|out of office autoreply|out of office auto-reply|out of office reply|out of office notification"
    "|out of office message|out-of-office notification|out-of-office reply|out-of-office message"
    "|away from my mail|away from the office|away from my desk|vacation"
    " message|vacation notice|vacation response|absence notification"
    # Russian, Ukrainian, Belarusian, Bulgarian, Serbian
    "|автоответ|авто-ответ|авто ответ|автоматический ответ|ответ автоматический|автоответчик|нет на месте"
    "|вне офиса"
    "|отсутствие на рабочем месте|отсутствую на рабочем месте|отсутствует на рабочем месте"
    ""
    "|я в отпуске"
    "|уведомление об отсутствии"
    "|автовідповідь|автоматична відповідь|відповідь автоматична|поза офісом|я у відпустці"
    "|аўтаматычны адказ|автоматичен отговор|извън офиса|аутоматски одговор|автоматски одговор|автоматты жауап"
    # German, Dutch, Swedish, Danish, Norwegian, Finnish, Icelandic
    "|automatische antwort|automatische rückantwort|autom. antwort|abwesenheitsnotiz|abwesenheitsassistent"
    "|abwesenheitsmeldung|abwesenheit"
    "|automatische abwesenheitsmeldung|abwesenheitsnachricht|abwesenheitsbenachrichtigung|abwesend"
    "|außer haus|nicht im büro"
    "|urlaubsnotiz|automatisch antwoord|automatische beantwoording"
    "|automatisch bericht"
    "|afwezigheidsbericht|afwezigheidsassistent|afwezig|niet aanwezig|niet op kantoor|autosvar"
    "|automatiskt svar|frånvaromeddelande"
    "|frånvarande|automatisk svar|automatisk besvarelse|automatisk svarmelding"
    "|fraværsmeddelelse|fraværsmelding|fraværende|fravær|ikke til stede|ikke på kontoret"
    "|automaattinen vastaus|automaattivastaus"
    "|poissaoloilmoitus|poissaoloviesti|poissa|sjálfvirkt svar"
    # French, Italian, Spanish, Portuguese, Catalan, Romanian
    "|réponse automatique|reponse automatique|réponse auto|absence du bureau|absent du bureau"
    "|message d'absence"
    "|message d’absence|avis d'absence|avis d’absence|notification d'absence"
    "|risposta automatica|risponditore automatico|fuori sede|fuori ufficio|assente|assenza dall'ufficio"
    "|assenza dall’ufficio"
    "|respuesta automática|respuesta automatica|contestación automática|fuera de la oficina"
    "|fuera de oficina|ausente"
    "|aviso de ausencia|resposta automática|resposta automatica|fora do escritório|fora do escritorio"
    "|ausência do escritório"
    "|ausencia do escritorio|ausência temporária|resposta automàtica|fora de l'oficina"
    "|răspuns automat|raspuns automat"
    # Polish, Czech, Slovak, Croatian, Slovenian, Hungarian, Baltic, Greek, Turkish
    "|automatyczna odpowiedź|autoodpowiedź|odpowiedź automatyczna|poza biurem|nieobecność w biurze"
    "|nieobecność|nieobecny|nieobecna"
    "|automatická odpověď|automaticka odpoved|mimo kancelář|nepřítomnost|nepřítomen"
    "|nejsem v kanceláři"
    "|automatická odpoveď|neprítomnosť|mimo kancelárie|automatski odgovor|samodejni odgovor"
    "|automatikus válasz|automatikus valasz"
    "|házon kívül|automaatvastus|automaatne vastus|automātiskā atbilde|automātiska atbilde"
    "|automatinis atsakymas"
    "|αυτόματη απάντηση|εκτός γραφείου|απουσία από το γραφείο|otomatik yanıt|otomatik cevap|ofis dışında"
    "|işyeri dışında"
    # Hebrew, Arabic, Japanese, Chinese, Korean, Vietnamese, Thai, Indonesian
    "|תגובה אוטומטית|הודעה אוטומטית|erantzun automatikoa|reposta automática|freagra uathoibríoch"
    "|תשובה אוטומטית|מענה אוטומטי|\u0631\u062f \u062a\u0644\u0642\u0627\u0626\u064a"
    "|\u0627\u0644\u0631\u062f \u0627\u0644\u062a\u0644\u0642\u0627\u0626\u064a"
    "|自動返信|自動応答|自動返信メール|不在通知|不在のお知らせ"
    "|自动回复|自動回覆|自动答复|自動回复|外出自动回复|외출 중|부재중|부재 중|자동 회신|자동 응답|자동회신"
    "|trả lời tự động|phản hồi tự động|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|balasan otomatis"
    "|jawapan automatik"
)
# What means nothing by itself, and an absence above the subject that is answered.
_COLONED = (
    r"absente?|absent\(e\)|frånvaro|нет на работе|не на месте|отсутствие|відсутність|away|on leave"
    r"|odsutna?|odsutnost"
    r"|отсъствие|одсуство|távollét|távol|absență|απουσία|izinli|izinde|odsoten|puudub|prombūtnē"
    r"|nėra darbe|nghỉ phép"
    r"|away from (?:the )?office|autoreply to|auto-?reply to|auto reply re"
)
_COLON = re.compile(rf"(?:{_COLONED})\s{{0,3}}[:：]", re.I)
# "Re: Lamp (out of office)": behind the subject that is answered.
_AT_END = re.compile(
    r"(?:re|aw|sv|vs|rif|odp|antw|отв|ответ)\s?:.{0,250}(?:[-–—|]\s{0,3}|[\[(<]\s{0,2})(?:auto(?:matic"
    r"|mated)?[- ]?"
    r"(?:reply|response|answer)|autoreply|out[- ]of[- ](?:the[- ])?office|vacation|automatische antwort"
    r"|réponse automatique"
    r"|respuesta automática|risposta automatica|автоответ|автоматический ответ)\s{0,2}[\])>]?$"
    r"|your (?:message|mail|e-?mail).{0,200}: (?:automatic reply|auto-?reply|autoreply|out of office)$"
    r"|\S{1,64}@\S{1,250} (?:autoreply|auto-?reply|is away)$",
    re.I,
)
# The phrase alone, or with a colon, dash or bracket behind it: "Out of office on Monday?" is a person's subject.
_ANSWERED = r"(?:re|fwd?|aw|sv|vs|rif|odp|отв|на)\s?:"
_ABSENT = re.compile(
    rf"[\[(<*\s]{{0,3}}(?:{_PHRASES})\s{{0,3}}(?:[\])>*:：|]|[.!]{{1,3}}\s*$|[-–—]\s|{_ANSWERED}|$)", re.I
)
# What people also write of themselves counts only above the subject that is answered.
_AWAY = (
    "vacation|нахожусь в командировке|нахожусь в отпуске|on annual leave|maternity leave|parental leave"
    "|в командировке|"
    "nicht im haus|"
    "de vacaciones|annual leave|не на работе|out of town|у відпустці|på semester|en vacances|"
    "na dovolené|szabadságon|on vacation|on holiday|отсутствую|na urlopie|в отпуске|"
    "im urlaub|en congés|de férias|on leave|en congé|in ferie|lomalla|absence|ausencia|ausência|assenza|auto"
)
_AWAY_AND_ANSWERED = re.compile(rf"\[?(?:{_AWAY})\]?\s{{0,2}}(?:[:–—-]\s{{0,2}})?{_ANSWERED}", re.I)
_ABSENT_OTHERWISE = re.compile(
    r"auto: .{0,200}\bout of (?:the )?office"
    r"|(?:out of (?:the )?office|away|on (?:annual |maternity )?leave|on vacation|on holiday) (?:until"
    r"|till|through|from|to)\b"
    r"[^?,;]{0,30}$"
    r"|(?:i am|i'm|i’m) (?:currently )?(?:out of (?:the )?office|away from (?:the |my )?(?:office"
    r"|desk)|on (?:annual )?leave)\b(?![^?]{0,200}\?)"
    r"|.{1,80} is (?:currently )?(?:out of (?:the )?office|away from (?:the )?office|on (?:annual "
    r"|maternity )?leave)\b(?![^?]{0,200}\?)"
    r"|(?:auto(?:matic|mated)?[- ]?(?:reply|response|answer)|vacation (?:reply|message)) from \S{1,64}@\S"
    r"|ich bin (?:derzeit |zurzeit |zur zeit |momentan )?(?:nicht im (?:büro|haus)|abwesend)\b"
    r"|je suis (?:actuellement )?(?:absente?|en congés?)\b"
    r"|(?:сейчас )?(?:я )?(?:в отпуске|отсутствую)(?: (?:до|с)\b[^,;.!?]{0,40})?$"
    r"|\[auto[- ]?(?:reply|response|generated)\][ :]|auto[- ]?(?:reply|response|generated)\s?:",
    re.I,
)

# A helpdesk's word that a letter arrived. A prefix ("Re:") before it is a person's answer to it.
_REQUEST = (
    "request|ticket|case|message|e-?mail|mail|inquiry|enquiry|query|issue|incident|complaint|submission"
    "|application"
    "|question|support request"
)
_ID = r"(?:[\[(#№]\s{0,2}[\w#:./-]{1,40}[\])]{0,2}\s{0,3}[:—–-]?\s{0,3}|\[[^\]]{1,60}\]\s{0,3}[:—–-]?\s{0,3}){0,2}"
_BEHIND = r"(?![^?]{0,300}\?)"
_RECEIVED = re.compile(
    rf"\s{{0,3}}(?:\[(?:request|ticket|case|message) received\]|{_ID}(?:"
    rf"(?:we|we have|we.ve) received your (?:{_REQUEST}|feedback|letter|support)"
    rf"|(?:thank you|thanks) for (?:contacting|getting in touch|reaching out|writing to|your (?:inquiry"
    rf"|enquiry|support request|submission))\b"
    rf"|your (?:new |support |recent )?(?:{_REQUEST})\b[^?]{{0,80}}(?:has been|was|is"
    rf"|have been) (?:successfully )?(?:received|registered|created|opened|logged"
    rf"|submitted|accepted|assigned|forwarded|closed|resolved|updated)"
    rf"|(?:support |new )?(?:ticket|case|request|incident) (?:received|created|opened|registered|confirmation"
    rf"|acknowledg\w+|submitted)\s{{0,3}}(?:[:—–#\[(-]|$)"
    rf"|(?:ticket|case|incident|request) ?(?:id|number|no\.?)?[ :#-]{{0,3}}[\w-]{{2,25}} (?:has been |was "
    rf"|is )?(?:received|created|opened|registered|logged|resolved|closed)\b"
    rf"|(?:automatic |auto[- ]?)?acknowledge?ment(?: of (?:receipt|your)|\s{{0,2}}[:—–-]|$)"
    rf"|confirmation of receipt\s{{0,2}}(?:[:—–-]|$)|receipt confirmation\s{{0,2}}(?:[:—–-]|$)"
    r"|(?:ваш[аеу]? |ваше |ваш )(?:заявк\w|обращени\w|запрос|письмо|тикет|сообщение"
    r"|вопрос)\b[^?]{0,60}(?<!не )(?:принят|получен|зарегистрирован|создан|закрыт|решен)"
    r"|(?:заявка|обращение|тикет|инцидент|запрос) (?:[#№]|n )\s?[\w-]{1,25}[^?]{0,40}(?<!не )(?:принят"
    r"|получен|зарегистрирован|создан|закрыт|решен)"
    r"|мы получили ваш[аеу]? |спасибо за (?:ваше )?обращение|благодарим (?:вас )?за обращение"
    r"|подтверждение (?:получения|приема|приёма|регистрации)\s{0,2}(?:[:—–-]|$|обращен|заявк|запрос|письма)"
    r"|регистрация (?:обращения|заявки|запроса)\b|(?:ваше |вашу )звернення[^?]{0,60}(?:отримано"
    r"|зареєстровано|прийнято)|ми отримали ваш"
    r"|(?:ihre|deine) (?:anfrage|nachricht|e-?mail|supportanfrage|meldung)\b[^?]{0,60}(?:eingegangen"
    r"|erhalten|registriert|erfasst|angelegt)"
    r"|wir haben ihre (?:anfrage|nachricht|e-?mail|meldung)\b[^?]{0,40}erhalten"
    r"|eingangsbestätigung\s{0,2}(?:[:—–-]|$)|empfangsbestätigung\s{0,2}(?:[:—–-]|$)"
    r"|bestätigung ihrer anfrage"
    r"|accusé de (?:réception|reception)\s{0,2}(?:[:—–-]|$|de votre)|votre (?:demande|message|courriel"
    r"|ticket)\b[^?]{0,60}(?:reçu|enregistr|pris en compte)|nous avons (?:bien )?reçu votre"
    r"|hemos recibido (?:su|tu)|(?:su|tu) (?:solicitud|consulta|mensaje|ticket)\b[^?]{0,60}(?:recibid"
    r"|registrad|cread)|acuse de recibo\s{0,2}(?:[:—–-]|$)"
    r"|abbiamo ricevuto (?:la |il )?(?:tu|su)[ao]|(?:la )?(?:sua|tua) richiesta\b[^?]{0,60}(?:ricevut"
    r"|registrat|pres)|conferma di (?:ricezione|ricevimento)\s{0,2}(?:[:—–-]|$)"
    r"|recebemos (?:a |o )?su[ao] |sua (?:solicitação|mensagem)\b[^?]{0,60}(?:recebid|registrad)"
    r"|confirmação de recebimento\s{0,2}(?:[:—–-]|$)"
    r"|(?:wij|we) hebben uw [^?]{0,40}ontvangen|ontvangstbevestiging\s{0,2}(?:[:—–-]|$)|uw (?:aanvraag"
    r"|bericht|melding|vraag)\b[^?]{0,60}(?:ontvangen|geregistreerd)"
    r"|(?:vaši žádost|vaši zprávu|váš požadavek|vašu žiadosť)\b[^?]{0,60}(?:přijal|obdržel|prijal)"
    r"|(?:ditt|din|ert) (?:ärende|meddelande|förfrågan|henvendelse|sag|sak|melding)\b[^?]{0,60}(?:mottag"
    r"|modtag|mottatt|registrer)"
    r"|(?:bekräftelse|bekreftelse|bekræftelse)\s{0,2}[:—–-][^?]{0,80}(?:mottag|modtag|mottatt)"
    r"|(?:viestisi|yhteydenottosi|tukipyyntösi)\b[^?]{0,60}(?:vastaanotettu|kirjattu)|kérését megkaptuk"
    r"|üzenetét megkaptuk"
    r"|(?:solicitarea|cererea|mesajul) (?:dvs|dumneavoastră|ta)\b[^?]{0,60}(?:primit|înregistrat)"
    r"|(?:talebiniz|mesajınız|başvurunuz)\b[^?]{0,60}(?:alın|oluşturul|kaydedil)"
    r"|(?:お問い合わせ|ご連絡|お申し込み)[^?]{0,20}(?:ありがとうございます|受け付け|受付)"
    r"|[^?]{0,20}受付(?:完了|のお知らせ|いたしました)"
    r"|您的(?:邮件|请求|问题|咨询|反馈)[^?]{0,20}已(?:经)?(?:收到|受理|提交)|(?:문의"
    r"|접수)[^?]{0,20}(?:접수|완료)(?:되었습니다|안내)?"
    r"|potwierdzenie (?:otrzymania|przyjęcia)\b|otrzymaliśmy (?:twoj|państwa)|(?:twoje"
    r"|państwa) zgłoszenie\b[^?]{0,60}(?:przyjęt|zarejestrowan)"
    rf"){_BEHIND})",
    re.I,
)
# "Prove that you are a person": nothing of ours may answer, and nobody of ours should have to.
_CHALLENGE = re.compile(
    r"(?:re: .{0,150})?(?:\[(?:confirm|verify|boxbe|choicemail)[^\]]{0,40}\]|\((?:verification|confirmation"
    r"|permission|approval) (?:required|needed)\)"
    r"|please (?:confirm|verify) (?:your (?:message|e-?mail|mail|identity)|that you (?:are|sent))"
    r"|(?:sender )?verification (?:required|needed|request)|confirm(?:ation)? (?:required"
    r"|needed) (?:to deliver|for your)|your (?:e-?mail|message|mail)"
    r" (?:to .{1,80} )?(?:awaits|is awaiting|requires|needs|is being held|is held|is waiting)"
    r"|(?:требуется )?подтверждение отправителя|подтвердите отправку)",
    re.I,
)
_MACHINES = re.compile(
    r"cron <[^>]{1,100}@|\*\* (?:problem|recovery|acknowledgement|flapping\w*) |logwatch for |anacron job"
    r"|\[(?:firing|resolved):\d|smartd? error \(|\[fail2ban\]|\[monit\]"
    r"|monit alert|problem: .{1,80} on \S{1,80}$|dmarc (?:aggregate )?report"
    r"|report domain: \S{3,100} submitter:|\[nagios\] ",
    re.I,
)
# What a mail program says when a letter was opened; the text must agree.
READ_RECEIPT = re.compile(
    r"(?:not read|read|deleted|(?:read|return) receipt(?: \(displayed\))?|read report|не прочтено"
    r"|не прочитано|прочтено|прочитано|уведомление о прочтении|gelesen|ungelesen|lesebestätigung|lu|non lu"
    r"|leído|no leído|letto|non letto|lida|não lida|gelezen|niet gelezen|przeczytane|přečteno|läst|læst|lest"
    r"|luettu|olvasva|已读|未读|既読|開封済み|읽음)\s{0,2}[:：(-]",
    re.I,
)


# What people say of a thing that does not do what it should, or that they do not know how to use.
_TROUBLE = re.compile(
    r"(?<!\w)(?:broken|(?:does|do|is|did)(?:n['’]t| not)|not working|no longer works?|stopped|wrong"
    r"|errors?|problems?|fails?|failed|bug"
    r"|how (?:to|do|can)|can(?:not|['’]t)|twice"
    r"|не (?:работа\w+|уход\w+|отправля\w+|приход\w+|включ\w+|отключ\w+|могу|получается)|ошибк\w+|проблем\w+|сломал\w*"
    r"|как (?:включить|отключить|настроить|изменить)|не (?:працю\w+|надсила\w+|вмика\w+)|помилк\w+"
    r"|як (?:увімкнути|вимкнути)"
    r"|fehler|funktioniert (?:\w+ )?nicht|geht (?:\w+ )?nicht|kaputt|defekt|doppelt|wie (?:kann|stelle|schalte)"
    r"|ne (?:marche|fonctionne|part) (?:plus|pas)|erreur|problème|comment (?:faire|activer)"
    r"|no (?:funciona|se envía|sale)|error|problema|cómo|non (?:funziona|parte|va)|errore|come (?:si|posso)"
    r"|não (?:funciona|sai|envia)|erro|nie (?:działa|wysyła)|błąd|problem|jak (?:włączyć|wyłączyć)"
    r"|werkt (?:\w+ )?niet|fout|probleem|hoe (?:kan|zet)|nefunguje|chyba|fungerar inte|virker ikke)(?!\w)",
    re.I,
)
_ABSENCES = (_ABSENT, _AWAY_AND_ANSWERED, _ABSENT_OTHERWISE, _COLON)


def is_doubtful(subject: str) -> bool:
    """Whether a person may have written such words, too: no subject stands behind them, or they are in daily use."""
    return not any(colon in subject for colon in ":：") or _COLON.match(subject) is not None


def speaks_of_trouble(text: str) -> bool:
    """Whether somebody reports that a thing is broken or asks how it is used: programs write no such letters."""
    return _TROUBLE.search(text) is not None


REPLY_SUBJECT = "its subject is that of an automatic reply"


def subject_says(subject: str) -> str:
    """What this subject says about its writer, '' when a person may have written it."""
    if any(known.match(subject) for known in _ABSENCES) or _AT_END.match(subject):
        return REPLY_SUBJECT
    if _RECEIVED.match(subject):
        return "its subject is that of a helpdesk's receipt"
    if _CHALLENGE.match(subject):
        return "it asks the sender to prove that he is a person"
    if _MACHINES.match(subject):
        return "its subject is that of a machine's report"
    return ""
