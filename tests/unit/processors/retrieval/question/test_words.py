from processors.retrieval.question.words import list_words


def test_the_words_that_carry_a_question_along_are_none_of_its_words() -> None:
    assert list_words("How do I know what the problem is?") == []
    assert list_words("как мне это сделать") == []
    assert list_words("kube_pod_status of OpenSearch in us-east-1") == [
        ["kube"], ["pod"], ["status"], ["Open"], ["Search"], ["us-east-1"],
    ]  # fmt: skip
    assert len(list_words("word " * 1_000)) == 40
