"""The severity that a line tells by itself, where no field does: its level first, then what it reports.

A level counts where loggers put it: as a key, in brackets, or as a word of capitals. Prose counts for
little: of "enabled DEBUG mode", "no errors" or `ERROR=0` nobody would say that they state one.
"""

import re
from typing import Final

from processors.knowledge.logs.level_names import SYSLOG, WINDOWS, name_level, number_level
from processors.knowledge.logs.ranking import pick_worst
from processors.knowledge.logs.reports import NOTHING, find_report

_LOOKED_AT: Final = 4_000
_WINDOWS_EVENT: Final = re.compile(r"<Event\b[^>]{0,200}>.{0,3000}?<Level>(\d)</Level>")
_PRIORITY: Final = re.compile(r"<(\d{1,3})>(?:1 )?")
# Loggers that write a level in a way of their own, at a place of its own.
_LETTERS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<level>[IWEF])(?:\d\d){2,4} \d\d:\d\d",  # klog, glog, CockroachDB
        r"=(?P<level>[A-Z]{4,9}) REPORT====",  # Erlang
        r"(?P<level>[DIWEFA]), \[",  # Ruby
        r"(?P<level>[EW]): \S",  # apt
        r"\d\S{18,30} (?P<level>[DIWE])! ",  # Telegraf
        r"(?P<level>trce|dbug|info|warn|fail|crit): \S",  # .NET's console
        r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ (?P<level>[VDIWEF]) ",  # Android
        r"(?:\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} )?(?P<level>[VDIWEF])/[\w.]{1,100} *\( *\d+\)",  # Android, brief
        r"\d\S{18,40} (?P<level>[FEWID])\d? +[A-Z]+ +\[",  # MongoDB before 4.4
        r"\d\S{9} \d\S{7,20} (?P<level>[CEWNID]) \| ",  # etcd before 3.4
        r"[a-z]{2,8} {0,10}:(?P<level>[a-z]{2,8}) {0,10}: \[",  # dmesg
        r"\d{4}-\d\d-\d\d \S{8,30} +0x[0-9a-f]{1,16} +(?P<level>[A-Z][a-z]{3,6}) ",  # macOS
        r"\[?\d+(?::[MSCX])?\]? \d\d [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d\S* (?P<level>[#*.-]) ",  # Redis
    )
)
# Only what begins so can be one of them.
_BEFORE_LETTER: Final = re.compile(r"\[?\d|[A-Z](?:[,:/]|\d)|[a-z]{2,8} {0,10}:|=[A-Z]")
_REDIS: Final = {"#": "warning", "*": "info", "-": "debug", ".": "debug"}

_CAPITALS: Final = (
    "EMERGENCY|EMERG|ALERT|PANIC|FATAL|FTL|CRITICAL|CRIT|SEVERE|ERROR|ERRO|ERR|WARNING|WARN|WRN|NOTICE"
    "|INFO|INF|CONFIG|DEBUG[1-5]?|DEBG|DBG|TRACE[1-8]?|TRC|VERBOSE|VRB|FINEST|FINER|FINE"
    "|ПАНИКА|ВАЖНО|ОШИБКА|ПРЕДУПРЕЖДЕНИЕ|FEHLER|WARNUNG"
)
_ANY_CASE: Final = (
    f"{_CAPITALS}|information|informational|note|system|eror|fail|dbug|trce|ntc"  # in brackets and keys
)
_NONE: Final = rf"(?!\s{{0,2}}[=:]\s{{0,2}}[\"']?{NOTHING})"
_STATED: Final = re.compile(
    # `level=error`, `"log.level": "error"`, but not `log_level=debug` of a setting.
    r"(?<![\w?&/.-])[\"']?(?:\"log\.level|at(?==[a-z]{4})|(?i:level|lvl|severity|levelname|@l))[\"']?\s{0,2}[=:]\s{0,2}[\"']?"
    r"(?P<key>[A-Za-z]{1,13})(?![\w.])"
    rf"|[\[<](?:[\w.-]{{1,40}}:)?\s{{0,10}}(?P<bracket>(?i:{_ANY_CASE}))\s{{0,10}}[\]>]"
    rf"|(?<=\] )[\w-]{{1,40}}\.(?P<channel>{_CAPITALS}): "  # Monolog
    rf"|/(?P<thread>{_CAPITALS})\]"
    # Addresses and paths name no level.
    r"|[?&/\\][^\s\"'\]]*+"
    rf"|(?<![\w.=&-])(?P<word>{_CAPITALS})(?![\w\\]|-\w|\.\w| (?i:count|rate|budget|level)\b){_NONE}"
    # PostgreSQL and C programs write a colon.
    r"|(?<![^\s\]])(?P<colon>LOG|STATEMENT|DETAIL|HINT|CONTEXT|СООБЩЕНИЕ|ОПЕРАТОР|ЗАМЕЧАНИЕ|ПОДРОБНОСТИ):"
)
# A level stands in brackets, by a sign, or in capitals; prose without those is not searched for one.
_MAY_STATE: Final = re.compile(r"[\[<=:]|[A-ZА-ЯЁ]{2}")
# Behind "no", "level set to" or a quotation mark a word is spoken of, not stated.
_NEGATED: Final = re.compile(
    r"(?:\b(?:no|not|without|0|zero)|\blevel(?: \w{2,7}){0,2}:?) [\"'(]?\Z|\w [\"']\Z", re.IGNORECASE
)
# After the time, the level may be in any case if it is set off from what follows.
_TIME: Final = re.compile(
    r"(?:[\[(|\s]{0,4}(?:[A-Z][a-z]{2},? {1,2}|\d[\d.,:/TZ+_-]*+|[+-]\d{2}:?\d{2}|UTC|GMT|AM|PM)"
    r"[\])|\s,-]{0,4})*+"
)
_AFTER_TIME: Final = re.compile(
    rf"(?P<word>(?i:{_CAPITALS}|information|note|fail))(?:\s{{0,3}}[:|\])]|\t|\s{{2,}}|\s-\s)"
    r"|(?P<title>Emergency|Alert|Fatal|Critical|Severe|Error|Warning|Info|Notice|Debug|Trace)(?=\s[^a-z\s]|,\s)"
)
_PROSE: Final = re.compile(r"(?<!\S)[a-z]{2,}+(?!\S)")
_GROUPS: Final = re.compile(r"\[[^\[\]]{0,100}\]")
_SYSLOG_HEAD: Final = re.compile(r"(?:[\w.-]{1,100} )?[\w./()@-]{1,100}(?:\[\d+\])?: ")


