"""Patterns of questions by what they ask for, in English and Russian."""

import re
from typing import Final

_OBSERVED: Final = (
    r"(?:alerts?|errors?|warnings?|exceptions?|anomal\w+|pods?|nodes?|jobs?|runs?|models?|deployments?|dags?"
    r"|pipelines?|services?|logs?|events?|metrics?|replicas?|requests?|containers?)"
)
_OBSERVED_RU: Final = (
    r"(?:алерт|ошиб|предупрежд|исключен|аномал|под(?:ы|а|ом|у|ов)?\b|узел|узл|нод|джоб|запуск|модел|депло|даг|пайплайн"
    r"|сервис|лог|событи|метрик|реплик|запрос|контейнер)"
)
HAPPENED: Final = re.compile(
    rf"\bwhat (?:just |has |have |had )?happened\b|\bwhat(?:'s| is) going on\b|\bwhen did\b"
    rf"|^\W*(?:which|what) (?:[\w-]+ ){{0,3}}{_OBSERVED}\b"
    r"|^\W*(?:is|are|was|were|did|has|have)\b.*\b(?:unusual|abnormal|firing|fail(?:ed|ing)?|crash\w*|restart(?:ed|ing)?"
    r"|healthy|pending|killed|evicted|running)\b"
    rf"|^\W*(?:is|are|was|were) there (?:[\w-]+ ){{0,2}}{_OBSERVED}\b"
    rf"|^\W*(?:show|list)(?: me)? (?:[\w-]+ ){{0,3}}{_OBSERVED}\b"
    rf"|\b(?:state|status) of\b|\bwhat was (?:unusual|wrong)\b"
    r"|\bчто (?:только что |тут |там )?(?:случилось|произошло|происходит)\b"
    r"|^\W*что (?:было )?с\b|^\W*что было\b"
    rf"|^\W*как(?:ой|ая|ое|ие|ую) (?:\S+ ){{0,3}}{_OBSERVED_RU}"
    rf"|^\W*был[аои]? ли\b|необычн|аномал|(?:упал|завершил|сработал|перезапустил|перезапускал|гор)\S* ли\b"
    rf"|^\W*покаж\S+ (?:\S+ ){{0,3}}{_OBSERVED_RU}",
    re.IGNORECASE,
)
# How often something went wrong was observed; how many there can or should be is taught.
COUNT: Final = re.compile(
    r"^\W*(?:how (?:many|often)|(?:what is the |the )?(?:count|number) of|сколько|как часто)\b", re.IGNORECASE
)
COUNTED: Final = re.compile(
    r"\b(?:errors?|warnings?|exceptions?|alerts?|events?|failures?|timeouts?|restarts?|crashes|evictions?|times"
    r"|requests?|(?:log )?lines?|[45]xx|[45]\d\d|fail(?:ed|s)?|restarted|crashed|fired)\b"
    r"|ошиб|предупрежд|исключен|алерт|событи|сбо[йеёя]|отказ|таймаут|рестарт|перезапус|паден|пада|упал|запрос|строк"
    r"|\bраз\b",
    re.IGNORECASE,
)
ALLOWED: Final = re.compile(
    r"\b(?:can|could|should|must|may|need|allowed|max(?:imum)?|min(?:imum)?|at most|at least|by default"
    r"|supports?)\b"
    r"|долж|нужн|надо|можно|мо(?:жет|гут)\b|следует|максим|миним|по умолчанию|допуст",
    re.IGNORECASE,
)
TAUGHT: Final = re.compile(
    r"^\W*(?:(?:please|hi|hello|hey|tell me|explain|show me)\W+)*"
    r"(?:how (?:do|can|should|could|would) (?:i|we|you|one)\b|how to\b"
    r"|where (?:do|can) (?:i|we) (?:find|see|get|set)\b"
    r"|what does (?:.+) (?:mean|do)\b|what(?:'s| is) the (?:difference|meaning|purpose|best way|right way)\b"
    r"|(?:the )?(?:steps?|procedure|guide|instructions?|best practices?|runbook) (?:to|for|of)\b"
    r"|explain\b|best practices?\b"
    r"|(?:give me|write)(?: me)? an? (?:[\w-]+ ){0,3}(?:manifest|example|template|config\w*)\b)"
    r"|^\W*(?:(?:пожалуйста|подскажи(?:те)?|скажи(?:те)?|расскажи(?:те)?)\W+)*"
    r"(?:как (?:мне |нам |можно |правильно |быстро |лучше )*[а-яё-]+(?:ть|ти|чь)(?:ся)?\b"
    r"|что (?:значит|означает)\b"
    r"|где (?:лежит|лежат|найти|взять|посмотреть|находится)\b|чем отлича|в чём разница|в чем разница"
    r"|(?:пошагов\S+ )?инструкци|порядок действий|шаги\b|объясни|лучшие практик)",
    re.IGNORECASE,
)
# Whoever wants to know why, or what to do, needs the page as well as what was seen.
ADVICE: Final = re.compile(
    r"\bwhy\b|\bhow\b|\bwhat (?:do|should|can|must|to do|now|next)\b|\bshould (?:i|we)\b"
    r"|\bmean\b|\bfix\b|\bcauses?\b|\breason\b"
    r"|почему|отчего|из-за чего|зачем|причин|\bкак\b|что (?:мне |нам |с этим |теперь )?(?:делать|предпринять)"
    r"|исправ|почин|устран|означа|значит",
    re.IGNORECASE,
)
PRESENT: Final = re.compile(
    r"\b(?:now|currently|today|tonight|just|recently|still|firing|fired|since|again)\b"
    r"|сейчас|сегодня|только что|недавно|до сих пор|\bгорит\b|\bгорят\b|сработал|снова|опять",
    re.IGNORECASE,
)
LIVE_NAME: Final = re.compile(
    r"\b[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[a-f0-9]{6,10}-[a-z0-9]{5}\b"  # a pod of a deployment
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"  # a request, run or trace
    r"|\b[0-9a-f]{16,64}\b"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"  # an address
    r"|\b[a-z]+(?:_[a-z0-9]+){2,}\b"  # a metric
    r"|\b[a-z][a-z0-9]*(?:-[a-z0-9]+)*-\d+\b",  # a pod of a stateful set, a node
)
