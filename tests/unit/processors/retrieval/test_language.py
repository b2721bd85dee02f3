from processors.retrieval.language import find_language


def test_names_in_latin_letters_do_not_make_a_question_english() -> None:
    assert find_language("Почему OpenSearch красный?") == "ru"
    assert find_language("Why is OpenSearch red?") == "en"
    assert find_language("12345") == "en"
