"""What programs, providers, mailing lists and lawyers put below a letter, in many languages: patterns only. Pure."""

# ruff: noqa: E501 - a pattern reads best in one piece

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# A line about the device or program a letter was written with, where a list of beginnings is not enough.
DEVICE_LINE = _any(
    r"^(?:get|hole? dir|téléchargez|scarica|descarga|baixe) (?:blue ?mail|yahoo mail|outlook|spark|mymail)\b.{0,80}$",
    r"^sent (?:using|with|via|by) (?:the |my )?(?:mobile mail app|cloudmagic|zoho|superhuman|mailbird|newton|aquamail|missive|front"
    r"|spike|mailspring|rainloop|roundcube|tuta|hey|canary|polymail|mimecast|gmx|kiwi)\b.{0,160}$",
    r"^(?:securely )?sent with (?:tuta|proton).{0,120}$",
    r"^sent (?:from|via|with|using) (?:front|shift|hey|zoho|mailtrack|ms exchange)$",
    r"^(?:sender notified by|follow me on|powered by) (?:mailtrack|boomerang|mixmax)\b.{0,60}$",
    r"^(?:please |sorry, |kindly )?(?:excuse|forgive|pardon|ignore)\b.{0,60}\b(?:typos?|brevity|spelling|autocorrect|errors)\b.{0,60}$",
    r"^(?:typed|written|sent|tapped) (?:on|with|from|by) (?:a |my |the )?(?:tiny|small|little|fat|mobile|phone|touch)\b.{0,80}$",
    r"^(?:von unterwegs|mobil|unterwegs) (?:gesendet|geschrieben|verschickt)\.?$",
    r"^(?:do you yahoo!\?|yahoo! mail .{0,80})$",
    r"^outlook for ios を入手.{0,60}$",
    r"^yahoo mail: .{0,60}$",
    r"^provenance ?: .{0,60}$",
    r"^(?:простите|извините) за краткость.{0,60}$",
    r"^(?:с уважением, )?отправлено с (?:iphone|ipad)\b.{0,40}$",
    r"^.{0,40}(?:から送信|에서 보냄|에서 보냈습니다\.?|gönderildi\.?|发送|發送)$",
    r"^(?:发自|發自|从我的|從我的).{1,40}$",
    r"^(?:je m'excuse|veuillez excuser) .{0,40}(?:brièveté|concision)\.?$",
)
# Scanners of viruses: how their lines begin, and what they say somewhere.
SCANNED_START = _any(
    r"virus-free\b",
    r"не содержит вирусов\b",
    r"virenfrei\b",
    r"virusvrij\b",
    r"без вирусов\.",
    r"(?:garanti )?sans virus\b",
    r"libre de virus\.",
    r"sin virus\.",
    r"ce courriel a été vérifié",
    r"ce message a été vérifié",
    r"_{3,} information (?:from|d'|von) eset",
    r"the message was checked by",
    r"le message a été vérifié par",
    r"livre de v[ií]rus\.",
    r"mail priva di virus\b",
    r"wolny od wirusów\.",
    r"no virus found in this (?:in|out)?(?:coming|going)? ?message",
    r"checked by avg",
    r"version: [\d./ ]+ ?/ ?virus database",
    r"diese e-mail wurde von .{0,60} (?:auf viren|geprüft)",
    r"l'absence de virus dans ce courrier",
    r"este correo electrónico ha sido comprobado en busca de virus",
    r"questa e-?mail è stata controllata",
    r"deze e-?mail is gecontroleerd op virussen",
    r"ta wiadomość e-mail została sprawdzona",
    r"tento e-mail byl zkontrolován",
)
SCANNED = (
    "checked for viruses by",
    "scanned for viruses by",
    "email has been scanned by",
    "message has been scanned by",
    "scanned by messagelabs",
    "scanned by mailscanner",
    "scanned by mimecast",
    "has been scanned by",
    "has been scanned for viruses",
    "was scanned by",
    "virus scanned by",
    "geprüft von avast",
    "проверено на вирусы",
)
# Providers that advertise below a line of underscores.
ADVERT = _any(
    r"\b(?:hotmail|msn|yahoo!?|messenger|windows live|gmx|web\.de|lycos|netscape|juno|netzero|aol|excite|mail\.com|freemail)\b"
)
# Mailing lists.
LIST_FOOTER = _any(
    r"^\S.{0,60} (?:mailing list|mailinglist|mailingliste|mailing-liste|mailing-list)\b[^.?]{0,60}$",
    r"^(?:mailing list|mailingliste|liste de diffusion|lista de correo|lista di discussione)[: ]",
    r"\blistinfo\b",
    r"^(?:\W*)to (?:unsubscribe|post to this|subscribe|view this discussion|reply to this|visit your group|change your)\b",
    r"^(?:\W*)unsubscribe(?: &|:| instructions| from|/)",
    r"\bto unsubscribe(?: from|,| send|:| email|$)",
    r"^(?:\W*)you (?:received|are receiving|were sent|have received|are subscribed|get) this (?:message|email|e-mail|mail)? ?(?:because|as|to)",
    r"^(?:\W*)you received this (?:message|mail|email|bug)",
    r"^this (?:message|email|e-mail|mail) (?:was|is) (?:sent by|sent from|generated|automatically)",
    r"^for additional commands, e-mail",
    r"^more majordomo info",
    r"^your use of yahoo! groups is subject",
    r"^(?:\W*)easy unsubscribe\b",
    r"^this (?:message|email|e-mail|mail) was sent to\b",
    r"^this sf\.net (?:email|mail)",
    r"\bin the body of (?:a|the|your) (?:message|mail|email)",
    r"^(?:\W*)reply to this email directly",
    r"\bview it on github\b",
    r"^view this message in context",
    r"groups(?:\.io)? links:?",
    r"^(?:\W*)вы получили это (?:сообщение|письмо)",
    r"^(?:\W*)чтобы (?:отменить|отказаться от|отписаться)",
    r"^(?:\W*)sie (?:erhalten|haben) diese (?:nachricht|e-mail|mail).{0,20}(?:weil|da|erhalten)",
    r"^(?:\W*)vous (?:recevez|avez reçu) (?:ce|cet) (?:message|e-?mail|courriel)",
    r"^(?:\W*)has recibido este mensaje",
    r"^(?:\W*)hai ricevuto questo messaggio",
    r"^(?:\W*)pour (?:se|vous) (?:désinscrire|désabonner)",
    r"^(?:\W*)para (?:cancelar|anular|darse de baja)",
    r"^(?:\W*)um (?:sich|diese) .{0,40}(?:abzumelden|abzubestellen|austragen)",
    r"^posting (?:address|guidelines)\b",
    r"^please do read the posting guide",
)
# A person's own words: a footer has none of them.
FIRST_PERSON = re.compile(
    r"(?<!\w)(?:i(?!\.)|i'm|i've|me|my|we|our|unsubscribe me|я|мне|мой|мы|наш|меня|ich|mir|mein|wir|je|moi|mon|nous|yo|mi|nosotros|io|noi)(?!\w)",
    re.IGNORECASE,
)

