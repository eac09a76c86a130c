"""Pure: what mail servers say when something was not delivered, and where they quote what they could not deliver.

By family, in the languages that servers speak; linear, as in bounce_subjects.
"""

import re


def _any(*families: str) -> re.Pattern[str]:
    return re.compile("|".join(families), re.I)


# How such programs begin: no person writes so of a letter of his own.
OPENING = _any(
    r"this is the .{1,60}(?:program|mail (?:server|system|agent)|mailer-daemon|mail delivery) ?(?:at|on|v\d"
    r"|,|\.|for)",
    r"this is the (?:mailer-daemon|postfix|mail system|mail delivery|mail server)"
    r"|this is an? auto\w+ (?:delivery|non-?deliv)",
    r"(?:message|mail) (?:was|is|has been) (?:created|generated|sent) automatically by (?:the |our |a )?mail",
    r"automatically generated (?:delivery|non-?delivery)|this report relates to a (?:message|mail) you sent",
    r"one or more addresses in your message have failed|error: (?:no valid recipient|message could not"
    r"|invalid)"
    r"|the (?:message|mail|e-?mail) (?:that )?you (?:have )?sent (?:to|on|with|at) .{1,200}(?:was|has"
    r"|could|cannot|can)"
    r" ?(?:not|n.t|been)? ?(?:be )?(?:been )?(?:delivered|blocked|rejected|refused|returned|quarantined)",
    r"(?:i'm|i am) (?:afraid i|sorry to (?:have to )?inform you)|we (?:are|were) (?:sorry to inform you"
    r"|unable to deliver your)",
    r"delivery has failed to these|delivery to the following recipient|a message that you sent",
    r"the following (?:address\S*|recipients?\S*|users?|destination address\S*) (?:has|have|had|failed|could"
    r"|were|was|did)",
    r"your message (?:(?:subject|to|from):? .{0,300})?(?:did not reach|could not be delivered"
    r"|was not delivered|cannot be delivered)",
    r"the original message was received|failure reasons? -|transcript of session follows"
    r"|trouble delivering your message",
    r"undeliverable (?:recipient|to the following|address)|this message was undeliverable|address not found",
    r"(?:письмо|сообщение) (?:отправлено|создано|сгенерировано) (?:автоматически|почтов)|вынуждены сообщить"
    r"|ваше (?:письмо|сообщение) (?:не|было|для .{1,80} не)|доставка следующ",
    r"ihre nachricht .{0,80}(?:konnte|wurde) nicht|votre message n.a pas|su mensaje no|sua mensagem não"
    r"|il messaggio non"
    r"|uw bericht (?:kon|kan)|twoja wiadomość nie|您的邮件|您发送的邮件",
)

