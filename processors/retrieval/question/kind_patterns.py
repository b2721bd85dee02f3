"""Patterns of the kinds of questions, in English and Russian.

They read what `chat_style.read_plainly` returns: small letters, no ё, contractions spelt out.
"""

import re
from typing import Final

from processors.retrieval.question.kind import Kind

_OBSERVED: Final = (
    r"(?:alerts?|alarms?|errors?|warnings?|exceptions?|anomal\w+|pods?|nodes?|jobs?|runs?|deployments?"
    r"|dags?|containers?"
    r"|replicas?|services?|logs?|log lines?|events?|metrics?|restarts?|evictions?|crashes|failures?"
    r"|timeouts?|stack ?traces?"
    r"|incidents?|problems?|pipelines?|tasks?|models?|experiments?|requests?|namespaces?|apps?|workloads?"
    r"|trainings?)"
)
_OBSERVED_RU: Final = (
    r"(?:алерт|алярм|ошиб|предупрежд|варнинг|исключен|эксепш|аномал|под(?:ы|а|ом|у|ов|ами|ах)?\b|узел|узл"
    r"|нод|джоб|запуск"
    r"|прогон|модел|депло|даг|пайплайн|сервис|лог|событи|ивент|метрик|реплик|запрос|контейнер|рестарт"
    r"|перезапус|паден|сбо[йияе]"
    r"|инцидент|проблем|таск|задач|эксперимент|неймспейс|таймаут|трейс)"
)
_METRIC: Final = (
    r"(?:memory|mem|ram|cpus?|processor|disks?|storage|disk space|space|heap|gpu|latenc(?:y|ies)"
    r"|response times?|throughput"
    r"|(?:consumer )?lag|error (?:rate|ratio)|(?:request|hit|cache hit|failure|success) (?:rate|ratio)|rps"
    r"|qps|tps"
    r"|requests? per second|p50|p9[059]|p99|percentile|load|usage|utili[sz]ation|consumption|traffic"
    r"|bandwidth"
    r"|queue (?:length|depth|size)|backlog|connections?|iops|temperature|swap|inodes|uptime|saturation)"
)
_METRIC_RU: Final = (
    r"(?:памят|оператив|озу|цпу|cpu|ram|gpu|проц(?:а|ы|ев|ессора?)?\b|диск|места\b|свободного места|трафик"
    r"|rps|qps|загруз"
    r"|нагруз|задержк|латентн|потреблени|утилизац|отставани|лаг(?:а|у|ом)?\b|пропускн|время (?:ответа"
    r"|отклика)|соединени"
    r"|подключени|очеред|заполнен|аптайм|частот|хит ?рейт|температур|p9[059])"
)
_STATE: Final = (
    r"(?:ok|okay|fine|good|healthy|unhealthy|up|down|alive|dead|running|ready|working|stable|unstable|slow"
    r"|broken|stuck"
    r"|crash\w*|failing|restarting|reachable|available|unavailable|responding|responsive|pending|degraded"
    r"|overloaded"
    r"|red|yellow|green|fail(?:ed)?|killed|evicted|lagging|behind|in trouble|affected|back|recovered|fixed"
    r"|resolved|dying"
    r"|flapping|throttled|saturated|full|hanging|frozen|online|offline|serving|in good shape"
    r"|having (?:problems|issues))"
)
_TROUBLED: Final = (
    r"(?:unhealthy|down|dead|running|unstable|slow|broken|stuck|crash\w*|failing|restarting|unreachable"
    r"|unavailable|pending"
    r"|degraded|overloaded|fail(?:ed)?|killed|lagging|in trouble|affected|recovered|fixed|resolved|dying"
    r"|flapping|throttled"
    r"|saturated|hanging|frozen|offline)"
)
_BAD: Final = (
    r"(?:broken|wrong|down|failing|failed|unusual|abnormal|weird|strange|odd|on fire|burning|dead"
    r"|unhealthy|not working|off|bad"
    r"|degraded|affected|crash\w*|happening|going on|up|not ok|out of order|red|suspicious|anomalous|dying"
    r"|not right|amiss)"
)
_THINGS: Final = (
    r"(?:what|anything|something|everything|nothing|all|stuff|things?|shit|any of it|which (?:things?|part))"
)
_BAD_RU: Final = (
    r"(?:сломал|сломан|упал|упад|пада|не так|случил|произош|происход|не работ|лежит|лежат|горит|творит"
    r"|стрясл|отвалил|накрыл"
    r"|сдох|умер|навернул|не в порядке|полома|краш|барахл|рухнул|легло|плохо|пошло не|поломан|необычн"
    r"|странн|аномал|глючит|деграда"
    r"|болит|подозрительн)"
)
_ALL_RU: Final = r"(?:все|что-нибудь|что-то|что-либо|ничего|чего-то)"


