"""Words of everyday life that letters to any desk use, English and Russian, one thing a line; `concepts` reads them.

Lines are as in `concepts`: `word*` stands for every word that begins so, and an indented line continues the one above.
A line that begins with a word that `concepts` knows adds to that concept. General words only: what one trade calls its
own goods stands in its articles, and is learnt from its letters.
"""

THINGS = """
animal* pet pets dog dogs puppy cat cats kitten* hamster* parrot* bird birds fish животн* питом* собак* пес пса
  псу псом щен* кошк* кошач* кот кота коту котом котен* кошеч* хомя* попуга* птиц* рыбк* рыбок живност* зверь
  звер*
child* son daughter toddler infant newborn* teen* teenager* minor minors сын сына сыну сыном дочь дочк* дочер*
  малыш* младен* грудн* груднич* подрост* несовершеннолет* школьн* дошкол* ребят* реб внук* внуч*
family* wife husband spouse mother mum mom father dad parent* brother sister grandm* grandp* relative* жен жена
  жену жене женой муж мужа мужу мужем супруг* мам мама маму маме мамин* пап папа папе отец отца мать матер*
  родител* брат брата брату братом сестр* бабушк* дедушк* родств* семь* семей*
parking* park parked garage парков* паркинг* паркуе* паркова* стоянк* гараж* машиноместо
car cars auto vehicle* automobile* машин* авто автомоб* тачк* тачил*
taxi taxis cab cabs ride rides такси таксист*
bicycle* bike bikes cycling scooter* велосип* велик самокат* скутер*
train trains railway metro subway tram buses bus электричк* вокзал* метро трамва* автобус* маршрутк* троллейб*
airport* plane planes boarding airline* luggage baggage suitcase* аэропорт* самолет* посадоч* авиа* багаж*
  чемодан* улета* вылетае* прилет*
passenger* traveller* traveler* пассажир* попутчик*
room rooms suite apartment* flat flats номерной комнат* апартамент* квартирк* студия
checkin checkout arrival departure заезд* заехат* заедем выезд* выехат* выселен* заселен* заселит* заселя*
  засели
breakfast* lunch dinner supper завтракат* позавтрак* завтраки обед обеды обеда обедат* обедов ужин* ужинат*
food* restaurant* cafe cafes dish dishes grocery groceries eat eating meals snack* drink drinks столов* буфет*
  блюд* кафе ресторан* кушат* покуш* поест* перекус* продукты продуктов напит* вкусн* голодн* кухн* повар*
  варень*
water leak leaks leaking flood* pipe pipes tap taps plumb* drip* вода воду воды водой протеч* протек* течет*
  потек* потоп* затоп* заливае* залил* капает труб* кран крана краны сантехн* канализ* прорвало прорыв*
heating* heat heater* radiator* boiler* warm cold отоплен* отопит* батаре* радиатор* тепло теплая теплую холодн*
  холод мерзн* замерз* обогрев* котел котла бойлер* топит* греет греют прохладн*
electric* electricity light lights lamp* socket* outage* blackout* power электрич* свет света свету светом
  розетк* лампочк* освещ* обесточ* энерги* проводк*
gas газ газа газу газом газов*
lift elevator* лифт* подъемник*
rubbish* garbage trash waste bin bins recycl* мусор* хлам* отход* помойк* свалк* выкин* выброс* вывоз* вынест*
furniture sofa* chair* table bed wardrobe* мебел* диван* кресл* стул* стол стола кровать кроват* шкаф*
clothes clothing dress shirt* shoe shoes jacket* trousers одежд* плать* рубаш* обув* туфл* ботин* кроссов*
  куртк* брюк* джинс* футболк* сапог* пальто
key keys ключ ключи ключа ключей locksmith fob intercom* doorbell ключик* домофон* брелок* брелк* замок замка замки
door doors gate gates дверь двер* ворота ворот калитк* шлагбаум*
neighbour* neighbor* сосед* стеной стенкой
noisy loud noise* noises barking drilling громко лает лай сверл* топот орут орет крич*
clean cleaning cleaner* laundry wash washing dirty уборк* убират* уборщиц* химчист* стирк* стирать стиральн*
  помыть мойк* моет мыли грязн* грязь чистк* чистот*
smell* smells stink* odour* odor* запах* воня* вонь пахнет
house home houses building* entrance здани* жкх жиль* жилищ* коммунал* подъезд* парадн*
rent rental* renting lease tenant* landlord* аренд* арендов* съем* хозяин наймод* прокат* напрокат
laptop* notebook computer* pc desktop* ноут* ноутбук* компьютер* комп компа компом компе пк макбук*
keyboard* mouse headset* headphone* микрофон* microphone* camera* webcam* клавиатур* мышк* наушник* камер* вебк*
tv televisions телек телик* приставк*
battery* batteries charger* chargers recharge аккумулят* зарядк* зарядное заряжа* разряж*
cable cables wire wires провод провода кабел*
router* modem* роутер* модем* маршрутизат*
file files folder* disk drive файл* папк* диск диска диске флешк*
storage space quota capacity хранилищ* память памяти переполн*
backup* backups резервн* бэкап* бекап*
virus* malware вирус* антивирус*
website* site page pages link links url сайт* страниц* страничк* ссылк* линк
button* click кнопк* кликн* клика* нажима* нажат* нажм* жму
video* videocall* conference* zoom видео* видеозвон* созвон* конференц* трансляц*
message* messages chat chats messenger* чат чата чате чату переписк* мессендж* телеграм* вотсап* ватсап* вайбер*
letter* письм* письме
calendar* календар*
form forms questionnaire* анкет* бланк* формуляр* опросн*
signature* sign signed signing подпись подписи подписью подписат* эцп
attachment* вложени*
group* team групп* компанией коллектив* вдвоем втроем вчетвером толпой
guest* visitor* visit visits visiting гост* посетит* посещ* визит* навести* посетител*
event* concert* theatre* theater* exhibition* museum* tour tours excursion* мероприят* концерт* спектак* театр*
  выставк* музе* экскурс* представлен* сеанс*
seat seats row rows aisle ряд ряду
game games player* gaming игр игра игры игру игре игров* игрок* геймер*
novel* library libraries ebook* книг* библиотек* читател*
sport* gym gyms fitness workout* trainer* coach coaches yoga swim* pool тренаж* тренировк* тренер* спорт*
  фитнес* бассейн* йога йоги плава* зал зала зале секци* кружок кружк* студи*
beauty hair haircut* hairdress* manicure* salon* стриж* парикмах* маникюр* салон* волос* макияж* массаж*
  косметик* косметол*
medicine* medicament* pill pills drug drugs pharmac* prescription* лекарств* препарат* таблетк* аптек* рецепт*
analysis lab laboratory blood анализ* кровь крови мазок узи рентген* мрт обследован* натощак
vaccin* jab jabs прививк* прививае* привит* привить вакцин* укол уколы
dentist* tooth teeth зуб* стоматол* дантист* пломб*
pregnan* maternity беремен* роды декрет*
pain painful hurt hurts fever болит болят боль боли температур* тошн* кашел* кашля*
sick* disability больнич* нетрудоспос* инвалид* заболел* заболев* простуд* простыл* хвор*
health* nurse* hospital* surgeon* patient* therapist* paediatric* pediatric* медсестр* больниц* хирург* пациент*
  терапевт* педиатр* окулист* лор диагноз* эпикриз* медкарт* доктор* лечен* лечить лечит* лечащ* госпитал*
  санатор* процедур* осмотр*
teacher* tutor* professor* lecturer* учител* преподават* педагог* репетитор* классный классная классного
  классной воспитател*
pupil* student* учени* студен* учащ* абитур* слушател*
school* university* college* kindergarten* nursery degree школ* университет* вуз вуза институт* колледж*
  гимнази* лицей лицея лицее лицеи детсад* садик* сад учит* учеб* учусь обуча*
exam exams examination* test tests grade grades mark marks score scores экзамен* тест теста тесты оценк* отметк*
  зачет*
homework* assignment* essay* домашк* домашн* дз задали задан* сочинени* контрольн*
diploma* диплом* аттестат* корочк*
skip* absent* absence* пропуск* прогул* отсутств* пропуст*
salary* wages paycheck зп заработ*
employee* staff worker* colleague* trainee* intern interns newcomer* стажер* коллег* новичок новичк* персонал*
  сотрудниц*
boss director* management head начальни* руководит* директор* управляющ* гендир* шеф шефа
interview* cv resume* candidate* applicant* собеседован* кандидат* подработ* устроит* трудоустройств* практик*
partner* cooperat* collaborat* franchise* wholesal* сотруднич* партнер* франшиз* франчайз* оптом опт оптов*
  дилер* кооперац* взаимодейств*
advertis* ads ad banner* press journalist* блогер* рекламир* баннер* журналист* пресс* сми интервью
police* court lawyer* attorney* legal* sue lawsuit* полиц* суд суда суде судом юрист* адвокат* прокурат*
  роспотреб* иск исковое
accident* collision* collided авари* дтп столкнов* въехал* врезал* столкн*
emergency* urgent* аварийн* экстренн* чп скорая скорую скорой
гибдд гаи
fuel petrol gasoline diesel refuel* бензин* топлив* заправк* заправит* заправл* солярк* азс
tyre* tire* wheel* шин шина шины шиномонт* колес* покрышк*
flower* bouquet* цвет цветы цветов цветок букет* роз розы
weather rain snow storm погод* дожд* снег снегопад* шторм*
weekend* saturday* sunday* выходные выходным суббот* воскрес*
morning* afternoon* evening* night* midnight утр* утром вечер* вечером ночь ночи ночью ночн* полноч*
week* weekly недел* еженедел*
month* monthly месяц* ежемесяч* помесяч*
year* annual* yearly годов* год года году ежегод* лет
minute* минут* минутк*
age aged adult* возраст* взросл* совершеннолет* исполнилось исполнит*
retired pension* senior* elderly пенси* пожил*
benefit* concession* льгот* субсиди* пособи* выплат* соцзащит*
citizen* foreigner* residence гражданств* граждан* прописк* внж
birthday* anniversary wedding* днюх* юбиле* свадьб* праздн*
""".strip()

