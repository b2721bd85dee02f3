"""The words that name a secret, in the languages in which people name one."""

from typing import Final

WORDS: Final = (
    "pass", "pw", "secret", "token", "key", "cred", "auth", "sig", "jwt", "psk", "senha",
)  # fmt: skip
"""How keywords begin."""
FOREIGN_WORDS: Final = (
    "парол", "токен", "секрет", "ключ", "contraseñ", "hasło", "密码", "密碼", "パスワード", "비밀번호",
)  # fmt: skip
"""How those begin that are not written in ASCII."""

KEYWORD: Final = (
    r"(?P<keyword>pass(?:word|wort|wd|phrase|code|e(?![a-z]))?|pwd?|psk|secret|token|key|credentials?"
    r"|authorization|auth|senha|contraseña|hasło|密[码碼]|パスワード|비밀번호"
    r"|sig(?:nature)?|jwt|парол(?:ь|я|ем|е)|токен(?:ом|а)?|секрет(?:ом|а)?|ключ(?:ом|а)?)"
    r"(?P<suffix>(?:[_. -]?(?:access[_. -]?)?(?:key|token|value|hash|base64|b64|base|data|old|new|plain|text"
    r"|api|confirm(?:ation)?|repeat|again|доступа|шифрования)|[_-]?\d{1,20}+){0,4}+)"
)
"""A pattern of a keyword and of what may follow it within the key."""

KINDS: Final = (
    ("парол", "password"),
    ("токен", "token"),
    ("секрет", "secret"),
    ("ключ", "key"),
    ("hasło", "password"),
    ("contrase", "password"),
    ("密", "password"),
    ("パスワード", "password"),
    ("비밀번호", "password"),
)
PASSWORDS: Final = (
    "password", "passwort", "passwd", "passphrase", "passcode", "pass", "pwd", "pw", "psk",
    "passe", "senha",
)  # fmt: skip
# Whose passwords are written in one word: dbpass and rootpw, but not compass.
OWNERS: Final = (
    "db", "my", "user", "root", "admin", "bind", "require", "smtp", "mail", "ftp", "ldap", "sql", "login",
    "auth", "http", "proxy", "conn", "store", "trust", "key", "become", "cert", "master",
)  # fmt: skip
# What makes a key or token a secret one when it stands before it.
STRONG: Final = (
    "api", "access", "account", "private", "shared", "storage", "master", "encryption", "signing",
    "license", "client", "app", "application", "секретный", "закрытый", "приватный", "consumer", "webhook",
    "oauth", "oauth2", "session", "jwt", "auth", "refresh", "id", "bearer", "bot", "personal", "csrf",
    "identity", "bootstrap", "join", "registration", "deploy", "security", "sas", "vault", "github",
    "gitlab", "slack", "npm", "subscription", "integration", "instrumentation", "secret", "datadog",
    "stripe", "sendgrid", "admin", "user", "root", "service", "hmac", "aes", "rsa", "ssh",
)  # fmt: skip
