// Words that sentences need, in the languages that are written in Latin letters, and words that code and queries need: a list of
// words that has none of them is no sentence. Not what is ordinary in a word (find-soup.ts).

/** In small letters, of three letters or more. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  [
    "the and for are but not you all any can had her was our out has him his how its may new now old see way who did get let put say she too use that with have this will your from they know want been good much some time very when come here just like long make many over such take than them well were what where which while their there these those would could should about after again also because before being between both down each few into more most must only other same then under until upon without during does doing done never still even every through against off nor yet per via off who whom whose why",
    "import export const return function class select from where order group limit null true false string number type void public static int char bool float double struct enum var let async await yield break case default switch continue else elif endif then done while",
    "der die das den dem des ein eine einer eines einem einen und oder aber nicht mit von zum zur auf aus bei nach vor wird werden wurde ist sind war hat haben kann als auch nur wenn dass sie wir ich ihr sich durch diese dieser dieses keine noch sehr mehr bitte",
    "les des une est sont dans par pour sur avec que qui pas plus cette ces mais nous vous ils elle leur comme tout tous aux ont fait sans sous entre donc peut son ses",
    "los las una uno del por para con como que pero mas este esta estos son fue ser hay sin sobre entre cuando donde muy todo todos nos sus ese eso desde hasta",
    "gli dei del della delle dello nel nella con per una uno non che sono come anche pi questo questa ogni alla alle dal dalla sul sulla essere stato tra quando dove molto tutti",
    "dos das uma com para por como mais mas foi ser sem sobre entre quando onde muito todos seu sua isso esse pelo pela nos aos",
    "het een van voor met dat die niet zijn wordt worden ook maar nog naar bij aan uit over door deze dit kan heeft hebben wij ons als dan wel geen moet",
    "och att det som med den ett inte var har till kan men ska vid eller frn alla efter denna detta finns skal ikke til der som med eller det fra hvis dette denne blev mange kunne",
    "nie jest sie oraz dla przez jak ale czy tego tym ktory ktora tylko moze byc lub jako bez pod nad przy jeszcze bardzo",
    "jako pro nebo jsou jen ale tak aby kdy ktery ktera bez pod pri tento jeho byl byla sem pre alebo nie ako som boli",
    "hogy nem egy van volt csak mint vagy mert meg ezt ami aki lesz kell minden ezek azok mellett ott itt",
    "ole olla joka kun mutta tai niin kuin vain ovat ole sen tama ett mit jos nyt sek",
    "bir bu icin ile gibi daha olan olarak veya ama her sonra kadar cok ise var yok degil ben sen biz",
    "yang dan dari untuk dengan ini itu tidak akan pada adalah dalam ada atau juga bisa dapat oleh saat kami anda karena sudah lebih seperti",
    "este sau pentru din care sunt mai dar cum fost prin fie nici acest aceasta unui sub pana sia kwa katika cha wala hii hiyo lakini kama sasa",
    "khi cho cua mot nhung trong khong duoc cac voi ang mga ako ikaw hindi para lang rin",
  ].flatMap((words) => words.split(" ")),
);