# Legal notices: how they begin, and what they speak of.
NOTICE_START = _any(
    r"^\W*(?:this|the (?:information|contents?)|any (?:views|opinions)|confidential|disclaimer|important|notice|legal|privileged|private"
    r"|diese|der inhalt|die information|hinweis|wichtig|vertraulich|ce |cet |cette |le contenu|les informations|avis|este|esta|el contenido"
    r"|la información|aviso|questo|questa|il presente|la presente|le informazioni|ai sensi|as informações|dit|deze|de informatie|de inhoud"
    r"|данн|настоящ|это |эта |информация|внимание|содержание|це |ця |дан|niniejsz|ta |treść|informacj|tato|tento|obsah|detta|denna|denne"
    r"|tämä|本邮件|本電郵|本郵件|本メール|このメール|この電子メール|此邮件|此郵件|이 (?:전자)?(?:메일|이메일)|본 (?:메일|이메일)|ez az|acest|този|αυτό|το παρόν|bu (?:e-?posta|mesaj|ileti)|if you (?:are not|have received)|sollten sie|wenn sie|si vous|si usted|se (?:non|você)|если вы|als u)",
)
NOTICE_MATTER = (
    _any(
        r"confidential|privileged|confidenti|vertraulich|riservat|конфиденциальн|конфіденційн|poufn|vertrouwelijk|confidencial|důvěrn|konfidentiel"
        r"|luottamuksell|gizli|fortrolig|delete|destroy|notify|unauthori[sz]ed|prohibited|löschen|vernichten|unzulässig|détrui|supprim"
        r"|interdit|elimin|destru|cancell|vietat|机密|保密|機密|秘密|削除|删除|刪除|기밀|삭제|bizalmas|törölj|confidențial|ștergeți|поверителн|изтрий|εμπιστευτικ|διαγράψτε|удалит|уничтож|запрещ|видаліть|verwijder|vernietig|usuń|usunąć|smaž|radera|informier"
    ),
    _any(
        r"recipient|addressee|addressed|adressat|empfänger|destinat|адресат|получател|предназнач|одержувач|geadresseerde|ontvanger"
        r"|adresat|odbiorc|příjemc|mottagar|vastaanottaja|alıcı|modtager|收件人|发件人|收件者|寄件者|受信|送信者|수신|címzett|destinatar|получател|παραλήπτη|received (?:this|it) in error|irrtümlich|par erreur|por error"
    ),
    _any(
        r"e-?mail|message|communication|nachricht|courriel|mensaje|correo|messaggio|mensagem|bericht|wiadomo|zpráv|meddeland|viesti"
        r"|сообщени|письм|повідомлення|лист|mesaj|ileti|e-?posta|邮件|郵件|メール|메일|üzenet|levél|съобщение|μήνυμα"
    ),
)
PRINTING = _any(
    r"consider the environment|think before (?:you )?print|before printing this|an die umwelt|umwelt .{0,60}druck|avant d.imprimer"
    r"|medio ?ambiente.{0,60}imprim|antes de imprimir|ambiente prima di stampare|prima di stampare|milieu .{0,60}(?:print|afdruk)"
    r"|окружающ\w{1,4} сред|środowisk\w{0,4} .{0,60}druk|miljön innan"
)
POSTSCRIPT = re.compile(
    r"(?:p\.?\s?-?\s?s\.?|п\.?\s?с\.?|з\.?\s?ы\.?|p\.?\s?d\.?|n\.?\s?b\.?|not|追伸|又及|추신)(?:[\s:.,：-]|$)",
    re.IGNORECASE,
)