FAILED = _any(
    r"could(?: not|n.t) be (?:delivered|sent|found|reached)|can(?:not|.t| not) be (?:delivered|sent|reached"
    r"|found)"
    r"|(?:was|were|been|is)(?: not|n.t) (?:been )?(?:delivered|sent|found|accepted|transferred)"
    r"|not (?:be )?able to (?:be )?deliver"
    r"|n.t able to deliver|(?:unable|not possible) to (?:deliver|send|relay|find)|could(?: not|n.t) deliver"
    r"|failed to deliver"
    r"|did not reach|not be reached|could not send|delivery (?:has |attempt )?failed|fail(?:ed|ure) (?:to"
    r"|address|recipient|reason)",
    r"delivery to \S{3,320} (?:has )?failed|delivery of (?:\S+ ){1,5}was stopped|virus alert"
    r"|not delivering to"
    r"|delivery to the following|delivery (?:failure|error|not authorized|problem)"
    r"|permanent (?:fatal )?(?:error|failure)"
    r"|fatal errors?|un-?deliverable|undelivered|not delivered|non-?deliver|address(?:\(es\)|es)? failed"
    r"|had (?:permanent|transient)"
    r"|(?:message|mail|e-?mail) (?:\S+ ){0,5}(?:was |has been |is )?(?:blocked|rejected|refused|bounced"
    r"|returned|denied)",
    r"address not found|unknown (?:user|recipient|address|host|domain|local)|(?:user|recipient|host|domain"
    r"|account|mailbox"
    r"|address) (?:\S{1,80} )?(?:is |was |has been )?(?:unknown|not (?:found|known|listed|exist)|unavailable"
    r"|disabled|inactive|full"
    r"|rejected|over quota|exceed\w+|not recogni[sz]ed|suspended|invalid|does(?: not|n.t) (?:exist|have))",
    r"no such (?:user|recipient|address|mailbox|person|account|domain)|not listed in|invalid (?:user"
    r"|recipient|address|final|mailbox)"
    r"|does(?: not|n.t) (?:exist|have an? .{0,40}account)|no mailbox here|returned to (?:the )?sender"
    r"|giving up|given up|gave up|no valid recipients?|illegal (?:host|address)|unrecogni[sz]ed[- ](?:or"
    r"|address|recipient)"
    r"|error occurred (?:while|when|during)[^.\n]{0,30}(?:deliver|sen[dt])|not (?:yet )?deliverable"
    r"|sorry it didn.t work|quota (?:exceeded|violation)|(?:exceed\w*|over) (?:\w+ ){0,4}quota"
    r"|relay(?:ing)? (?:denied|not)"
    r"|access denied|rejected (?:by|as|recipient|for|your)|has been rejected|banned|unsolicited bulk"
    r"|considered spam"
    r"|failed permanently|smtp error|transcript of session|remote (?:server|host|smtp)[^.]{0,60}(?:said"
    r"|returned|rejected|error)",
    r"не (?:может|могло) быть достав|не (?:было|был|удалось|удается|удаётся) ?доставл"
    r"|не удал\w+ (?:доставить|отправить)"
    r"|не доставлен|не отправлен|невозможно доставить|недоставлен|не может быть найден|адрес не найден"
    r"|не существует"
    r"|переполнен|отклонен|отказано|пользователь не найден|не вдалося|не доставлено|неможливо доставити",
    r"(?:konnte|kann|wurde) (?:leider )?(?:\w+ )?(?:nicht|an) .{0,60}(?:zugestellt|zustell|gefunden"
    r"|übermittelt)|nicht zugestellt"
    r"|unzustellbar|(?:fehler|fehlgeschlagen).{0,40}(?:zustell|übermittl)|zustellung .{0,40}fehlgeschlagen"
    r"|nicht gefunden",
    r"n.a (?:pas )?(?:pu|été)|(?:impossible|échec) d|non remis|introuvable|n.existe pas|no se (?:ha |pudo"
    r"|podido|puede|encuentra)"
    r"|no (?:existe|entregad|pudo)|non (?:è|e.) stat|impossibile|non (?:esiste|trovat|recapitat|consegnat)"
    r"|não (?:pôde|foi|existe|é poss)"
    r"|(?:kon|kan) niet|niet (?:bezorgd|afgeleverd|gevonden)|nie (?:mógł|mogła|udało|został|można|istnieje)"
    r"|nelze doručit|nebyl\w? doruč"
    r"|nepodařilo|kunde inte|kunne ikke|kan ikke|ikke lever|ei (?:voitu|voida)|nem (?:sikerült|kézbes|lehet)"
    r"|nu a (?:putut|fost)"
    r"|teslim edileme|iletileme|δεν (?:ήταν|παραδόθηκε|βρέθηκε)",
    r"无法|未能|退回|退信|失败|不存在|無法|失敗|配信(?:不能|でき)|できません|届け|エラー|반송|실패"
    r"|없(?:습니다|는)"
    r"|לא (?:נמסר|ניתן|נמצא)|تعذر|فشل|لم يتم",
    r"not (?:yet )?been delivered|still (?:being|un)|delayed|temporary (?:problem|failure|error)"
    r"|delivery incomplete|will be retried",
)
DELAYED = _any(
    r"will (?:be )?(?:retr|keep trying|continue|try)|retried|retrying|continue to (?:be )?(?:try|attempt"
    r"|retry)|still being"
    r"|(?:has )?(?:not yet been|been delayed)|(?:is|has been|was) (?:temporarily )?(?:delayed|deferred)"
    r"|delayed (?:\d|mail|delivery)"
    r"|warning message only|undeliverable for \d|not been delivered (?:yet|after more)|delivery (?:attempts"
    r"|will)",
    r"need(?: to)? (?:not )?do (?:anything|nothing)"
    r"|do(?:es)? not (?:need to )?(?:have to )?(?:be )?resen[dt]|no action is (?:required|needed)"
    r"|will be attempted|attempts will|temporary (?:problem|non-fatal|failure)|transient non-fatal"
    r"|still undelivered|still in the queue"
    r"|will be notified if|greylist|grey-list|try again later",
    r"попытк\w+ (?:доставки|отправки)|повторн|задерж|ещ[её] не доставлен|пока не (?:удалось )?достав|отложен"
    r"|затрим"
    r"|verzögert|weitere (?:zustell)?versuche|erneut versuch|retard[ée]|différée|nouvelles tentatives|retras"
    r"|demorad|seguirá intent"
    r"|ritard|atrasad|continuar[áa] tent|vertraagd|opóźni|zpožd|försenad|forsinket|viivästy|késik|întârzi"
    r"|gecik|καθυστ|遅延|延迟|延遲|지연",
)
FINAL = _any(
    r"giving up|gave up|given up|permanent(?:ly)? (?:fatal |delivery )?(?:error|failure|failed|rejected"
    r"|undeliver)|failed permanently"
    r"|permanent fatal delivery errors?|error is permanent|retry timeout exceeded|been (?:in the queue"
    r"|queued) too long|(?:will not|won.t"
    r"|not) (?:be )?retr"
    r"|expired|will not (?:be|continue|try|keep)|no (?:further|more) (?:delivery )?attempts"
    r"|returned to (?:the )?sender|stopped trying"
    r"окончательно|прекращен|больше не будет|endgültig|définitivement|definitiv|(?<![\d.])5\.\d\.\d"
    r"|(?<![\d.:#-])55\d(?=[ \-])",
)
DELAY_SUBJECT = _any(
    r"delay|warning|still|incomplete|задерж|отлож|затрим|verzöger|retard|différé|retras|demora|ritard|atras"
    r"|vertraag|opóźni|zpožd"
    r"|försen|forsink|viiväst|gecik|遅延|延迟|지연"
)

