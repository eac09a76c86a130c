"""Pure: the names and subjects by which mail servers are known when they report a letter that did not arrive.

By family, in the languages that servers speak. Every pattern is one alternation without nested repetition, so a search
stays linear in the text.
"""

import re


def _any(*families: str) -> re.Pattern[str]:
    return re.compile("|".join(families), re.I)


# Who writes: local parts and display names of programs that deliver mail.
DAEMON_LOCAL = re.compile(
    r"^(?:mail(?:er)?[-_.]?d(?:a)?emon|mdaemon|mmdf|double-?bounce|bounces?|mailer|mail-?deliver\w*"
    r"|nondelivery|ndr"
    r"|delivery-?(?:failure|status|notification)s?|returned-?mail|mail-?system"
    r"|mta-?\w*-?daemon)(?:[-+=_.].*)?$",
    re.I,
)
POSTMASTER_LOCAL = re.compile(r"^post[-_]?(?:master|office)\d*$", re.I)
# Addresses that people use as well.
OFFICE_LOCAL = re.compile(
    r"^(?:mail-?admin|sys-?admin|mta|mail|daemon|system|smtp|e?mail-?gateway|administrator|admin|root"
    r"|antivirus|amavis"
    r"|virus-?\w+|content-?filter|mailscanner|mailguard|mailmarshal|interscan|webshield|no-?reply"
    r"|do-?not-?reply)$",
    re.I,
)
DAEMON_NAME = _any(
    r"mailer[-_ ]?daemon|mail[- ]daemon|mail deliver[ye]*r?(?: ?sub| )?system|mail delivery(?: |$)",
    r"delivery (?:sub ?system|system|agent|status|notification|report)|double-?bounce|^bounces?$|daemon$",
    r"служба доставки|система доставки|почтов\w+ (?:систем|служб|сервер|робот)|подсистема доставки",
)
POSTMASTER_NAME = _any(
    r"post ?master|mail ?administrator|system administrator|system attendant|microsoft outlook"
    r"|microsoft exchange",
    r"internet mail|mail ?(?:gateway|system|server|router|filter|sweeper|marshal|guard|scanner|foundry)"
    r"|(?:smtp|x\.?400|e-?mail|sms|mms) gateway",
    r"content ?filter|interscan|symantec|messagelabs|anti-?virus|virus ?(?:scanner|wall|alert)"
    r"|administrator$",
    r"администратор|amazon ?ses|mail ?monitor",
)

