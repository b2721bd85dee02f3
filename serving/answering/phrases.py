"""What the service says itself, in the language of the question."""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class OwnWords:
    """The few sentences that no model writes."""

    no_source: str
    unknown_commands: str
    unknown: str
    nothing_there: str
    unknown_namespace: str
    looked_at: str
    passages_follow: str
    nothing_found: str
    withheld: str
    from_memory: str
    only_quotes: str


_WORDS: Final = {
    "en": OwnWords(
        no_source=" [no source]",
        unknown_commands="Not in the cited sources as written here:",
        unknown="I don't know: nothing that I can read answers this question.",
        nothing_there="I don't know: nothing is recorded that fits this question.",
        unknown_namespace="Nothing is recorded of the namespace {names}.",
        looked_at="The nearest in {searched}:",
        passages_follow=(
            "The answering model can't be reached. These are the passages that fit the question best, as they"
            " stand:"
        ),
        nothing_found=("The answering model can't be reached, and nothing was found that fits the question."),
        withheld=(
            "What the answering model wrote is withheld, for it cites no source. These are the passages that"
            " fit the question best, as they stand:"
        ),
        from_memory=(
            "OpenSearch can't be reached. This is remembered from {versions}; what is newer is missing."
        ),
        only_quotes=(
            "I write nothing new: the answering model that is set up quotes sources and is no language "
            "model. This is the nearest that the documents have."
        ),
    ),
    "ru": OwnWords(
        no_source=" [без источника]",
        unknown_commands="В процитированных источниках этого в таком виде нет:",
        unknown="Не знаю: ничто из того, что мне доступно, не отвечает на этот вопрос.",
        nothing_there="Не знаю: ничего подходящего к этому вопросу не записано.",
        unknown_namespace="О неймспейсе {names} ничего не записано.",
        looked_at="Ближе всего в {searched}:",
        passages_follow=(
            "Отвечающая модель недоступна. Вот отрывки, которые лучше всего подходят к вопросу, как они есть:"
        ),
        nothing_found="Отвечающая модель недоступна, и ничего подходящего к вопросу не нашлось.",
        withheld=(
            "Ответ модели не показан: в нём нет ссылок на источники. Вот отрывки, которые лучше всего"
            " подходят к вопросу, как они есть:"
        ),
        from_memory="OpenSearch недоступен. Это сохранено из {versions}; более нового здесь нет.",
        only_quotes=(
            "Нового я не напишу: настроенная модель цитирует источники, это не языковая модель. Вот "
            "ближайшее, что есть в документах."
        ),
    ),
}


def choose_words(language: Literal["en", "ru"]) -> OwnWords:
    """Return our sentences in a language.

    Example:
        >>> choose_words("ru").no_source
        ' [без источника]'
    """
    return _WORDS[language]