# What servers of any language write for administrators.
FOR_ADMINISTRATORS = re.compile(
    r"#\s?[45]\d\d[ -][45]\.\d{1,3}\.\d|<\S{1,120} #[45]\.\d{1,3}\.\d{1,3}|\(#[45]\.\d\.\d{1,3}\)"
    r"|RESOLVER\.(?:ADR|RST)"
    r"|[45]\d\d [45]\.\d{1,3}\.\d{1,3} .{0,80}##|Remote Server returned"
)
# How people begin, and what is delivered beside mail.
GREETING = re.compile(
    r"(?:dear|hello|hi|hey|good (?:morning|day|afternoon)|guten tag|hallo|sehr geehrte|liebe|bonjour"
    r"|hola|buenos|buongiorno|ciao"
    r"|olá|beste|dzień dobry|dobrý|здравствуйте|добрый|доброго|привет|добрий|вітаю)\b(?!\. this is)",
    re.I,
)
GOODS = re.compile(
    r"\b(?:parcel|package|shipment|courier|paket|sendung|colis|paquete|pacco|encomenda|pakket|paczk\w"
    r"|balík|посылк\w|посилк\w"
    r"|заказ\w?)\b",
    re.I,
)

# Where the server's own words end and the returned mail begins.
COPY_BELOW = re.compile(
    r"^.{0,20}(?:below this line is a copy|(?:this|below|the following|here) is (?:a|the) copy of"
    r"|copy of (?:the|your) (?:original|message"
    r"|mail)|the header of the original|(?:your )?original (?:message|mail|letter)(?! was)"
    r"|headers? of the (?:original|message)|returned message"
    r"|unsent message|unsent mail|undelivered (?:message|mail)|(?:full |complete )?message headers?"
    r"|message (?:contents?|follows|details|text)"
    r"|message header|the (?:message|mail) (?:headers? )?follows|begin(?:ning)? of (?:original|message"
    r"|returned)|start of returned"
    r"|message non-deliverable|исходное (?:письмо|сообщение)|текст (?:письма|сообщения)|заголовк|оригинал"
    r"|копия письма|исходн"
    r"|ursprüngliche (?:nachricht|nachrichtenkopf)|en-têtes|message d.origine|encabezados|mensaje original"
    r"|cabeçalhos|mensagem original"
    r"|intestazioni|messaggio originale|oorspronkelijk|oryginalna|nagłówki|původní|原始邮件|原邮件|元のメール"
    r"|-{5,} ?forwarded message"
    r"|received: (?:from|by)|return-path: )",
    re.I | re.M,
)

