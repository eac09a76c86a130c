"""Words that say nothing about the subject of a question: English and Russian, lower case, ё as е, no apostrophes."""

ENGLISH = frozenset(
    """
    a about after again all also am an and any are arent as at be because been before being between both but
    by can cant cannot could couldnt did didnt do does doesnt doing dont down during each either else ever
    every few for from further get gets getting give go goes going got had has hasnt have havent having he
    her here hers him his how i id if ill im in into is isnt it its ive just know lets like me mine more
    most much my myself need no nor not now of off on once one only or other our ours out over own please
    same she should so some such tell than thank thanks that thats the their them then there these they
    theyre this those through to too under until up us very want was wasnt we well were weve what whats when
    where which while who whom why will with within without wont would you youre your yours
    """.split()
)

RUSSIAN = frozenset(
    """
    а без более больше будет буду будто бы был была были было быть в вам вас ваш ваша ваше вашего вашей ваши
    вашим вашими ваших вашу вдруг ведь во вообще вот впрочем все всегда всего всех всю вы где да давно даже
    для до добрый его ее ей ему если есть еще ж же за зачем здесь здравствуйте и из или им иногда их к как
    какая какие какой какое каком когда конечно кто куда ли лучше между меня мне много может можно мой моя
    мое моего моей мои моих мою мы на над надо нам нас наш наша нашей наши наших нашу не него нее ней нельзя
    нет ни нибудь никогда ним них ничего но ну о об один одна однако он она они оно от очень перед по под
    подскажите пожалуйста после потом потому почти почему при про просто раз разве с сам свое своей свой
    свою себе себя сейчас скажите со совсем спасибо так такая такой там тебя тем теперь то тогда того тоже
    только том тот тут ты у уже хоть хочу чего чей чем через что чтоб чтобы чуть эта эти этим этих это этого
    этой этом этот эту я
    """.split()
)

STOP_WORDS = ENGLISH | RUSSIAN