ACTS = """
allow* allowed permitted forbid* forbidden prohibit* ban banned запрещ* запрет* разрешается пускаете пустят
  пустите пускают впуст*
block* blacklisted забан* бан бана разблок* ограничили
login* authoris* authoriz* впускает войдите вхожу зашла логинит* разлогин* выкидывает выкинуло
password* passwort credentials пароли пороль пороля запаролен*
2fa двухэтапн* двухфактор* одноразов* аутентиф*
register* joining join create создать создан* заведите заводит* завожу
delete* erase* wipe стира* стирани* сотрит* сотрет* очист*
unsubscrib* отписат* отписыв*
subscrib* renewal renew renews продлен* продлит* продлев* продлят* автопродлен* пролонг*
cancel* отменя* отмена отмени* отказ отказать отказыва*
postpone* reschedul* rearrang* перезапис* переназнач* попозже сдвин* подвин* перекин*
appointment* slot slots talon* талон* окошк* записат* записыва*
arrive* came come comes приехал* приеха* приезж* приед* прибы* прибуд* пришел пришла пришло пришли придет придут
  прийти придти приход*
send sends sending sent forward отправ* отосла* послат* послал* пришлит* пришлет* скинь* скинут* вышлит* высла*
  переслат* пересла* переслк* переправ*
receive* received receiving получ* принял* полученн*
deliver* delivering carry bring brings brought доставля* привези* подвез* отвез* отвоз* перевоз* перевез*
  развоз* занес*
track* whereabouts отследит* отслежив* местонахожд* едет
package* parcels envelope посылочк* ящик* конверт* груз груза грузы грузов багет
wrap* packing упаку* упаков* запаку* распаку*
damag* dented scratch* torn wet мят* помят* царапин* поцарапан* порван* рван* промок* мокр* пробит* разорв*
  битый битая битое бито* покореж* вмятин* скол сколы
broken* malfunction* dead отказал* заглох* сдох* накрыл* сгорел* барахл* поломан* неработ* нерабоч*
pay* payable settle settled платил* платеж* плачу плати платите платят оплач* оплачив* внес внести рассчит*
  расчет*
charge* debited* снимает* снимают снялось удержал* взимае* взима* списыва* вычли содрал*
refund* reimbursement* верну* возвращают* отдадите вернет*
return* unwanted обменят* сдавать сдаю сдайте
cost* expensive дорого дорогой дорогая дорогое дороже дороговато подорож* удорож* повыш* почем прайс* платно
  платная платный платное доплат* наценк* комисс*
free* халяв* бесплатно
debt debts owe owed owing arrears unpaid долг долга долги долгу долгов задолж* должник* неоплачен* неплат*
  коллектор*
credit* installment* instalments borrow* borrowing lend lending loans займы частям* рассрочк*
deposit deposits prepay* prepaid advance депозит* залог* предоплат* задаток задатк* авансов*
invest* shares stocks savings interest инвестиц* акционер* вклад вклада вклады накопит* процент* ставк*
currency* доллар* евро юан* валютн*
invoice* квитанц* платежк*
bookkeep* accountant* accounting бухгалтер* бухучет* отчетност* отчитат* закрывающ*
вычет* инн снилс
balance* topup topping пополн* баланса закинут*
win winner* prize* lottery contest* competition* приз приза призы розыгр* выигр* конкурс* лотере* победит*
coupon* deal deals sale промокод* купоном акци* скидоч*
bonus* miles бонусн* мил миля мили милями кешбек* накопительн*
gift* presents подароч* дарить дарю подари*
help* helpdesk advise advice suggest recommend* совет совета посовет* рекоменд* помощ*
explain* clarify meaning means understand объясн* поясн* разъясн* понять понял* непонят* разобрат* означает
  значит
choose* choosing choice pick prefer* select выбор* выбра* выбер* подобра* подбер* предпоч*
compare* difference differ* versus сравн* отлич* разниц* различ*
request* require* требу* просьб* запрос* прошен* заявлен*
узнат* выясн* уточн* сведен* информац* справочн*
complain* complaints apolog* awful terrible disgust* unacceptable disappoint* dissatisf* ужас* кошмар* отврат*
  возмутит* разочар* невежлив* накрич* нагруб* обслуживан* кляуз* хамит* хамк* грубо
praise* thankful compliment* feedback review reviews похвал* отзыв* впечатлен*
lost* misplaced gone утрат* посея* пропад* пропажа исчезл* испарил* нету забыта забытые забытая забытых забытое
  находк*
steal* robbed thief thieves burgl* крад* вор вора воры воровств* ограб*
find* lookup searching ищите находит* найд* нашли нашла
посмотр* увид* вижу видно просмотр* показ* покажи*
open* opens opened открыва* откро* открыл*
close* closes shutting закрыва* закро* закрыл* закрывае*
toggle disable* deactiv* выключ* отключ* деактив* вырубит* вырубил*
connect* disconnect* reconnect* offline connectivity подключ* подсоед* связи коннект* соединен* обрыв* инет*
remote* vpn удаленк* удаленн* дистанц* впн
slow* sluggish hangs hanging loading forever медлительн* грузит* подгруж* тормозн* лагучий виснет зависло еле
error* errors problem* trouble issue issues проблем* неполад* неисправн* нерабочий срабат* сработ*
start* restart reboot relaunch запусти* перезапуск* перезагр* ребут*
install* installer installing deploy установ* устанавл* поставит*
update* updating обновит* обновл* апдейтит*
download* upload* uploading importing залит* закач* скачив* выгруз* импорт*
print* scanning scan scanned scanner копир* скан скана сканы сканер* сканир* ксерокс* распечат* картридж* тонер*
copy copies копию копия копии дубликат* экземпляр*
document* proof справочк* бумажк* удостоверяющ* доверенн* свидетельств* выписк*
translate* interpreter* переводчик*
change* switch switching замени* смен* менят* переделат* корректир* поправит* перемен* изменит*
move* moved relocate relocating переезж* перееха* переселен* перебрат*
transfer* transferring перевод* переведит* перечисл*
extend* extension* longer подольше дольше оставаться задержат*
wait* queue queues lines очеред* подожд* ожидае* ждете ждала прождал*
late* later slowly опозд* опоздае* запазд* просроч* несвоевр* вовремя
schedule* расписание работае* режима открыты перерыв*
where location located map maps directions route* располож* находит* наход* проезд* доехат* добрат* маршрут*
  адреса
call* ring ringing callback dial hotline* набрат* дозвонит* трубк* гудк* горяч*
contact* write напиш* написат* пишите свяж* связ*
confirm* confirmation* approve* approv* approval одобр* утверд* подтвержд* согласов* верифик*
reject* rejected declin* denied refus* откаж* отклон* отверг* отказали отказано
accept* примете примет примут accepting acceptable берете принимаете
limit* restriction* restrict* максимальн* минимальн* потол*
count* amount quantity quantities количеств* штук штука штуки
measure* dimension* weight heavy weigh* вес веса весом весит тяжел* измер* замер* длин* ширин* высот*
assemble* assembly сборк* собрат* собира* собер* разборк*
repair* servicing technician* engineer* mechanic* слесар* электрик* ремонтир* механик* починк* техник техника
  мастер*
warrant* guaranteed гарантий*
inspect* checkup examine* осмотр* проверк* обследов* ревизи*
safe* safety protect* protection secure* безопасност* защит* защищ* охран*
privacy* leaked утечк* слили персональ*
insur* insured claim claims casco застрах* каско осаго дмс омс страхов*
name* rename surname* переимен* отчеств*
marry married marriage divorce* замуж* женит* развод* развел*
die died death deceased funeral* умер* скончал* смерт* наслед* похорон*
""".strip()
