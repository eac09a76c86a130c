"""Pure: how people say thank you and nothing else, as whole phrases, without their punctuation.

Only phrases that cannot be a wish. "Thanks in advance", "Merci de votre réponse" and "Danke für eine schnelle Antwort"
ask for something and are not here; nor is any word that says no.
"""

from __future__ import annotations

# A letter must hold at least one of these.
THANKS = """
thanks|thank you|thank u|thankyou|thank you very much|thank you so much|thank you a lot|many thanks
thanks a lot
thanks so much|thanks a million|thanks very much|thanks a bunch|thanks again|thank you again|thank you all
thanks all
big thanks|thx|thnx|tks|ty|tysm|much appreciated|very much appreciated|greatly appreciated
really appreciate it
i appreciate it|i really appreciate it|i appreciate your help|thank you kindly|thank you sir|thank you both
my thanks|with thanks|cheers
спасибо|спасибо большое|большое спасибо|спасибо вам|спасибо вам большое|большое вам спасибо|огромное спасибо
спасибо огромное|огромное вам спасибо|спасибо вам огромное|спс|спасибки|благодарю|благодарю вас|благодарим
благодарим вас|от души благодарю|очень благодарен|очень благодарна|очень вам благодарен|очень вам благодарна
сердечное спасибо|спасибо всем|еще раз спасибо|ещё раз спасибо|спасибо еще раз|спасибо ещё раз|спасибо тебе
danke|danke schön|danke schon|danke sehr|dankeschön|dankeschoen|vielen dank|vielen lieben dank|besten dank
herzlichen dank
lieben dank|tausend dank|ganz herzlichen dank|danke ihnen|ich danke ihnen|wir danken ihnen|ich bedanke mich
nochmals danke
nochmals vielen dank|danke nochmals|danke dir|vielen dank nochmals
merci|merci beaucoup|merci bien|merci à vous|un grand merci|grand merci|mille mercis|merci infiniment
merci encore
encore merci|merci mille fois|je vous remercie|nous vous remercions|merci à toute l équipe|merci à tous
gracias|muchas gracias|mil gracias|muchísimas gracias|muchisimas gracias|gracias a usted|gracias de nuevo
de nuevo gracias
gracias a todos|le agradezco|se lo agradezco|se agradece|muy agradecido|muy agradecida|te lo agradezco
grazie|grazie mille|molte grazie|grazie tante|tante grazie|mille grazie|grazie infinite|vi ringrazio
la ringrazio
ringrazio|grazie ancora|ancora grazie|grazie a voi|grazie a lei|grazie di cuore
obrigado|obrigada|muito obrigado|muito obrigada|obrigadão|obg|agradeço|muito agradecido|muito agradecida
grato|grata
obrigado novamente|obrigada novamente|obrigado mais uma vez|obrigada mais uma vez
dank u|dank je|dank u wel|dank je wel|dankuwel|dankjewel|bedankt|hartelijk dank|heel erg bedankt|veel dank
hartelijk bedankt|nogmaals bedankt|nogmaals dank|erg bedankt|heel hartelijk dank|enorm bedankt
dziękuję|dziekuje|dziękuję bardzo|dziekuje bardzo|bardzo dziękuję|bardzo dziekuje|dzięki|dzieki
wielkie dzięki
dziękujemy|serdecznie dziękuję|serdecznie dziękujemy|dzięki wielkie|jeszcze raz dziękuję|dziękuję ślicznie
дякую|дуже дякую|щиро дякую|дякую дуже|дякуємо|щиро дякуємо|дякую вам|дуже вдячний|дуже вдячна|велике дякую
ще раз дякую|спасибі|велике спасибі|дякую велике|красно дякую
"""