def _compile(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_HELLO: Final = (
    r"hi|hello|hey|yo|good (?:morning|evening|day|afternoon|night|job)|thanks(?: a lot| so much| again)?"
    r"|thank you(?: very much"
    r"| so much)?|ok(?:ay)?|great|nice|cool|awesome|perfect|bye|goodbye|see you|yes|no|sure|got it|sup"
    r"|test|ping|well done|there|all"
    r"|привет\w*|здравствуй(?:те)?|добр\w+ (?:день|вечер|утро)|спасибо(?: большое)?|благодарю|пока"
    r"|до свидания|ок|окей|да|нет"
    r"|отлично|супер|класс|понятно|понял\w*|ясно|тест|хорошо|круто"
)
CHAT: Final = _compile(
    rf"^(?:(?:{_HELLO})(?:[\s,.!?)(:]+|$))+$",
    r"^(?:(?:hi|hello|hey|привет)\W+)?(?:how are you(?: doing)?(?: today)?|how do you do|who (?:are"
    r"|made) you|what are you|what is your name|what (?:can|do) you "
    r"(?:do|know|help with|offer)(?: for me)?|what (?:can|could|should|may) i ask(?: you)?(?: about)?"
    r"|how (?:can|do) (?:you help|i use (?:you|this))(?: me)?"
    r"|what (?:kind|sort) of (?:questions|things) .*|help(?: me)?|are you (?:there|a bot|an? ai|human|real"
    r"|alive|a robot|chatgpt|gpt)"
    r"|how do you work|what is this(?: thing| bot)?|tell me a joke|what else can you do|commands?"
    r"|what are your (?:capabilities|features|skills)"
    r"|как дела|как (?:ты|жизнь|настроение)|(?:ты )?кто ты(?: такой| такая)?|кто тебя (?:сделал|создал)"
    r"|что (?:ты )?(?:такое )?(?:умеешь|можешь|знаешь)(?: делать)?"
    r"|(?:что|чем) (?:ты )?(?:можешь|умеешь)(?: мне)?(?: помочь| помогать| делать)?|помощь|помоги(?:те)?"
    r"|хелп|о чем (?:можно |тебя можно )*(?:спросить|спрашивать)(?: тебя)?"
    r"|что (?:можно|мне) (?:у тебя )?(?:тебя )?спросить|ты (?:тут|здесь|бот|робот|человек|живой|кто)"
    r"|как (?:тебя зовут|ты работаешь|тобой пользоваться|этим пользоваться)"
    r"|расскажи (?:о себе|анекдот)|какие (?:вопросы|команды) .*)\W*$",
)
_ARTEFACT: Final = (
    r"(?:manifests?|yamls?|quer(?:y|ies)|promql|sql|scripts?|dockerfiles?|helm(?:file| chart| values)?"
    r"|charts?|configs?|configuration"
    r"|config ?maps?|regex\w*|dashboards?|polic(?:y|ies)|commands?|one-liners?|templates?|e-?mails?"
    r"|post-?mortems?|runbooks?|cron ?jobs?"
    r"|deployments?|playbooks?|terraform|bash|python|code|program|function|report|message|rules?|alerts?"
    r"|ingress|examples?|poem|dag|unit tests?)"
)
_ARTEFACT_RU: Final = (
    r"(?:манифест|ямл|yaml|запрос|promql|sql|скрипт|dockerfile|докерфайл|чарт|конфиг|регуляр|дашборд"
    r"|политик|команд|шаблон|письм"
    r"|постмортем|ранбук|плейбук|код|программ|функци|отчет|сообщени|правил|алерт|пример|стих|деплоймент"
    r"|депло|джоб|крон|даг|ингресс)"
)
WRITE: Final = _compile(
    rf"\b(?:write|generate|compose|draft|create|make|produce|craft|build|code)(?: me| us| up)? (?:an? "
    rf"|the |some |my |our )(?:[\w.-]+ ){{0,4}}?{_ARTEFACT}\b",
    rf"^(?:write|generate|compose|draft|craft)\b.*\b{_ARTEFACT}\b|^(?:write|generate|compose|draft"
    rf"|translate|rewrite|summari[sz]e|paraphrase)\b",
    r"\b(?:give|show|send) (?:me |us )?(?:an? |the |some )(?:[\w.-]+ ){0,3}?(?:manifests?|yaml|promql"
    r"|sql|script|dockerfile|one-liner|template|example|sample|quer(?:y|ies)|regex\w*|config\w*)\b",
    rf"\b(?:напиши|напишите|сгенерируй\w*|составь|составьте|придумай|накидай|набросай|сочини|переведи"
    rf"|перепиши|сделай|создай|нарисуй)(?:те)?\b.*{_ARTEFACT_RU}",
    r"^(?:напиши|сгенерируй|составь|переведи|сочини|перепиши|накидай|набросай)(?:те)?\b",
    r"^дай(?:те)?\b (?:\S+ ){0,3}(?:пример|шаблон|манифест|yaml|ямл|promql|скрипт|конфиг|запрос)",
)
MEANING: Final = _compile(
    r"\bwhat do(?:es)? .+ (?:mean|stand for|indicate)\b|\bwhat is (?:meant|the (?:meaning|difference"
    r"|purpose|definition|point|role))\b",
    r"\b(?:meaning|definition) of\b|\bdifference between\b|^explain (?!why\b|(?:\S+ ){1,2}step\b)"
    r"|^define\b|^what is an? |^what (?:is|are) .+ (?:for|used for)\W*$",
    r"\bчто (?:это )?(?:значит|означа\w+|такое)\b|\bчто .+ (?:значит|означает)\W*$|\bчем отлича"
    r"|в чем (?:разница|отличие|смысл)|^объясни(?:те)?(?! почему)\b"
    r"|\bзачем (?:нуж|он|ну|сущ)|\bдля чего\b|\bрасшифр|^что за (?:алерт|ошибка|метрика|штука|зверь)",
)
_MEANING_WEAK: Final = _compile(
    r"^what (?:is|are) (?!it\b|this\b|that\b|there\b)",
    r"^describe\b|^tell me about\b|^about\b",
    r"^что за\b|^расскажи про\b",
)
PROCEDURE: Final = _compile(
    r"\bhow (?:do|can|should|could|would|must|might) (?:i|we|you|one|someone)\b|\bhow to\b|\bwhat (?:do"
    r"|should|can|must|could) (?:i|we|you|one)\b(?! (?:know\b|worry|look at\b))|\bwhat to do\b"
    r"|\bwhat (?:must|should|has to|needs to|can) be done\b|\bwhat (?:now|next)\b(?=\W*$)|\bnow what\b"
    r"|\bnext steps?\b",
    r"^(?:the )?(?:steps?|procedure|guide|instructions?|best practices?|runbook|playbook|checklist) (?:to"
    r"|for|of|when|if)\b|\bbest (?:practices?|way)\b|\bstep by step\b|\bwhat are the steps\b"
    r"|\bexplain (?:\S+ ){1,2}step\b"
    r"|\bwhere (?:do|should|can) (?:i|we) (?:start|begin|find|see|get|set|look|put|read)\b|\b(?:is there"
    r"|got|do we have|show me|have) (?:a |an |the |any )?(?:runbook|playbook|guide|procedure"
    r"|doc)\w* (?:for|to|on|about)\b"
    r"|\bhow (?:is|are) .+ (?:fixed|done|rotated|restored|configured|set up|made)\W*$",
    r"\bчто (?:мне |нам |теперь |тут |с этим |с ним |с ней |же |надо |нужно |тогда |)*(?:делать"
    r"|предпринять|сделать|предпринимать)\b|\bс чего (?:мне |нам )?начать\b|\bпошагов|\bинструкци"
    r"|\bпорядок действий"
    r"|^(?:шаги|ранбук|плейбук)\b|\b(?:есть|нет|дай|покажи|где)(?: ли)? (?:\S+ )?(?:ранбук|плейбук"
    r"|инструкци|гайд|runbook)|\bлучшие практик",
    r"\bкак (?:же |бы |мне |нам |можно |правильно |быстро |лучше |это |его |ее |их |теперь |безопасно "
    r"|самому |снова |)*(?!пусть|быть\b)[а-я-]+(?:ть|ти|чь)(?:ся)?\b|\bгде (?:лежит|лежат|найти|взять"
    r"|посмотреть|находится|искать)\b"
    r"|\bкак (?:\S+ ){1,3}(?:починить|исправить|восстановить|перезапустить|откатить|настроить|проверить"
    r"|посмотреть|удалить|добавить|обновить)\b|\bкуда (?:смотреть|бежать|копать)\b",
)
HAPPENED: Final = _compile(r"\bhappen|случилось|произошло")
_VERSION: Final = r"(?:index |rag |cag |knowledge |knowledge base |documents? |docs )?versions?"
PLATFORM: Final = _compile(
    rf"\b(?:live|serving|active|refused|rejected|candidate|promoted|rolled back) {_VERSION}\b|\b(?:which"
    rf"|what|last|latest|newest|current|previous) {_VERSION}\b(?! of (?!the (?:index|knowledge)|runlore"
    rf"|rag\b|cag\b))(?:.*\b(?:live|serv\w+|active|refus\w+|reject\w+|in use|promot\w+|fail\w*|knowledge"
    rf"|index)\b|\W*$)",
    rf"\b{_VERSION} (?:\S+ ){{0,3}}(?:refused|rejected|promoted|live|not go live|blocked by the gate)\b"
    rf"|\b(?:index|knowledge base|rag|cag|runlore|search) (?:version|quality|status|fresh\w*|age|health"
    rf"|state)\b",
    r"\b(?:refus|reject)\w* (?:\S+ ){0,4}versions?\b|\bhow (?:fresh|old|up to date|current|recent|stale"
    r"|good|accurate|reliable) (?:is|are) (?:the |your |our |its )?(?:live |search )?(?:index|answers?"
    r"|knowledge|data|docs?|documents?|runbooks?|version|search|retrieval|results)\b",
    r"\b(?:gate|quality gate)\b.*\b(?:refus|reject|pass|fail|block|stop|accept|promot|let)\w*|\b(?:refus"
    r"|reject|block|stop)\w* by the (?:quality )?gate\b|\b(?:recall|mrr|ndcg|quality"
    r"|precision)(?:@\d+)? (?:of|for|in) (?:the |our |your )?(?:live|index|version|current|rag|cag|search"
    r"|knowledge|retrieval|answers|last)\b",
    r"\b(?:status|state|health|version|quality) of (?:the )?(?:runlore|platform|index|knowledge(?: base)?"
    r"|rag|cag|assistant)\b|\b(?:is|are|was|were|how is) (?:runlore|your (?:index|knowledge|data)"
    r"|the (?:index|knowledge base|platform itself|assistant))\b.*\b(?:ok|healthy|fresh|up to date|current"
    r"|stale|old|doing|live|updated)\b",
    r"\bwhen (?:were|was|did|have) (?:you|your \w+|the (?:index|knowledge(?: base)?|documents|docs"
    r"|runbooks)) (?:\S+ ){0,2}(?:updated|indexed|refreshed|synced|built|rebuilt|reindexed|learn|learned"
    r"|swapped)\b|\b(?:which|what|how many) (?:documents?|docs|sources|chunks|pages|runbooks|repositories"
    r"|repos) (?:do you (?:have|know|read|use)|are (?:in (?:the|your) (?:index|knowledge)|indexed|loaded"
    r"|known))\b",
    r"\b(?:version|index|gate|swap|build)\b.*\bwent live\b|\bwhen was the last (?:swap|rollback|promotion"
    r"|build|reindex\w*)\b|\bcanar(?:y|ies) (?:fail|pass|ok)",
)
PLATFORM_RU: Final = _compile(
    r"\bкак(?:ая|ую|ие) (?:\S+ ){0,3}верси[яюи]\b.*(?:сейчас|в работе|жив|актив|боев|live|в проде|индекс"
    r"|баз|знани|отклон|отказ|отдает|обслужив|последн|прош)|\b(?:текущ|жив|актив|боев|рабоч|отклоненн"
    r"|последн)\w* верси\w+(?: (?:индекс|баз|знани|документ|rag|cag)\w*)?\W*$|\b(?:текущ|жив|актив|боев"
    r"|рабоч)\w* верси",
    r"\bверси\w+ (?:\S+ ){0,4}(?:отклон|не прош|отказ|не пуст|забрак|зарубил|не приня|откатил)|(?:отклон"
    r"|не пуст|забрак|зарубил|не приня|отверг)\w* (?:\S+ ){0,4}верси",
    r"(?:насколько|как) (?:свеж|актуальн|стар|устаре)|\bсвежесть (?:индекс|данн|ответ)"
    r"|\bкачеств\w* (?:\S+ )?(?:индекс|поиск|верси|ответ|баз|ретрив)|когда (?:\S+ ){0,3}(?:обновлял"
    r"|индексир|переиндекс|обновил)\w* (?:\S+ )?(?:индекс|база|базу|документ|знани|ранбук)"
    r"|\bгейт\w* (?:\S+ ){0,3}(?:отклон|пропус|прош|не пуст|отверг|сказал)",
    r"(?:статус|состояние|версия|здоровье) (?:индекса|платформы|базы знаний|runlore|ассистента|поиска)"
    r"|(?:какие|сколько) (?:\S+ )?(?:документ|источник|страниц|чанк|ранбук)\w* (?:\S+ ){0,2}(?:знаешь"
    r"|в индексе|в базе|проиндекс|загружен|читаешь)|когда (?:\S+ )?(?:был |была )?последн\w+ (?:свап"
    r"|откат верси|сборка индекс|переиндекс)",
)
BETTER: Final = _compile(
    r"\b(?:beats?|better than|outperform\w*|worse than)\b|\bлучше (?:\S+ )?(?:прод|production|боев|баз"
    r"|текущ)|\b(?:обогнал|превзош|бьет|побил)",
)
OF_RUNS: Final = _compile(
    r"\b(?:runs?|models?|experiments?|trainings?|trials?|checkpoints?)\b",
    r"\b(?:запуск|прогон|обучени|эксперимент|модел|ран[аы]?\b|чекпойнт)",
)
WHY: Final = _compile(
    r"\bwhy\b|\bhow come\b|\bcaus(?:e|es|ed|ing)\b|\breasons? (?:for|of|why|behind|is|was)\b"
    r"|\broot cause\b|\bwhat (?:made|makes|killed|took|is behind|was behind|is blocking|blocks|prevents"
    r"|is preventing|triggered|brought|broke (?!\W*$|in\b|on\b|at\b))\b"
    r"|\b(?:what|who) is to blame\b|\bwhose fault\b|\bbecause of what\b|\bwhat for\b"
    r"|\bwhat is the reason\b|^reasons?\W*$",
    r"\bпочему\b|\bотчего\b|\bиз-за (?:чего|кого)\b|\bв чем (?:же |тут |там |собственно )*(?:причина"
    r"|дело)\b|\bпричин\w*|\bчто (?:\S+ ){0,2}(?:вызвал|послужил|привел|уронил|сломало|положил|убило"
    r"|мешает)\w*|\bс чего (?:вдруг|бы|это)\b|\b(?:что|кто) (?:в этом )?виноват\w*|\bкакого (?:фига"
    r"|лешего)\b",
)
_CHANGE_VERB: Final = (
    r"(?:chang(?:ed?|es|ing)|deploy(?:ed|s|ing)?|roll(?:ed|ing)? out|releas(?:ed?|ing)|updat(?:ed?|ing)"
    r"|modif(?:y|ied)|upgrad(?:ed?|ing)|shipped|edited|touch(?:ed)?|scaled|tweaked|merged|pushed"
    r"|reconfigured|applied)"
)
_CHANGE_RU: Final = (
    r"(?:менял|менялось|измени|поменял|меняли|обнов[ил]|выкат|катил|катали|задепло|деплои|релиз|зарелиз"
    r"|раскат|правил[иа]?\b|трогал|накатил|применил|заменил|переключил|скейлил|мерж|апдейт)"
)
CHANGED: Final = _compile(
    rf"\bwhat (?:(?:has|have|had|was|were|is|got|else|just|all|exactly|recently|did|we|you|they|someone"
    rf"|somebody|anyone) )*{_CHANGE_VERB}\b|\bwhat (?:is|was) (?:new|different)\b|\bwhat (?:\w+ )?changes\b",
    r"(?:^(?:the|show|list|which|what|all)|\b(?:any|recent|latest|were there|are there"
    r"|the last)) (?:\w+ ){0,3}(?:changes?|rollouts?|releases?|commits?|config(?:uration)? changes?"
    r"|updates?)\b(?! (?:to do|policy|management))|\b(?:recent|latest|last|any new|new"
    r"|any) (?:\w+ )?(?:deploy(?:ment)?s?)\b|^(?:the )?(?:changes?|rollouts?|releases?|changelog"
    r"|diff)\b(?:\W*$| (?:in|of|to|on|since|for|today)\b)",
    rf"\bwho (?:\w+ )?(?:{_CHANGE_VERB}|broke|restarted|deleted|removed)\b|\bdid (?:any(?:thing|body|one)"
    rf"|some(?:thing|one|body)|we|you|they|it|the \w+|\w+) (?:\w+ )?(?:change|deploy|touch|release"
    rf"|roll ?out|update|edit|merge|push|get (?:deployed|changed|updated))\b",
    rf"^(?:has|have|was|were|did|is) (?:any(?:thing|one|body)|some(?:thing|one|body)|there"
    rf"|\S+) (?:\S+ ){{0,3}}?(?:been |get |got )?{_CHANGE_VERB}\b|^when (?:was|were"
    rf"|did) .*\b{_CHANGE_VERB}\b",
    rf"\bчто (?:\S+ ){{0,3}}?{_CHANGE_RU}|\bчто (?:тут |там |у нас )?нового\b"
    rf"|\bкакие (?:\S+ ){{0,2}}(?:изменения|релизы|деплои|выкатки|обновления|правки)\b|(?:последн\w+"
    rf"|недавн\w+|были|есть|покажи|список|свежие) (?:ли )?(?:\S+ )?(?:изменени|релиз|депло[йи]\b|выкатк"
    rf"|обновлени|раскатк|правк)",
    rf"\bкто (?:\S+ ){{0,2}}(?:{_CHANGE_RU}|сломал|удалил|перезапустил|рестартил|уронил)"
    rf"|^(?:\S+ )?(?:менял|изменил|обновлял|выкатывал|деплоил|катил)\S* ли\b|^измен(?:ения|илось)\b"
    rf"|^когда (?:\S+ ){{0,3}}?{_CHANGE_RU}|^(?:деплои|релизы|выкатки)\b",
)
COUNT: Final = _compile(
    r"^(?:and )?(?:how (?:many|often|frequently|much (?=errors|restarts|pods|alerts|times|warnings"
    r"|requests))|(?:what is |give me |show me )?(?:the )?(?:total )?(?:count|number|amount|total) of"
    r"|count)\b",
    r"^(?:сколько|скольки|как часто|(?:общее )?(?:число|количество|кол-во)|посчитай)\b",
)
COUNTED: Final = _compile(
    rf"(?<![\w.-]){_OBSERVED}(?![\w.-]*\w)|\b(?:times|lines?|[45]xx|[45]\d\d|fail(?:ed|s)?|restart(?:ed)?"
    rf"|crash(?:ed)?|fire[ds]?|down|oom\w*|killed|evicted|fell over)\b",
    rf"\b{_OBSERVED_RU}|отказ|пада|упал|строк|\bраз\b|\bоом|oom|[45]xx|[45]\d\d|лежит|сервер ",
)
ALLOWED: Final = re.compile(
    r"\b(?:can|could|should|must|may|need|have to|has to|allowed|max(?:imum)?|min(?:imum)?|at most"
    r"|at least|by default"
    r"|supports?|expect|cost|costs)\b"
    r"|долж|нужн|надо|можно|мо(?:жет|гут)\b|следует|максим|миним|по умолчанию|допуст|стоит\b|понадоб"
)
VALUE: Final = _compile(
    rf"^how (?:much|big|full|high|low|large|slow|fast|long|loaded|busy|far"
    rf"|hot)\b(?!.*\btakes?\b).*\b{_METRIC}\b|^how (?:much|full|high|loaded|busy|slow|hot|fast) (?:is|are"
    rf"|does|do)\b|^how (?:far behind|long is the queue|long do (?:requests|answers|responses) take)\b",
    rf"^what(?: is| are|) (?:the |its |their )?(?:(?:current|average|avg|mean|max|maximum|peak|usual"
    rf"|normal|typical|latest|total|present|median|95th|free|used|available|consumer|exact|kafka|\S+s"
    rf"|\S+'s|\S+-\S+|value of|level of) )*{_METRIC}\b",
    rf"^(?:(?:current|average|max|show|show me|the|give me|check) )*(?:\S+ )?{_METRIC}(?: (?:usage"
    rf"|utili[sz]ation|consumption|load|level))? (?:of|on|for|in|at) (?!this\b)\S+\W*$"
    rf"|^(?:\S+ )?{_METRIC} (?:usage|utili[sz]ation|consumption|level|now)\b\W*$|^(?:current )?{_METRIC}\?$",
    rf"^(?:is|are|was|were) (?:\S+ ){{0,4}}{_METRIC}\b.*\b(?:high|low|unusual|normal|ok|okay|abnormal|full"
    rf"|growing|rising|falling|spiking|elevated|usual|too|higher|lower|fine)\b|\b(?:which"
    rf"|what) (?:\S+ ){{0,2}}{_OBSERVED} (?:uses?|using|is using|eats?|eating|consum\w+|takes?|has"
    rf"|have) (?:up )?(?:the )?(?:most|least|more|highest|lowest|biggest|all)\b",
    rf"^сколько (?:\S+ ){{0,4}}?{_METRIC_RU}|^как(?:ой|ая|ое|ов|ова|ово|ие"
    rf"|ую) (?:\S+ ){{0,3}}?{_METRIC_RU}|^насколько\b|^(?:текущ\w+ |средн\w+ "
    rf"|пиков\w+ )*{_METRIC_RU}\S* (?:на|у|в|для|по) \S+\W*$|^что с (?:\S+ )?(?:памят|диск|cpu|цпу"
    rf"|процессор|нагрузк|латентн|задержк|лаг|местом)|необычн\S* (?:ли )?(?:\S+ )?{_METRIC_RU}"
    rf"|{_METRIC_RU}\S* (?:\S+ ){{0,3}}(?:в норме|нормальн\w+|высок\w+|необычн\w+|растет)(?: ли)?\W*$"
    rf"|^(?:кто|что) (?:\S+ ){{0,2}}(?:жрет|ест|потребляет|съел|занял)",
    r"^(?:what is |show |value of |how much is )+[a-z]+(?:_[a-z0-9]+){2,}(?: (?:now|of|on|for"
    r"|in) \S+)?\W*$|^[a-z]+(?:_[a-z0-9]+)+_(?:total|bytes|seconds|count|ratio|percent|usage|celsius)\W*$",
)
WRONG: Final = _compile(
    rf"\b{_THINGS} (?:(?:is|are|was|were|has|have|had|been|went|gone|got|just|else|all|ok or|currently"
    rf"|seems?|looks?|feels?|still|so|not|being|really|totally|there|now|that|it|going) )*{_BAD}\b"
    rf"|^{_THINGS} (?:just |all )?(?:broke|crashed|failed|happened|died|fell over|blew up)\b(?!\s+(?!in|on"
    rf"|at|now|here|again|with|to|and|there)\w)",
    rf"\b(?:is|are|was|were|does|do|has) (?:there )?(?:anything|something|everything|all|it all|things"
    rf"|nothing|any of)\b.*\b(?:{_BAD}|{_STATE}|work|normal|usual|in order|quiet|operational)\b|^(?:is "
    rf"|are )?(?:everything|all|things|all systems|the whole (?:cluster|system|thing|platform"
    rf"|stack))\b.*\b(?:{_BAD}|{_STATE}|normal|gone|work)\b|^(?:everything|all) (?:ok|good|fine|quiet"
    rf"|clear)\b",
    r"\b(?:any|are there|is there|were there|open|current|active|ongoing|list|show|which|what|known"
    r"|have)\b (?:\w+ ){0,3}(?:problems?|issues?|incidents?|outages?|troubles?|anomal\w+"
    r"|disruptions?)\b(?! (?:to|should))|^(?:what is|whats) the (?:problem|issue|trouble|matter|damage"
    r"|situation|incident)\b|^(?:\w+ )?(?:incidents?|problems?|issues|outages?|status|sitrep|troubles?"
    r"|situation|overview|summary|anomalies)\W*$|\bwhat (?:needs|requires) (?:my )?attention\b"
    r"|\bwhat should i (?:look at|worry about|know)\b|\bshould i (?:be )?worr",
    r"\bwhat (?:just |has |have |had |else |exactly )*happened\b|\bwhat went wrong\b|\bwhat (?:is"
    r"|was) (?:going|happening)\b|\bwhat is up\b|\bnothing works\b|\beverything (?:is )?(?:broke|crashed"
    r"|died|on fire)|\bhow (?:is|are) (?:it|things|everything|the (?:cluster|system|platform|stack|site)"
    r"|prod(?:uction)?|we) (?:going|doing|looking)?\W*$|^is (?:it|the (?:cluster|system|platform|stack"
    r"|site)|prod(?:uction)?|kubernetes) (?:still |all |completely )?(?:ok|okay|fine|healthy|up|down|alive"
    r"|broken|working|good|dead|on fire)\W*$|^how is the (?:cluster|system|platform|stack|site)\b",
    r"^(?:and )?when (?:did|has) (?:it|this|that|all this|the (?:incident|problem|trouble|outage"
    r"|issue)) (?:all )?(?:start|begin|begun|break|happen|go wrong|started)|\bsince when\b|^(?:how long"
    r"|since what time)\b.*\b(?:been|going on|down|broken|like this|lasting)\b",
    rf"\bчто (?!делать|с этим)(?:\S+ ){{0,4}}?{_BAD_RU}|\b{_ALL_RU} (?:ли )?(?:\S+ ){{0,3}}?(?:{_BAD_RU}"
    rf"|ок\b|хорошо|нормально|в порядке|работает|живо|живы|цел[оы]|пропало|тихо|спокойно|стабильно|зелен)"
    rf"|^(?:{_BAD_RU}\S*) (?:ли )?(?:что-|все\b)",
    r"(?:\bесть|\bбыли|\bкакие|\bимеются|\bнет|открыт\w+|текущ\w+|активн\w+"
    r"|покажи) (?:ли )?(?:\S+ ){0,2}(?:проблем|инцидент|авари|поломк|неполадк|аномал|косяк|беды)"
    r"|\bв чем (?:\S+ )?проблема\b|^(?:и )?когда (?:\S+ ){0,2}?(?:начал|случил|сломал|все упал|произош)"
    r"|^с какого (?:времени|момента)|^с каких пор|^давно (?:ли )?(?:\S+ )?(?:лежит|так|упал|сломал"
    r"|не работает)",
    r"^(?:\S+ )?(?:статус|обстановка|сводка|инциденты?|проблемы|ситуация|аномалии|что там|что тут)\W*$"
    r"|\bкакая (?:\S+ )?(?:обстановка|ситуация)|\bкак (?:у нас |там |обстоят )*(?:обстановка|дела в"
    r"|дела на|дела с прод|там прод|прод\b|кластер\b)|\bничего не работает|^что (?:там "
    r"|тут )?у нас(?: (?:там|тут|сейчас))?\W*$|\bпожар\b|\bна что (?:обратить внимание|смотреть)",
)
HEALTH: Final = _compile(
    rf"^(?:is|are|was|were)(?: not)? (?!it (?:ok|normal|bad|safe|possible|fine|good) (?:to|that|if|for"
    rf"|when)\b)(?!there\b).*?\b(?:{_STATE}|firing|normal|unusual|abnormal|started|finished|done|completed"
    rf"|succeed\w*|scheduled|deployed)\b",
    r"^do(?:es)? \S+(?: \S+){0,2} (?:work|respond|answer|have (?:problems|errors|issues))\b|^(?:did|has"
    r"|have|had)(?: not)? (?!i\b|we\b|you\b|an?\b)(?:\S+ ){1,4}?(?:fail(?:ed)?|crash(?:ed)?|restart(?:ed)?"
    r"|recover(?:ed)?|come back|work|run|finish(?:ed)?|succeed(?:ed)?|die[d]?|go down|gone down|respond"
    r"|start(?:ed)?|complete[d]?|answer|log|have (?:problems|errors|issues)|problems|trouble|errors)\b",
    rf"^how (?:is|are|does|was) (?:the |our )?\S+(?: \S+){{0,3}}\W*$|\b(?:status|state|health"
    rf"|condition) (?:of|for)\b|^(?:\S+ ){{1,3}}(?:status|health|state|health ?check)\W*$|^(?:check|status"
    rf"|health|ping)(?: on)? \S+(?: \S+)?\W*$|^(?!who\b|what\b|which\b|why\b|how\b|where\b|when\b|can\b"
    rf"|should\b)(?:\S+ ){{1,4}}(?:still |all |not )?(?:{_STATE}|dead|work\w*)(?: now| again| or what"
    rf"| or not| or (?:down|dead))?\?",
    r"^(?:what about|how about) (?:the )?(?:health|state|status)\b|^(?:health|status)[: ]|^can (?:anyone"
    r"|someone|i|we) reach\b",
    r"^что (?:\S+ ){0,2}?(?:с|со|у) (?!этим|тобой|чего|каких)\S+|\bкак (?:там |дела |поживает "
    r"|себя чувствует |чувствует себя |работает |ведет себя )+(?:у |с |со )?\S+|^(?:статус|состояние"
    r"|здоровье|проверь) \S+|\bв каком (?:\S+ )?состоянии\b|^как (?:сервис|под|нода|кластер|узел"
    r"|деплоймент)\b|^как(?:ой|ово|ое) (?:статус|состояние|здоровье)",
    r"(?:жив|живой|живая|живы|работа\w+|здоров\w*|доступ\w+|готов\w*|лежит|лежат|упал\w*|падал\w*"
    r"|отвеча\w+|в порядке|нормально|стабил\w+|поднял\w*|запущен\w*|перезапустил\w*|перезапускал\w*"
    r"|завершил\w*|сработал\w*|гор[ия]т|тормоз\w+|вис\w+|сломал\w*|восстановил\w*|отработал\w*|прошел"
    r"|прошла|пада\w+|болеет|ок) ли\b|\bли (?:\S+ ){0,4}(?:жив|работа|здоров|доступ|готов|лежит|упал"
    r"|отвеча|в порядке|нормальн|сломал|поднял)",
    r"^(?!что|как|где|почему|кто|когда|сколько|зачем)(?:\S+ ){1,4}?(?:жив\w*|работа\w+|норм\w*|в порядке"
    r"|упал\w*|лежит|лежат|ок|здоров\w*|сдох\w*|готов\w*|доступ\w+|стоит|отвечает|пашет|поднялся|умер\w*"
    r"|тормозит|висит|сломал\w*|запущен\w*|завис\w*|слег\w*)(?: (?:или нет|что ли|сейчас|опять|снова"
    r"|вообще))*\?|^(?:жив|живой|работает|лежит|упал|сломался|умер|сдох) (?:там |сейчас "
    r"|еще )?\S+(?: \S+)?\?|^(?:он|она|они|оно) (?:\S+ )?(?:жив|работа|подн|лежит|упал)",
)
LIST: Final = _compile(
    rf"^(?:which|what) (?!do(?:es)?\b)(?:[\w./'-]+ ){{0,3}}{_OBSERVED}\b|^(?:show(?: me| us)?|list(?: me)?"
    rf"|give (?:me|us)|display|print|fetch|dump|see) (?:[\w./'-]+ ){{0,4}}{_OBSERVED}\b|^(?:any|are there"
    rf"|is there|were there|was there|have there been|has there been|do we have|did we have|got any"
    rf"|do we see)\b (?:[\w./'-]+ ){{0,3}}{_OBSERVED}\b",
    rf"^(?:(?:the|recent|latest|last|firing|failed|open|all|new|active|current|critical|my|top|pending"
    rf"|crashing|failing|restarted|error|warning|log) )*{_OBSERVED}(?: (?:firing|now|list)| (?:in|of|from"
    rf"|on|for|at) \S+(?: \S+)?)?\??$",
    rf"^(?:which|what) (?:\S+ ){{1,4}}?(?:is|are|was|were|got|has|have|had|did|do|does) (?:(?:not|still"
    rf"|been|just|being|\S+ing) )*(?:{_TROUBLED}|restarted|stopped|firing|not (?:ready|running|healthy)"
    rf"|deleted|removed|log\w*|down|oom\w*)\b|^(?:what|who) (?:\w+ )?(?:is |are |was |were |has |got "
    rf"|just )*(?:firing|pending|restart(?:ed|ing)|running|stopped|evicted|oom\w*|paging|alerting"
    rf"|scheduled|logged|flapping)\b|^when (?:did|was|were|has) ",
    rf"^как(?:ие|ой|ая|ое|ую|их) (?:\S+ ){{0,4}}?{_OBSERVED_RU}|^(?:покажи|выведи|дай|список|перечисли"
    rf"|скинь|найди|достань|глянь)(?:те)?\b (?:\S+ ){{0,4}}?{_OBSERVED_RU}|^(?:есть|были|бывали|нет"
    rf"|имеются|был|была|было)(?: ли)? (?:\S+ ){{0,3}}?{_OBSERVED_RU}|^у (?:кого|каких|какого)\b",
    rf"^(?:(?:последн\w+|свеж\w+|нов\w+|горящ\w+|все|активн\w+|упавш\w+|неудачн\w+"
    rf"|критич\w+) )*{_OBSERVED_RU}\S*(?: (?:в|у|из|на|от|по|за|с|со|для) .*)?\??$|^(?:кто"
    rf"|что) (?:\S+ ){{0,2}}?(?:перезапус|рестарт|упал|падал|падает|не готов|перезагру|горит|сработал"
    rf"|завис|висит|завершил|стартовал|запущен|алертит|пейджит)|^когда (?:\S+ ){{0,4}}?(?:упал|перезапус"
    rf"|падал|рестарт|завершил|отработал|стартовал|запуст|сработал|перезагру)",
)
SYMPTOM_RU: Final = re.compile(r"^(?:все|всё)\b")
QUESTION: Final = _compile(
    r"\?\s*$|^(?:what|which|when|where|who|whose|is|are|was|were|does|do|did|has|have|can|could|should"
    r"|will|would|explain"
    r"|how (?:many|much|long|often|is|are|was|does|do))\b",
    r"^(?:что|чем|как(?:ой|ая|ое|ие|ого|ую)|сколько|где|когда|кто|зачем|можно|объясни|расскажи|куда"
    r"|откуда)\b|\bли\b",
)
ACTION: Final = _compile(
    r"\b(?:fix|recover|resolve|repair|restore|roll back|rollback|rotate|restart|reindex|mitigate)\b"
    r"|починить|восстановить|исправить|перезапустить|откатить"
)

RULES: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("wrong", WRONG),
    ("health", HEALTH),
    ("list", LIST),
    ("meaning", _MEANING_WEAK),
)
"""Those that nothing else is needed for, in this order, after all others."""
