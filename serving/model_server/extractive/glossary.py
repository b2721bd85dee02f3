"""Russian words of operations and the English ones that runbooks use for them.

The embedded model reads English only; so that a Russian question finds English sources, its known words are
translated one by one. A production model that reads both languages does not need it.
"""

import re
from typing import Final

_WORD: Final = re.compile(r"[a-zа-яё0-9][\w.-]*", re.IGNORECASE)

_STEMS: Final = {
    "алерт": "alert", "база": "database", "базы": "database", "базу": "database", "брокер": "broker",
    "верси": "version", "вернут": "roll back", "версию": "version", "вопрос": "question", "восстан": "restore",
    "график": "graph", "групп": "group", "дашборд": "dashboard", "диск": "disk", "добав": "add",
    "документ": "document", "доступ": "available", "журнал": "log", "завис": "stuck", "задач": "task",
    "задерж": "lag", "заполн": "full", "запрос": "query request", "запуст": "start", "запуск": "start run",
    "импорт": "import", "индекс": "index", "исчерп": "exhausted", "кластер": "cluster", "ключ": "key",
    "консьюмер": "consumer", "красн": "red", "кэш": "cache", "кеш": "cache", "кафк": "kafka", "куч": "heap",
    "лаг": "lag", "лог": "log", "логи": "logs", "медлен": "slow", "место": "space full", "места": "space full",
    "метрик": "metric", "модел": "model", "мертв": "dead", "мёртв": "dead", "недоступ": "down unreachable",
    "обнов": "update", "опенсерч": "opensearch", "опенсёрч": "opensearch", "остан": "stop", "ответ": "answer",
    "откат": "roll back", "отста": "lag", "очеред": "queue", "ошибк": "error", "памят": "memory",
    "парол": "password", "перезапу": "restart", "переполн": "full", "письм": "letter", "планировщик": "scheduler",
    "подключ": "connection connect", "поиск": "search", "пользовател": "user", "постгрес": "postgres",
    "почин": "fix", "прометеус": "prometheus", "провер": "check", "процес": "process", "пуст": "empty",
    "раздел": "partition", "редис": "redis", "реплик": "replica", "репозитор": "repository", "резерв": "backup",
    "рестарт": "restart", "сервер": "server", "сервис": "service", "соединен": "connection",
    "сообщен": "message", "спарк": "spark", "ссылк": "citation link", "тайм-аут": "timeout", "таймаут": "timeout",
    "топик": "topic", "удал": "delete", "узел": "node", "узл": "node", "упал": "down failed", "устар": "stale",
    "хранилищ": "storage", "цитат": "citation", "шард": "shard", "эйрфлоу": "airflow", "эмбеддинг": "embedding",
    "желт": "yellow", "жёлт": "yellow", "старт": "start", "сломал": "broken", "отправ": "send ship",
    "вытесн": "eviction", "истори": "history", "история": "history", "отказал": "refused", "отклон": "refused",
    "свеж": "fresh", "резервн": "backup", "копи": "copy backup", "ротац": "rotate", "смен": "rotate change",
    "мониторинг": "monitoring", "цел": "target", "сертификат": "certificate", "контейнер": "container",
    "кончил": "exhausted full", "законч": "exhausted full", "умер": "died down", "убит": "killed", "сеть": "network",
    "высок": "high", "нагрузк": "load", "переиндекс": "reindex", "прав": "permission", "настро": "configure",
}  # fmt: skip
_LONGEST: Final = max(map(len, _STEMS))


def translate_terms(question: str) -> str:
    """Give the words of a Russian question that English sources may contain.

    Args:
        question: A question in Russian, maybe with Latin names in it.

    Returns:
        Known words in English and Latin words as they are; empty if there is none.

    Example:
        >>> translate_terms("Почему кластер OpenSearch красный?")
        'cluster OpenSearch red'
    """
    words = (_translate(word) for word in _WORD.findall(question))
    return " ".join(word for word in words if word)


def _translate(word: str) -> str:
    lowered = word.lower()
    if lowered[0].isascii():
        return word.rstrip(".-")
    prefixes = (lowered[:length] for length in range(min(len(lowered), _LONGEST), 2, -1))
    return next((_STEMS[prefix] for prefix in prefixes if prefix in _STEMS), "")