# What may stand beside them.
BESIDE = """
hi|hello|hey|dear|dear all|dear team|dear support|hi there|hello there|hi all|hi team|hello team
good morning|good day
good afternoon|good evening|team|support team|guys|everyone|sir|madam
for your help|for the help|for your quick help|for all your help|for the quick help|for your assistance
for your support
for the support|for your kind help|for the quick reply|for the quick response|for the quick answer
for the fast reply
for the fast response|for the prompt reply|for your time|for the explanation|for your explanation
for the info
for the information|for letting me know|for the update|for the clarification|for clarifying|for fixing it
for fixing this|for sorting it|for sorting this|for sorting this out|for sorting it out|for everything
for your effort
for your efforts|for your patience|for your kindness|for the great service|for the excellent service
ok|okay|great|perfect|excellent|awesome|wonderful|super|brilliant|fantastic|amazing|lovely|cool|very good
very nice|nice
got it|understood|noted|all good|all is well|all is fine|it works|it works now|works now|it is working now
it s working now|that worked|it worked|everything works|everything works now|everything is working
works perfectly
it works perfectly|works great|it works great|works fine now|problem solved|problem resolved|all solved
all sorted
solved|resolved|sorted|it is solved|that solved it|that fixed it|fixed|it has arrived|it arrived|received
i got it
that helped|this helped|it helped|very helpful|that was very helpful|that was quick|you are great
you re the best
you are the best|great service|great support|great help|excellent service|great job|good job|well done
have a nice day|have a great day|have a good day|have a good one|have a nice weekend|have a great weekend
have a good weekend|have a lovely day|have a nice evening|take care|you too|same to you|all the best
best wishes
best regards|kind regards|warm regards|regards|best|sincerely|yours sincerely|bye
здравствуйте|добрый день|доброе утро|добрый вечер|привет|коллеги|уважаемые коллеги|всем привет|ребята
за помощь|за вашу помощь|за быструю помощь|за ответ|за быстрый ответ|за оперативный ответ|за оперативность
за оперативную помощь|за информацию|за разъяснение|за разъяснения|за пояснение|за пояснения|за поддержку
за работу
за вашу работу|за отличную работу|за сервис|за все|за всё|за понимание|за внимание|за подсказку
за содействие|за труд
ок|окей|хорошо|отлично|супер|прекрасно|замечательно|великолепно|здорово|класс|понял|поняла|понятно|ясно
принято
все понятно|всё понятно|все ясно|всё ясно|все работает|всё работает|теперь работает|теперь все работает
теперь всё работает
заработало|все заработало|всё заработало|получилось|все получилось|всё получилось|у меня получилось
у меня все получилось
у меня всё получилось|помогло|очень помогло|это помогло|вы мне очень помогли|вы очень помогли|вы помогли
вопрос решен
вопрос решён|вопрос закрыт|проблема решена|проблема решилась|все решено|всё решено|разобрался|разобралась
разобрались
все в порядке|всё в порядке|все хорошо|всё хорошо|получил|получила|получили|все получил|всё получил
все получила|всё получила
все пришло|всё пришло|вы лучшие|вы молодцы|хорошего дня|хорошего вечера|хороших выходных|доброго дня
всего доброго
всего хорошего|удачи|удачного дня|с уважением|и вам|и вам хорошего дня|до свидания|взаимно
приятно иметь с вами дело
hallo|guten tag|guten morgen|guten abend|moin|liebes team|zusammen|für ihre hilfe|für die hilfe
für die schnelle hilfe
für ihre schnelle hilfe|für die schnelle antwort|für ihre schnelle antwort|für ihre unterstützung
für die unterstützung
für die info|für die information|für die informationen|für ihre mühe|für ihre zeit|für alles
für die erklärung
für den tollen service|für den super service|für die schnelle lösung|alles klar|alles gut|alles bestens
perfekt|prima
toll|klasse|wunderbar|hervorragend|ausgezeichnet|bestens|sehr gut|sehr nett|funktioniert|es funktioniert
es funktioniert jetzt|jetzt funktioniert es|jetzt geht es|alles funktioniert|jetzt funktioniert alles
es hat geklappt
hat geklappt|hat funktioniert|das hat geholfen|problem gelöst|problem ist gelöst|das problem ist gelöst
erledigt
hat sich erledigt|ist angekommen|ist erhalten|verstanden|schönen tag|einen schönen tag|schönen tag noch
einen schönen tag noch|schönes wochenende|ein schönes wochenende|schönen abend|viele grüße|viele grüsse
liebe grüße
liebe grüsse|beste grüße|beste grüsse|freundliche grüße|mit freundlichen grüßen|mit freundlichen grüssen|mfg
lg|vg|gruß
bonjour|bonsoir|salut|pour votre aide|pour l aide|pour votre aide rapide|pour votre réactivité
pour la réactivité
pour votre réponse rapide|pour la réponse rapide|pour les informations|pour l information
pour vos explications
pour votre patience|pour tout|pour votre gentillesse|parfait|super|génial|excellent|très bien|c est parfait
c est bon
bien reçu|bien noté|d accord|ça marche|ça fonctionne|tout fonctionne|ça fonctionne maintenant
tout est en ordre
tout est bon|problème résolu|le problème est résolu|c est réglé|résolu|reçu|bonne journée|bonne soirée
bon week end
bon weekend|très bonne journée|belle journée|bonne continuation|cordialement|bien cordialement|bien à vous
cdlt
hola|buenos días|buenos dias|buenas tardes|buenas noches|buenas|buen día|por su ayuda|por la ayuda
por tu ayuda
por su rápida respuesta|por la rápida respuesta|por la respuesta|por la información|por su atención
por la aclaración
por todo|por su tiempo|por el apoyo|perfecto|genial|excelente|estupendo|muy bien|muy amable|muy amables
todo bien
todo claro|todo en orden|todo correcto|entendido|recibido|de acuerdo|vale|listo|ya funciona|funciona
todo funciona
ahora funciona|funciona perfectamente|problema resuelto|solucionado|resuelto|ya está|ya llegó|saludos
un saludo
saludos cordiales|un cordial saludo|que tenga buen día|que tengan buen día|buen fin de semana|feliz día
igualmente
ciao|buongiorno|buonasera|salve|per l aiuto|per il vostro aiuto|per il suo aiuto|per la risposta
per la rapida risposta
per la veloce risposta|per la disponibilità|per la gentilezza|per le informazioni|per l informazione
per la spiegazione
per il supporto|per tutto|per la pazienza|perfetto|ottimo|benissimo|molto bene|molto gentile|molto gentili
gentilissimo
gentilissimi|fantastico|tutto ok|tutto bene|tutto chiaro|tutto a posto|va bene|funziona|ora funziona
tutto funziona
adesso funziona|problema risolto|risolto|ricevuto|capito|buona giornata|buona serata|buon weekend
buon lavoro
cordiali saluti|un saluto|saluti|altrettanto|d accordo
olá|ola|oi|bom dia|boa tarde|boa noite|pela ajuda|pela sua ajuda|pela atenção|pela resposta
pela rápida resposta
pela informação|pelas informações|pelo apoio|pelo esclarecimento|por tudo|pela paciência|perfeito|ótimo
otimo|excelente
maravilha|muito bom|muito bem|beleza|tudo bem|tudo certo|tudo ok|entendido|recebido|combinado|funcionou
deu certo
agora funciona|já funciona|está funcionando|resolvido|problema resolvido|já chegou|tenha um bom dia
um bom dia
bom fim de semana|bom final de semana|abraço|abraços|um abraço|cumprimentos|melhores cumprimentos
atenciosamente
hoi|goedemorgen|goedemiddag|goedenavond|goedendag|beste|voor uw hulp|voor je hulp|voor de hulp
voor de snelle hulp
voor de snelle reactie|voor de snelle reaktie|voor het snelle antwoord|voor de informatie|voor de uitleg
voor de moeite
voor uw moeite|voor alles|voor de goede service|prima|perfect|geweldig|uitstekend|fijn|heel fijn|top
helemaal goed
duidelijk|alles duidelijk|begrepen|ontvangen|in orde|alles in orde|het werkt|het werkt nu|het werkt weer
alles werkt
alles werkt weer|opgelost|probleem opgelost|het is opgelost|het is gelukt|gelukt|fijne dag|een fijne dag
fijne dag nog
fijn weekend|prettige dag|prettig weekend|groet|groeten|groetjes|met vriendelijke groet
met vriendelijke groeten|mvg
vriendelijke groet|vriendelijke groeten
cześć|czesc|witam|dzień dobry|dzien dobry|dobry wieczór|szanowni państwo|za pomoc|za szybką pomoc
za szybką odpowiedź
za odpowiedź|za odpowiedz|za informację|za informacje|za wyjaśnienie|za wyjaśnienia|za wsparcie|za wszystko
za cierpliwość
za miłą obsługę|świetnie|swietnie|super|doskonale|wspaniale|znakomicie|bardzo dobrze|w porządku
wszystko w porządku
wszystko jasne|wszystko działa|działa|dziala|już działa|teraz działa|zrozumiałem|zrozumiałam|rozumiem
otrzymałem|otrzymałam
dotarło|problem rozwiązany|rozwiązane|sprawa rozwiązana|udało się|miłego dnia|milego dnia|miłego wieczoru
miłego weekendu|dobrego dnia|pozdrawiam|pozdrawiam serdecznie|serdecznie pozdrawiam|pozdrowienia
z poważaniem|wzajemnie
вітаю|добрий день|доброго дня|добридень|доброго ранку|добрий вечір|привіт|за допомогу|за вашу допомогу
за швидку допомогу|за відповідь|за швидку відповідь|за оперативність|за інформацію|за роз яснення
за пояснення
за підтримку|за роботу|за все|гаразд|добре|чудово|відмінно|супер|прекрасно|зрозуміло|зрозумів|зрозуміла
все зрозуміло
все працює|працює|вже працює|тепер працює|тепер все працює|запрацювало|все запрацювало|вийшло|все вийшло
вдалося
все вдалося|допомогло|ви дуже допомогли|питання вирішено|проблему вирішено|вирішено|отримав|отримала
все добре
все гаразд|все в порядку|ви найкращі|гарного дня|гарного вечора|гарних вихідних|всього найкращого|з повагою
навзаєм
і вам|до побачення
"""


def phrases_of(text: str) -> frozenset[tuple[str, ...]]:
    """Each phrase as the tuple of its words."""
    found = (phrase.split() for line in text.splitlines() for phrase in line.split("|"))
    return frozenset(tuple(words) for words in found if words)
