"""Which trouble a line of a log tells of, as a table: the first row whose pattern is found decides.

A row says how the trouble is named after the object that logs it, and how far that object is to blame: what a
client logs of another may be the other's fault.
"""

import re
from typing import Final, NamedTuple

from processors.knowledge.incidents.finding import SEEN


class LogRow(NamedTuple):
    """A trouble that lines tell of."""

    rule: str
    pattern: re.Pattern[str]
    says: str
    strength: float


def _row(rule: str, says: str, strength: float, *patterns: str) -> LogRow:
    """Return a row for whatever one of some patterns finds, which is the sentence's `{why}`."""
    return LogRow(rule, re.compile(f"(?P<why>{'|'.join(patterns)})", re.IGNORECASE), says, strength)


LOG_ROWS: Final = (
    _row(
        "credentials",
        "it is refused for wrong credentials ({why})",
        SEEN + 0.03,
        r"(?:password )?authentication failed(?: for (?:user|role) \S+)?",
        r"Access denied for user [^\n(]{1,80}",
        r"WRONGPASS[^\n]{0,80}",
        r"NOAUTH[^\n]{0,60}",
        r"invalid (?:username-password pair|credentials|password|api key)",
        r"SASL[^\n]{0,40}authentication[^\n]{0,20}failed",
        r"bad credentials",
        r"(?:HTTP )?401 Unauthorized",
        r"InvalidAccessKeyId",
        r"SignatureDoesNotMatch",
    ),
    _row(
        "certificate",
        "a certificate isn't accepted ({why})",
        SEEN,
        r"x509: certificate has expired[^\n]{0,80}",
        r"certificate (?:has|is) expired[^\n]{0,60}",
        r"CERT_HAS_EXPIRED",
        r"x509: [^\n]{0,120}",
        r"certificate verify failed[^\n]{0,80}",
        r"SSLHandshakeException[^\n]{0,80}",
        r"unable to get local issuer certificate",
        r"self.signed certificate[^\n]{0,40}",
    ),
    _row(
        "access",
        "its service account lacks a right ({why})",
        SEEN,
        r'User "system:serviceaccount:[^"]+" cannot [^\n]{1,100}',
    ),
    _row(
        "setting",
        "a setting is missing or wrong ({why})",
        SEEN,
        r"(?:environment variable|env var(?:iable)?)s? ['\"]?[A-Z][A-Z0-9_]+['\"]? (?:is "
        r"|are )?(?:not set|required|missing|undefined|must be set|empty)",
        r"missing (?:required )?(?:environment variable|env(?:ironment)?(?: var(?:iable)?)?"
        r"|config(?:uration)?(?: key)?|setting)s?:? ?['\"]?[\w.]+",
        r"KeyError: '[A-Z][A-Z0-9_]+'",
        r"required (?:key|setting|variable) [\w.]+ (?:is )?(?:missing|not)[^\n]{0,30}",
        r"[A-Z][A-Z0-9_]{2,} (?:is not set|must be set|is required|not defined)",
    ),
    _row(
        "database",
        "its database isn't as it expects ({why})",
        SEEN,
        r"Unknown database [^\n]{1,60}",
        r'database "[^"]+" does not exist',
        r"(?:relation|table) [^\n]{1,60} (?:does not|doesn't) exist",
    ),
    _row(
        "read-only",
        "what it writes to is read-only ({why})",
        0.8,
        r"cannot execute [A-Z]+ in a read-only transaction",
        r"READONLY You can't write[^\n]{0,40}",
        r"running with the --(?:super-)?read-only option",
        r"Read-only file system",
    ),
    _row(
        "port-taken",
        "a port it wants to listen on is taken, maybe by another container of its pod ({why})",
        SEEN + 0.03,
        r"(?:listen|bind)[^\n]{0,80}address already in use",
        r"EADDRINUSE[^\n]{0,60}",
        r"[Aa]ddress already in use[^\n]{0,60}",
        r"Port \d+ (?:was|is) already in use",
    ),
    _row(
        "permission",
        "it may not read or write a file ({why})",
        0.8,
        r"[^\n:]{0,60}: [Pp]ermission denied",
        r"EACCES: permission denied[^\n]{0,80}",
        r"PermissionError: [^\n]{0,80}",
    ),
    _row(
        "disk-full",
        "its disk is full ({why})",
        SEEN,
        r"No space left on device",
        r"disk (?:is )?full",
        r"ENOSPC",
        r"disk quota exceeded",
    ),
    _row(
        "memory",
        "it runs out of memory ({why})",
        SEEN,
        r"java\.lang\.OutOfMemoryError[^\n]{0,60}",
        r"JavaScript heap out of memory",
        r"Cannot allocate memory",
        r"MemoryError",
        r"CUDA out of memory",
        r"fatal error: runtime: out of memory",
    ),
    _row(
        "saturation",
        "it is saturated ({why})",
        0.6,
        r"too many (?:connections|clients|open files)[^\n]{0,40}",
        r"remaining connection slots are reserved",
        r"(?:connection )?pool (?:is )?exhausted",
        r"QueuePool limit[^\n]{0,60}",
        r"max(?:imum)? (?:number of )?(?:clients|connections) reached",
        r"rate limit exceeded",
        r"429 Too Many Requests",
        r"queue is full",
    ),
    _row(
        "dns",
        "it can't resolve {host} ({why})",
        0.55,
        r"no such host",
        r"Name or service not known",
        r"Temporary failure in name resolution",
        r"ENOTFOUND",
        r"EAI_AGAIN",
        r"could not translate host name",
        r"could not resolve host(?:name)?",
        r"UnknownHostException",
        r"NXDOMAIN",
        r"nodename nor servname",
        r"server misbehaving",
        r"(?:lookup|resolv)[^\n]{0,80}(?:i/o timeout|timed out|SERVFAIL)",
    ),
    _row(
        "refused",
        "it can't connect to {host} ({why})",
        0.45,
        r"connection refused",
        r"ECONNREFUSED",
        r"Connection reset by peer",
        r"No route to host",
        r"actively refused",
    ),
    _row(
        "timeout",
        "its connections to {host} time out ({why})",
        0.45,
        r"i/o timeout",
        r"connect(?:ion)? (?:timed out|timeout)",
        r"ETIMEDOUT",
        r"ConnectTimeout\w*",
        r"timed out",
        r"context deadline exceeded",
        r"deadline exceeded",
        r"upstream request timeout",
        r"504 Gateway",
        r"read timeout",
        r"timeout (?:while |when )?(?:connecting|waiting|awaiting|reaching|calling)[^\n]{0,60}",
    ),
    _row(
        "upstream",
        "{host} doesn't answer it ({why})",
        0.4,
        r"no healthy upstream",
        r"50[23] (?:Bad Gateway|Service Unavailable)",
        r"upstream connect error[^\n]{0,60}",
        r"no live upstreams",
        r"no endpoints available for service[^\n]{0,60}",
        r"UNAVAILABLE",
    ),
    _row(
        "command",
        "its command can't run ({why})",
        0.8,
        r"(?:exec|python\d?|node|sh|bash): [^\n]{0,80}(?:not found|No such file or directory)",
        r"Cannot find module '[^']+'",
        r"ModuleNotFoundError: [^\n]{0,80}",
        r"unknown (?:flag|command|option)[^\n]{0,60}",
        r"unrecognized arguments?[^\n]{0,60}",
        r"Could not find or load main class [^\n]{0,60}",
    ),
    _row(
        "config-file",
        "its configuration can't be read ({why})",
        0.75,
        r"(?:failed to|can't|cannot|could not|error) (?:load|read|parse|open"
        r"|find)(?:ing)?[^\n]{0,20}(?:config|settings?|\.ya?ml|\.json|\.toml|\.conf)[^\n]{0,80}",
        r"(?:yaml|json|toml): [^\n]{0,100}",
        r"(?:invalid|bad) (?:config(?:uration)?|setting)[^\n]{0,80}",
    ),
    _row(
        "panic",
        "it ends with an error of its own ({why})",
        0.62,
        r"panic: [^\n]{1,120}",
        r"\bFATAL\b:? ?[^\n]{1,120}",
        r"Segmentation fault",
        r"Unhandled exception[^\n]{0,100}",
    ),
)