# What the words come to when the server gives no code (RFC 3463); the first that fits.
MEANINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        _any(
            r"mailbox (?:\S+ ){0,2}(?:is )?full|mailbox (?:has )?(?:exceed|over)|over the (?:allowed )?quota"
            r"|(?:mail|in)?box (?:size )?limit|not enough (?:disk |storage )?space|over ?quota"
            r"|quota (?:exceed|violat)|exceed\w* .{0,40}quota|disk quota"
            r"|insufficient storage|storage limit"
            r"|переполнен|превышен\w* .{0,30}(?:квот|лимит|объ[её]м)|квот|postfach (?:ist )?voll"
            r"|boîte .{0,30}pleine|buzón .{0,20}lleno"
            r"|casella .{0,20}piena|caixa .{0,30}cheia|メールボックス.{0,10}(?:一杯|いっぱい)|邮箱.{0,4}满"
        ),
        "5.2.2",
    ),
    (
        _any(
            r"too (?:large|big)|exceed\w* .{0,40}(?:size|maximum)|size limit|message size|слишком большо"
            r"|превышен\w* .{0,30}размер|zu groß|demasiado grande"
        ),
        "5.3.4",
    ),
    (
        _any(
            r"spam|unsolicited|blacklist|block ?list|\bblocked\b|rbl|policy|content (?:filter|reject)|banned"
            r"|virus|malware"
            r"|access denied|not (?:authorized|allowed|permitted)|not accepting (?:mail|messages) from"
            r"|reputation|dmarc|\bspf\b|dkim|message (?:was )?refused by|relay|спам|заблокирован"
            r"|отклонен\w* .{0,40}(?:политик|правил)"
        ),
        "5.7.1",
    ),
    (
        _any(
            r"illegal host|(?:host|domain|site|dns|mx)[^:\n]{0,40}(?:unknown|not (?:found|exist|resolve)"
            r"|no (?:mail|mx)"
            r"|invalid)|unknown (?:host|domain)"
            r"|unrout(?:e)?able|no route|hostname|domain .{0,60}does(?: not|n.t) exist"
            r"|domain .{0,60}couldn.t be found|домен .{0,60}не"
        ),
        "5.1.2",
    ),
    (
        _any(
            r"unknown|no such|not (?:found|listed|exist|known|recogni)|does(?: not|n.t) (?:exist|have)"
            r"|no mailbox"
            r"|invalid (?:user|recipient|address|final|mailbox)|wasn.t found|couldn.t be found|не (?:найден"
            r"|существует)|nicht gefunden"
            r"|existiert nicht|introuvable|n.existe pas|no existe|non esiste|não existe|不存在"
            r"|address rejected"
            r"|inválid|nie istnieje|neexist|not valid|not recogni[sz]ed|unrecogni[sz]ed|inconnue?s?\b"
            r"|unbekannt|desconocid"
            r"|sconosciut|desconhecid|onbekend|nieznan|неизвест|nicht (?:im|in) .{0,40}(?:verzeichnis"
            r"|adressbuch)"
            r"|no valid recipient|recipient verification failed|not find recipient"
            r"|keine gültige|존재하지 않|見つかりません|存在しません|未找到|找不到|查无此"
        ),
        "5.1.1",
    ),
    (_any(r"disabled|inactive|suspended|deactivated|closed|отключ"), "5.2.1"),
    (
        _any(
            r"expired|timed? ?out|retry timeout|too long|no answer|could not connect|connection (?:refused"
            r"|timed)|истек|не отвечает"
        ),
        "4.4.7",
    ),
)
