"""Where the name of a place stands: beside a word for its kind, behind a preposition, before a verb."""

import re
from typing import Final

from processors.retrieval.question.place_names import LABEL
from processors.retrieval.question.scope import PlaceKind

_WORDS: Final[dict[PlaceKind, str]] = {
    "service": r"(?:micro)?services?|svc|apps?|applications?|(?:микро)?сервис\w*|приложени\w+",
    "pod": r"pods?|po|под(?:а|у|ом|е|ы|ов|ам|ами|ах)?",
    "node": r"nodes?|hosts?|machines?|vms?|нод(?:а|ы|у|е|ой|ам|ах|ами)?|узел|узл\w+|хост\w*|машин\w+"
    r"|воркер\w*",
    "deployment": r"deployments?|deploy|statefulsets?|sts|daemonsets?|депло\w*|стейтфулсет\w*|демонсет\w*",
    "run": r"(?:training )?runs?|запуск\w*|прогон\w*|ран(?:а|у|е|ом)?",
    "model": r"models?|модел\w+",
    "cluster": r"clusters?|кластер\w*",
    "dag": r"dags?|pipelines?|даг\w*|пайплайн\w*",
    "job": r"(?:cron)?jobs?|(?:крон-?)?джоб\w*",
}
_OF_KIND: Final = "|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items())
_NAMED: Final = rf"(?P<open>[\"'`«“]?)(?P<name>{LABEL})(?P<shut>[\"'`»”]?)(?![\w-]|['’]t\b)"
_BOUND: Final = r"(?<![\w/.:-])"
_BEFORE_NAME: Final = (
    r"(?P<lead>\b(?:in|on|of|for|with|to|from|about|at|inside|is|was|did|does|has|best|worst|latest|лучш\w+|худш\w+|в|на|у|с|со|из|для|про|к"
    r"|по)\s+(?:the\s+)?|'s\s+the\s+)?"
)


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


KIND_THEN_NAME: Final = _compile(
    rf"{_BEFORE_NAME}{_BOUND}(?:{_OF_KIND})(?:\s*[:=]\s*|\s+(?:named|called|с\s+именем|под\s+названием"
    rf"|по\s+имени)\s+|\s+){_NAMED}"
)
NAME_THEN_KIND: Final = _compile(rf"{_BEFORE_NAME}{_BOUND}{_NAMED}\s+(?:{_OF_KIND})(?![\w-])")
KUBECTL: Final = _compile(
    rf"{_BOUND}(?:(?P<pod>po|pods?)|(?P<deployment>deploy(?:ments?)?(?:\.apps)?|sts|statefulsets?|ds"
    rf"|daemonsets?)|(?P<service>svc|services?)"
    rf"|(?P<node>no|nodes?)|(?P<job>(?:cron)?jobs?)|(?P<namespace>ns|namespaces?)|(?P<dag>dags?)"
    rf"|(?P<model>models?)|(?P<run>runs?))"
    rf"/(?P<name>{LABEL})(?![\w/:-])"
)
NAMESPACE_AND_NAME: Final = re.compile(
    r"(?<![\w./:@-])(?P<namespace>[a-z][a-z0-9-]*[a-z0-9])/(?P<name>[a-z0-9][a-z0-9.-]*[a-z0-9])(?![\w/:-])"
)
QUOTED: Final = re.compile(rf"(?:(?<!\w)[\"'`]|[«“])(?P<name>{LABEL})(?:[\"'`](?!\w)|[»”])")
TOKEN: Final = re.compile(rf"(?<![\w/.:@-]){LABEL}(?![\w/:@-])")
PROGRAM: Final = re.compile(r"[^\W\d_][\w-]*")