# Words one of which stands in each footer and each notice; looked for first, since most letters have none.
FOOTER_HINTS = (
    "unsubscribe", "listinfo", "mailing", "liste de", "lista d", "majordomo", "groups", "github", "получили это", "отписат",
    "отменить", "отказаться", "diese nachricht", "diese e-mail", "diese mail", "receiv", "recevez", "avez reçu", "recibido este",
    "ricevuto questo", "désinscrire", "désabonner", "cancelar", "anular", "darse de baja", "abzumelden", "austragen",
    "abzubestellen", "view this", "posting", "message was", "message is", "email was", "e-mail was", "mail was", "body of",
    "to post", "to subscribe", "to reply", "additional commands", "hotmail", "msn", "yahoo", "messenger", "windows live", "gmx",
    "web.de", "lycos", "netscape", "juno", "netzero", "aol", "excite", "mail.com", "freemail", "sent this", "subscribed", "get this",
    "change your",
)  # fmt: skip
NOTICE_HINTS = (
    "recipient", "addressee", "addressed", "adressat", "empfänger", "destinat", "адресат", "получател", "предназнач", "одержувач",
    "geadresseerde", "ontvanger", "adresat", "odbiorc", "příjemc", "mottagar", "vastaanottaja", "alıcı", "收件人", "发件人", "收件者", "寄件者", "受信", "送信者", "수신", "címzett", "παραλήπτη", "modtager", "in error",
    "irrtümlich", "par erreur", "por error", "environment", "think before", "before printing", "umwelt", "d'imprimer", "d’imprimer",
    "medio ambiente", "medioambiente", "antes de imprimir", "stampare", "milieu", "окружающ", "środowisk", "miljön",
)  # fmt: skip
