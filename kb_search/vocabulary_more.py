"""More everyday words, as in `vocabulary`: trade, computers, money, travel, health, learning and the home."""

MORE = """
pending* processing processed outstanding unfinished обрабатыв* обработк* рассматрив* рассмотр* зависш*
  незаверш*
urgent* asap immediate* instantly quickly fastest спешн* скорее побыстр* быстрее немедлен* мгновен*
half halves partial* partly portion половин* частичн* наполовину полцены
extra additional* another supplementary допол* лишн* дополнительн*
empty blank vacant пуст* пусто порожн* опустел*
full overflow* crowded полн* переполн* забит* битком
old outdated obsolete ancient устар* древн* старо прежн* старому
local nearby nearest closest neighbourhood ближайш* ближе рядом поблизости недалек* окрестн*
region* regional province* area* district* county zone* област* регион* район* зона зоне зону зоны территор*
city cities town towns village* город* городе посел* деревн* село селе
customs duty duties import imports таможн* пошлин* растамож* ввоз ввозн*
sender senders shipper отправител*
recipient* receiver addressee получател* адресат*
shop shops store stores supermarket* mall outlet* boutique* супермаркет* торгов* бутик* гипермаркет*
basket* cart carts trolley корзин*
catalogue* catalog assortment ассортим* каталог* линейк*
model models brand* manufacturer* maker производител* бренд* марк* модел*
material* fabric* leather cotton wool ткан* материал* хлоп* шерст* состав* синтетик*
original authentic genuine fake* counterfeit* подлин* подделк* поддельн* оригинал* фальшив* контрафакт*
ingredient* allerg* gluten vegan* vegetarian* lactose аллерг* глютен* веган* вегетариан* лактоз* калори*
rotten spoiled mouldy stale тухл* гнил* плесен* несвеж* протух* скис* испорчен*
roaming roam роуминг*
megabyte* gigabyte* traffic гигабайт* мегабайт* гиг гига гб мб трафик*
signal coverage reception сигнал* покрыти* ловит антенн* вышк*
provider* isp провайдер*
voicemail автоответчик*
forward* redirect* reroute* переадрес* перенаправ* редирект*
blacklist whitelist чс
avatar* аватар* аватарк* фотографи*
nickname* username* никнейм* ник ника юзернейм*
comment* remark* post posts posting коммент* пост поста посты публикац* опублик*
follower* followers подписчик* фоловер*
share* sharing shared поделит* делит* расшар*
role roles admin admins administrator* owner* moderator* админ* администр* модерат* владел* роль роли ролей
integrat* api webhook* plugin* addon* интеграц* плагин* расширени* апи вебхук*
sync synchron* syncing синхрон*
spreadsheet* excel csv таблиц* эксель* экселе
template* layout design* theme themes шаблон* макет* дизайн* оформление
font fonts bold шрифт* кегль
лог логи логов журнал*
developer* programmer* coder разработчик* программист* кодер*
ворд ворде вордовск*
presentation* slides презентац* слайд*
pdf пдф
calculator* calculat* estimate* estimation калькул* рассчита* посчита* вычисл* подсчит* смет* смета
statistics analytics dashboard* metric* статистик* аналитик* метрик* дашборд*
goal* target* aim aims цели целей
overdraft* овердрафт*
iban swift bic бик свифт реквизит* расчетный
terminal* contactless nfc pos терминал* бесконтакт* эквайринг*
beneficiary payee payees бенефициар*
autopay* автоплат* автосписан*
recurring repeated repeat* periodic регулярн* периодич* повторя*
declined* unsuccessful отклонен* неуспешн* безуспешн* неудач* провал*
холд* зарезервир*
dispute* chargeback* disputed оспор* оспарив* чарджбек* спорн*
extract выписок
apr apy
crypto* bitcoin* wallet* кошел* крипт* биткоин*
cashpoint* снятие
coin coins notes banknote* монет* купюр* банкнот*
wrongly mistake mistakenly случайн* нечаян* ошибся ошиблась промахн* опечат* typo typos misspel* misspelt
spelled spelling spelt написание
swallowed retained съел* зажевал* проглот*
timeslot* interval* интервал* промежут*
concierge* консьерж* вахт* охранник*
locker* постамат* ячейк*
label* sticker* этикет* ярлык* наклейк* бирк* стикер*
barcode* qr куар* кюар* штрихкод* штрих
serial imei серийн* имей
spare part parts accessory accessories component* запчаст* запасн* деталь детали деталей деталя* аксессуар*
  комплектующ*
bag bags backpack* rucksack purse сумк* рюкзак* портфел* кошелек
umbrella glove* scarf glasses spectacles перчат* шарф* очки очков зонт*
jewel* watch watches necklace украшен* ювелир* кольцо серьг* сережк*
pillow* blanket* towel* linen полотен* постел* подушк* одеял* белье
balcony* sea beach* море моря пляж* балкон*
housekeep* maid maids горничн*
sauna spa jacuzzi саун* спа баня бани
venue* hall halls банкет* помещен* площадк*
catering фуршет* кейтеринг*
guide guides экскурсовод* гид гида гиды
itinerary* destination* маршрут* направлени*
stopover* layover* transit пересадк* транзит*
evisa embassy consulate* посольств* консульств*
diet* nutrition* диет* похуд*
mental psycholog* counsel* психолог* психиатр* психотерап*
optic* eye eyes sight vision зрени* глаз* оптик*
hearing ear ears слух уши ушей ухо
skin rash derma* сыпь сыпи дермат* родинк*
surgery операцией хирургич*
ultrasound xray mri узи рентген*
result results outcome* результат* итог итоги итогов
curriculum syllabus
lecture* seminar* workshop* семинар* воркшоп* тренинг*
enrol* admission* admit admitted поступлен* поступить поступаю зачисл* приемн* набор набора
scholarship* grant grants стипенд* грант*
dormitor* hostel* campus общежит* общага общаге хостел* кампус*
семестр* четверт* semester* trimester*
vote voting election* голосован* голосов*
council municipal* mayor government gosuslugi администрац* мэри* госуслуг* чиновник* министерств* ведомств*
road roads street* pothole* pavement* дорожн* тротуар* асфальт* ямы яма светофор*
tree trees garden* lawn* plant plants деревь* дерево газон* клумб* растени*
pest pests rat rats cockroach* insect* тараканы таракан* крыс* насеком* клоп* клещ* моль
roof ceiling* wall walls floor floors крыш* потолок потолк* стена стены стену стенах этаж* чердак* подвал*
window windows окно окна окон стеклопакет* форточк* подоконник*
поверк* опломб* пломбир*
тсж жэк жск управдом* ук
stairs staircase* лестниц* ступен*
smoke smoking cigarette* vape* курит* курен* курят сигарет* вейп* дым дыма
alcohol* wine beer drunk пьян* алкогол* вино вина пиво
fire alarm* пожар* тревог* сигнализац* огнетуш*
ramp wheelchair* deaf blind пандус* коляск* маломобильн* слепой глух*
stroller* pram buggy
mask masks covid quarantine* маска маски ковид* коронавир* карантин*
sorry regret* извинени* простите
joke jokes funny анекдот* шутк* пошути*
play playing played music song songs playlist* album* radio играй* музык* песн* плейлист* радио
podcast* audiobook* подкаст* аудиокниг*
movie* film films cinema series фильм* кино кинотеатр* сериал*
news headline* новост*
recipe* cook cooking bake baking приготов* выпечк* испечь сварить
remind list lists todo список списки спис* заметк*
wake будильник* разбуди*
brightness volume louder quieter ярк* громче тише погромче
robot* пылесос* робот*
plug plugs adapter* adaptor* вилка адаптер* переходник*
temperature degrees thermostat* градус* термостат*
math multiply divide square умнож* сложи* корень
definition* define synonym* термин*
""".strip()
