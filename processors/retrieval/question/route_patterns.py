"""Patterns that tell which side has something to say to a question, in English and Russian."""

import re
from typing import Final

# Words that only begin such a question.
ASKING: Final = re.compile(
    r"^\W*(?:(?:and|so|а|и|ну)\W+)?"
    r"(?:how(?:['’]?s| (?:many|much|often|is|are|was|were|does|do|did|has|high|full|slow|big|long))\b"
    r"|как(?: там| дела| часто)?\b)",
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
    r"(?:(?:как|каким образом) (?:мне |нам |можно |правильно |быстро |лучше )*[а-яё-]+(?:ть|ти|чь)(?:ся)?\b"
    r"|что (?:значит|означает)\b"
    r"|где (?:лежит|лежат|найти|взять|посмотреть|находится)\b|чем отлича|в чём разница|в чем разница"
    r"|(?:пошагов\S+ )?инструкци|порядок действий|шаги\b|объясни|лучшие практик)",
    re.IGNORECASE,
)
# Whoever wants to know why, or what to do, needs the page as well as what was seen.
ADVICE: Final = re.compile(
    r"\bwhy\b|\bhow\b|\bwhat (?:do|should|can|must|to do|now|next)\b|\bshould (?:i|we)\b|\b(?:i|we) should\b"
    r"|\bmean\b|\bfix\b|\bcauses?\b|\breason\b"
    r"|почему|отчего|из-за чего|зачем|причин|\bкак\b|что (?:мне |нам |с этим |теперь )?(?:делать"
    r"|предпринять)"
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