_WORD: Final = r"(?P<name>[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9])(?![\w./:-]*\w)"
_PHRASE_ENDS: Final = (
    r"(?=\s*(?:$|[?!.,;:()]|'s\b)|\s+(?:and|or|in|on|at|since|for|from|to|with|after|before|during|now"
    r"|again|today|lately|recently|right"
    r"|still|is|was|has|does|did|down|up|ok|so|because|fail\w*|crash\w*|restart\w*|please|pls|yesterday"
    r"|over|last|this|rn|log|logs|write|writes|are|were|be|been|there|running|alive|working|pending|stuck"
    r"|available|until|then|per|than|behind|used|actually|currently|only|left|alone|look\w*|show\w*|stop\w*"
    r"|start\w*|respond\w*"
    r"|slow|broken|dead|unhealthy|normal|high|low|healthy|fine|ready|growing|rising|full|open|not|keep\w*|pods?|and|logged|answer\w*|return\w*|throw\w*|happen\w*"
    r"|going|doing|use[sd]?|have|had|get\w*)\b)"
)
_ASKING: Final = r"(?:why|wtf|when|how|since when|what|where)"
SURE_SLOTS: Final = tuple(
    _compile(pattern)
    for pattern in (
        rf"(?:^|\b{_ASKING}\s+(?:the\s+(?:hell|fuck)\s+)?|[,;?!.]\s*|\b(?:and|but|or|also|hey|hi)\s+)(?:is"
        rf"|was|does|did|has)\s+{_WORD}",
        rf"\b(?:with|of|in|on|for|to|from|about|within|inside)\s+{_WORD}{_PHRASE_ENDS}",
        rf"\bcount of\s+{_WORD}(?=\s+(?:errors?|restarts?|failures?|alerts?)\b)",
        rf"(?<![\w'-]){_WORD}'s\s+\w",
        rf"^{_WORD}(?=\s+(?:memory|cpu|disk)(?:\s+usage)?\s*\??$)",
        rf"^\W*(?:(?:so|ok|hey|hi|and|also|guys|well|hmm)\W+)*{_WORD}(?=\s+(?:is|was|isn't|won't|doesn't"
        rf"|can't|keeps|went|has|still|again|down|up|ok|okay|healthy|unhealthy"
        rf"|broken|dead|alive|slow|crash\w*|restart\w*|fail\w*|not|status|health|state|died|stuck|hang\w*"
        rf"|pods?|logs?|errors?|working|running|ready|unavailable|oomkilled)\b|\s*\?+\s*$)",
        rf"\bhow['’]?s\s+{_WORD}(?=\s+(?:doing|going|looking|feeling|behaving)\b|\W*$)",
        rf"\b(?:why|status|health|state|check|reason|because)\s+{_WORD}(?=\s+(?:is|was|down|dead|broken|slow|crash\w*"
        rf"|restart\w*|fail\w*|not|keep\w*|die[sd]?|so)\b|\W*$)",
        rf"\b(?:broke|killed|made|makes|touch|touched|touching|deploy|update|updated|took\s+down|crashed|crashing|restarted|changed|deployed|restart|breaks"
        rf"|happened\s+to)\s+{_WORD}{_PHRASE_ENDS}",
        rf"\b(?:errors?|logs?|alerts?|warnings?|restarts?|events?|pods?|replicas?|memory|cpu|latency"
        rf"|lag)\s+(?:does|did|has|had|do)\s+{_WORD}",
        rf"\bhow\s+(?:much|many|often|high|full|slow)\b.{{0,40}}?\b(?:does|did|is|has|had)\s+{_WORD}",
    )
)
UNSURE_SLOTS: Final = tuple(
    _compile(pattern)
    for pattern in (
        rf"\bof\s+{_WORD}(?=\s+(?:errors?|restarts?|failures?|alerts?)\b)",
        rf"\b(?:is|was|are|were|does|did|has|have|do)\s+(?:the\s+|our\s+|my\s+)?{_WORD}",
        rf"\b(?:with|of|in|on|for|to|from|about|within|inside|behind)\s+(?:the\s+|our\s+"
        rf"|my\s+){_WORD}{_PHRASE_ENDS}",
        rf"^\W*(?:the|our|my)\s+{_WORD}\s+(?:is|was|isn't|keeps|went|has|down|fails|crashes)\b",
    )
)
NEXT_NAME: Final = _compile(
    rf"(?:\s*,\s*(?:and\s+|и\s+)?|\s+(?:and|or|и|или|vs)\s+){_WORD}(?=\s*(?:$|[?!.,])|\s+\w)"
)
OBJECT: Final = _compile(r"\s+(?:the|an?|all|our|my|this|that|these|those|it|us|so|such|\w+s)\b")
"""What follows a verb, and no name."""
LATIN: Final = re.compile(rf"(?<![\w./:@-]){LABEL}(?![\w/:@-])")
