import pytest

from serving.model_server.extractive.intent import find_intent


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("How do I roll an index back?", "procedure"),
        ("What should I do when Kafka is down?", "procedure"),
        ("OpenSearch cluster is red", "procedure"),
        ("Tasks wait and nothing happens", "procedure"),
        ("What must be done before the upgrade?", "procedure"),
        ("Что нужно сделать перед обновлением?", "procedure"),
        ("Как откатить индекс?", "procedure"),
        ("Кластер красный, что делать?", "procedure"),
        ("What just happened to redis?", "incident"),
        ("Why did the scheduler stop?", "incident"),
        ("Почему упал Redis?", "incident"),
        ("Что случилось с Kafka?", "incident"),
        ("Why did checkout restart?", "incident"),
        ("Почему перезапустился checkout?", "incident"),
        ("Is GPU memory on the trainer unusual?", "incident"),
        ("Необычно ли потребление памяти GPU на trainer?", "incident"),
        ("Which run beats production?", "incident"),
        ("How many errors did booksvc have today?", "incident"),
        ("How many replicas should Kafka have?", "fact"),
        ("Сколько раз gateway ответил 503 сегодня?", "incident"),
        ("Сколько реплик должно быть у Kafka?", "fact"),
        ("Какой запуск лучше продакшена?", "incident"),
        ("What errors does payment log?", "incident"),
        ("Какие ошибки пишет payment?", "incident"),
        ("Which alerts are firing?", "incident"),
        ("Какие алерты горят?", "incident"),
        ("Did rag_pipeline fail?", "incident"),
        ("Упал ли rag_pipeline?", "incident"),
        ("Which alerts fired, and what should I do?", "procedure"),
        ("restart the scheduler", "procedure"),
        ("Is it possible to use another database?", "fact"),
        ("What is a doorbell?", "fact"),
        ("Сколько версий хранится?", "fact"),
    ],
)
def test_intent(question, intent):
    assert find_intent(question) == intent