def find_severity(message: str) -> str:
    """Return the severity that a line names, or "info".

    Args:
        message: The line, without colours, with its stack trace if it has one.

    Example:
        >>> find_severity("2026-11-21 [WARN ][o.o.node] disk usage")
        'warning'
        >>> find_severity("E1121 07:00:00.000123       1 a.go:1] lost"), find_severity("check done: ERROR=0")
        ('error', 'info')
    """
    text = message[:_LOOKED_AT]
    if event := _WINDOWS_EVENT.match(text):
        return number_level(event[1], WINDOWS) or "info"
    priority = _PRIORITY.match(text)
    if stated := _find_stated(text[priority.end() :] if priority else text):
        return stated
    envelope = number_level(int(priority[1]) % 8, SYSLOG) if priority else ""
    reported = find_report(text)
    return pick_worst(reported, envelope) if reported and envelope else reported or envelope or "info"


def _find_stated(text: str) -> str:
    """Return the level that a line's logger wrote, the first one; nothing if there is none."""
    line = text.lstrip().partition("\n")[0]
    for pattern in _LETTERS if _BEFORE_LETTER.match(line) else ():
        if match := pattern.match(line):
            return _REDIS.get(match["level"]) or name_level(match["level"])
    begin = _TIME.match(line)
    start = begin.end() if begin else 0
    if (match := _AFTER_TIME.match(line, start)) and re.match(_NONE, line[match.end() - 1 :]):
        return _name(match)
    if not _MAY_STATE.search(text):
        return ""
    return next(filter(None, (_read_stated(text, match, start) for match in _STATED.finditer(text))), "")


def _read_stated(text: str, match: re.Match[str], start: int) -> str:
    level = _name(match)
    if match["word"] and _NEGATED.search(text, max(0, match.start() - 30), match.start()):
        return ""
    # Of words in the midst of prose only those count that nobody writes for nothing.
    lesser = level in ("info", "debug") and not match["colon"]
    return "" if lesser and not _stands_at_head(text, match, start) else level


def _name(match: re.Match[str]) -> str:
    word = next((word for word in match.groupdict().values() if word), "")
    return name_level(word) if len(word) > 1 or match.lastgroup == "key" else ""


def _stands_at_head(text: str, match: re.Match[str], start: int) -> bool:
    """Tell whether only what a logger writes is before a level: times, threads, names; no words of prose."""
    if match.start() > _LONGEST_HEAD:
        return False
    head = text[start : match.start()]
    if syslog := _SYSLOG_HEAD.match(head):
        head = head[syslog.end() :]
    around = text[max(0, match.start() - 2) : match.start()], text[match.end() : match.end() + 2]
    if around[0] in ("- ", "| ") and around[1].strip() in ("-", "|", "- ", ":"):
        return True
    return not _PROSE.search(_GROUPS.sub("", head))


_LONGEST_HEAD: Final = 300
