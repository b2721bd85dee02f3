import pytest

from serving.model_server.extractive.lexical import measure_coverage, split_words, weigh_words


def test_forms_of_a_word_are_the_same_word():
    assert split_words("restarting restarts restarted") == ["restart"] * 3
    assert split_words("кластер кластера кластеру") == ["класт"] * 3


def test_names_in_camel_case_are_cut():
    assert split_words("KafkaConsumerLag") == ["kafka", "consum", "lag"]


def test_questions_that_name_nothing_have_no_words():
    assert split_words("What just happened? Что сейчас случилось?") == []


def test_a_word_that_no_source_has_weighs_most():
    weights = weigh_words(["redis", "zebra"], [["redis"], ["redis"], ["redis", "x"]])

    assert 0.3 < weights["redis"] < weights["zebra"] == pytest.approx(1.0)


def test_coverage_is_a_share_and_zero_without_words():
    assert measure_coverage({"a": 1.0, "b": 3.0}, ["b"]) == 0.75
    assert measure_coverage({}, ["b"]) == 0