# The beginning of a subject, after a bracketed tag.
_SUBJECT_ENGLISH = (
    r"un-?deliver(?:able|ed)|(?:mail|message|e-?mail)\W{1,3}(?:is )?undeliver|nondeliverable|non[- ]?deliver"
    r"|ndn\b|ndr\b"
    r"|(?:e?-?mail |message |permanent |mail system |transient )?deliver(?:y|ing)\W{1,2}(?:status|failure"
    r"|has|failed|fail"
    r"|notification|report|error|problem|delayed|delay|incomplete|warning|unsuccessful|to .{1,80} fail)"
    r"|(?:your )?(?:e-?mail|message|mail) (?:delivery|failure|failed|not delivered|rejected|blocked|returned"
    r"|bounced"
    r"|status|delayed|you sent|could not|couldn.t|cannot|can.t|was not|wasn.t|has (?:not )?been"
    r"|still undelivered"
    r"|system error|undeliver|to .{1,80} (?:could|was|has|failed|not))"
    r"|return(?:ed)? (?:mail|message|e-?mail|to sender|receipt error)|failure (?:notice|to deliver|delivery"
    r"|sending)"
    r"|fail(?:ed|ure) (?:mail|delivery|message|to deliver|of delivery|notice)|warning\W{1,3}(?:could not"
    r"|message|mail|e-?mail"
    r"|still|unable|delivery)|delayed (?:mail|delivery|message|e-?mail)|unable to deliver|un(?:known"
    r"|able) (?:user|recipient"
    r"|address|to send)|user unknown|(?:could|can)(?:n.t| ?not) (?:be )?(?:deliver|send)"
    r"|address (?:not found|unknown|failed)"
    r"|recipient (?:not found|unknown|rejected|address)|bounced? (?:mail|message|e-?mail|action)|bounced?:"
    r"|(?:there was an )?error (?:sending|delivering|in delivery|returned|while sending)"
    r"|mailbox (?:is )?(?:full|unavail"
    r"|not found|over|quota)|over quota|(?:mail)?box quota|\W{0,3}(?:message you sent blocked|banned"
    r"|considered unsolicited"
    r"|virus|spam) .{0,120}from you|(?:rejected|blocked|quarantined)(?: mail| message| e-?mail|:)"
    r"|mail (?:could not|error|bounced|problem)|smtp (?:error|failure)|relay(?:ing)? (?:denied|error)"
)
_SUBJECT_SLAVIC = (
    r"не ?доставлен|не ?удалось доставить|не ?удается доставить|невозможно доставить|не может быть доставлен"
    r"|ошибк\w+ (?:при |во время )?(?:доставк|отправк|передач)|сбой (?:при )?доставк|возврат(?: |$)|возвращ"
    r"|(?:ваше )?(?:письмо|сообщение)\W{1,3}(?:.{1,60} )?(?:не (?:было |может быть )?доставлен|возвращено"
    r"|не отправлено"
    r"|отклонено|задерж)|задерж\w+ доставк|доставка (?:не|отложена|невозможна|задержана|почты)"
    r"|уведомление о (?:не ?доставк|состоянии доставки|статусе доставки|задержке)|отч[её]т о (?:не ?доставк"
    r"|доставк)"
    r"|адрес не найден|недоставк|недоставлен|не вдалося доставити|неможливо доставити|помилка доставк"
    r"|затримк\w+ доставк"
    r"|niedostarcz|nie dostarczon|nie można dostarczyć|niepowodzenie dostarcz|niedoręczon|zwrot (?:poczty"
    r"|wiadom)"
    r"|(?:wiadomość )?nie (?:została|mogła|udało)|błąd dostarcz|nedoruč|nepodařilo se doruč|nelze doručit"
    r"|nedodán"
    r"|vrácen|neisporuč|не е доставено|неуспешна доставка|није испоручен"
)
_SUBJECT_WEST = (
    r"unzustellbar|nicht (?:zugestellt|zustellbar)|(?:ihre |die )?(?:nachricht|mail|e-mail) (?:nicht|konnte"
    r"|unzustellbar)"
    r"|zustellung\w*(?: ist)?\W{1,2}(?:fehlgeschlagen|verzögert|nicht|status|fehler)|zustellungsfehler"
    r"|zustell(?:ungs)?problem"
    r"|fehler (?:bei der|beim) (?:zustell|übermittl|versand|senden)|rückläufer|benachrichtigung (?:über"
    r"|zum) (?:den )?zustell"
    r"|non remis|non distribu|(?:message|courrier|e-?mail) non (?:remis|d[ée]livr|distribu)|échec"
    r"|echec (?:de|d.)"
    r"|non[- ]remise|retour (?:de courrier|à l.expéditeur)|notification d.[ée]tat de (?:remise|distribution)"
    r"|remise (?:retardée|différée|impossible)|impossible de (?:remettre|distribuer)|adresse (?:introuvable"
    r"|non trouvée)"
    r"|no (?:se (?:ha |pudo |puede |podido )|entregad|entregable)|error (?:de|en la|al) (?:entreg|envi)"
    r"|(?:mensaje|correo) (?:devuelto|no entregado|rechazado)|notificaci[óo]n de (?:estado"
    r"|error) de (?:la )?entrega"
    r"|entrega (?:retrasada|fallida|demorada)|dirección no encontrada|fallo (?:de|en la) entrega"
    r"|não (?:entreg|foi|é poss)|nao (?:entreg|foi)|falha (?:na|de|ao) entreg|erro (?:na|de|ao) entreg"
    r"|mensagem (?:devolvida|não)|endereço não encontrado|notificação de (?:status|estado) d[ea] entrega"
    r"|mancat[ao] (?:consegna|recapito)|non (?:recapitabile|recapitat|consegnat)|impossibile (?:recapitare"
    r"|consegnare)"
    r"|messaggio non (?:recapitat|consegnat)|avviso di mancata consegna|errore (?:di|nella) consegna"
    r"|recapito (?:non|ritard)"
    r"|notifica (?:di |sullo )?stato (?:del |della )?(?:recapito|consegna)|indirizzo non trovato"
    r"|onbestelbaar|niet (?:bezorg|afgelever|bestelbaar)|(?:bericht|e-mail) (?:niet|kan niet|kon niet)"
    r"|bezorging"
    r"|aflevering(?:sfout)? |fout bij (?:het )?(?:bezorg|aflever|verzend)|olevererbar|kunde inte lever"
    r"|ej lever|leveransfel"
    r"|misslyckad leverans|meddelandet kunde|kan ikke leveres|kunne ikke lever|ikke lever(?:et|t)|uleverbar"
    r"|leveringsfe"
    r"|ei voitu toimittaa|toimitus epäonnistui|toimittamatta|perille toimittamaton|kézbesít|sikertelen kézbes"
    r"|nem kézbes|nelivrat|nu a (?:putut|fost)|imposibil de livrat|teslim edileme|iletileme|teslimat"
    r"|δεν (?:παραδόθηκε|ήταν)|μη παραδοτέο|αποτυχία παράδοσης"
)
_SUBJECT_EAST = (
    r".{0,40}退信|邮件(?:投递|发送|传递|寄送)失败|无法投递|未送达|未能?投递|投递失败|传递失败|发送失败"
    r"|邮件(?:被)?退回|無法(?:傳遞|投遞)|未傳遞|傳遞失敗"
    r"|配信(?:不能|エラー|できません|の失敗|遅延)|送信(?:エラー|失敗|できません)|配送エラー"
    r"|メール(?:送信)?(?:エラー|失敗)|未配信|配達不能"
    r"|메일 ?발송 ?실패|발송 ?실패|수신 ?실패|반송|배달(?:되지|할 수| 실패)|전(?:송|달)(?: 실패|되지)"
    r"|תקלה במסירה|לא נ(?:מסר|יתן למסור)|تعذر (?:ال)?تسليم"
    r"|لم يتم (?:ال)?تسليم|فشل (?:ال)?تسليم"
)
_TAG = r"\s{0,5}(?:\[[^\]]{1,40}\]\s{0,3}|[\[【]|[*!#]{1,3}\s{0,3}|auto(?:matic)?: )?"
SUBJECT = re.compile(
    f"{_TAG}(?:{_SUBJECT_ENGLISH}|{_SUBJECT_SLAVIC}|{_SUBJECT_WEST}|{_SUBJECT_EAST})",
    re.I,
)
# Said anywhere in a subject: enough beside a server's name.
WEAK_SUBJECT = _any(
    r"undeliver|un?deliverable|deliver(?:y|ed)|returned|return to sender|failure|failed|rejected|bounce"
    r"|blocked|error"
    r"|violation|refused|delayed|could not|couldn.t|unknown|mailbox|quota|problem|warning|banned|virus"
    r"|spam|notification"
    r"|status",
    r"достав|возв|задерж|отклон|ошибк|zustell|remis|remise|distribu|entreg|consegn|recapit|bezorg|dostarc"
    r"|doruč|lever",
)
# An answer or a forwarded letter: a person has it in hands.
PREFIXED = re.compile(
    r"\s*(?:re|fwd?|fw|aw|wg|sv|vs|rv|tr|rif|odp|antw|отв|ответ|пересл|на|转发|回复|返信"
    r"|転送)\s{0,3}(?:\[\d{1,3}\])?\s{0,3}[:：]",
    re.I,
)
