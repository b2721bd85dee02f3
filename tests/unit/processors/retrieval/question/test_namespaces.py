import pytest

from processors.retrieval.question.namespaces import find_namespaces


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What happened in namespace payments?", ("payments",)),
        ("What happened in the namespace payments in the last 10 minutes?", ("payments",)),
        ("What happened in the payments namespace?", ("payments",)),
        ("Any errors from `payments` namespace?", ("payments",)),
        ("Which pods restarted in namespace 'team-a'?", ("team-a",)),
        ("Is namespace ghost-7 healthy?", ("ghost-7",)),
        ("Namespace: team-a. What failed?", ("team-a",)),
        ("What failed in ns shop?", ("shop",)),
        ("Errors in namespace=shop since yesterday", ("shop",)),
        ("Why does kubectl get pods -n shop show nothing?", ("shop",)),
        ("Why does helm install --namespace=shop fail?", ("shop",)),
        ("What happened in namespace shop and in namespace team-a?", ("shop", "team-a")),
        ("What happened in the default namespace?", ("default",)),
        ("What happened in a namespace called stuck-ns?", ("stuck-ns",)),
        ("Что случилось в namespace payments?", ("payments",)),
        ("Что случилось в неймспейсе payments?", ("payments",)),
        ("Сколько ошибок было в пространстве имён team-a за час?", ("team-a",)),
        ("Почему упали поды из неймспейса «shop»?", ("shop",)),
        ("Что случилось в payments неймспейсе?", ("payments",)),
        ("Ошибки в неймспейсе с именем shop", ("shop",)),
        ("What's wrong with namespace shop?", ("shop",)),
        ("what's wrong with the shop namespace", ("shop",)),
        ("Is the shop namespace ok?", ("shop",)),
        ("Почему лежит namespace shop?", ("shop",)),
        ("что там ns shop", ("shop",)),
    ],
)
def test_a_namespace_that_is_named_is_found(question: str, found: tuple[str, ...]) -> None:
    assert find_namespaces(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "Why is a namespace stuck in Terminating?",
        "How do I delete a namespace?",
        "How do I list all pods in a namespace?",
        "What happened in the namespace?",
        "Which pods in the same namespace restarted?",
        "How do quotas work in a Kubernetes namespace?",
        "What is the purpose of namespace isolation?",
        "Pods in namespace where Redis runs",
        "In which namespace does checkout run?",
        "Как удалить неймспейс?",
        "В каком неймспейсе работает checkout?",
        "Что такое пространство имён?",
        "What happened with payments?",
        "What is in the answers?",
        "What's wrong with the namespace?",
        "What's wrong with namespaces in general?",
        "Is the same namespace used twice?",
        "Как создать namespace?",
        "Можно ли удалить namespace kubernetes?",
        "how to work with multiple namespaces?",
        "с multiple namespaces",
        "почему все ns down",
        "у всех ns errors",
        "зачем нужен namespace controller",
        "как создать ns through helm",
        "",
    ],
)
def test_what_names_none_names_none(question: str) -> None:
    assert find_namespaces(question) == ()


def test_a_long_question_is_read_in_no_time() -> None:
    for text in ("in namespace " * 5_000, "kubectl " * 5_000, "kubectl -n" * 5_000, "namespace: " * 5_000):
        find_namespaces(text)
