"""The retrievers that the how-to page shows, as a reader would run them."""

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "use-from-langchain-and-llamaindex.md"


def load_retriever(library: str) -> Any:
    """Return the class that the page's section of a library defines."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {library}\n")[1].split("\n## ")[0]
    module, example = re.findall(r"^```python\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"__name__": f"runlore_{library.lower()}"}
    exec(compile(module, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
    compile(example, str(PAGE), "exec")
    return names["RunloreRetriever"]


def ask_langchain(question: str, k: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Return id, text and metadata of what the retriever for LangChain finds."""
    found = load_retriever("LangChain")(k=k).invoke(question)
    return [(document.id, document.page_content, document.metadata) for document in found]


def ask_llamaindex(question: str, k: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Return id, text and metadata of what the retriever for LlamaIndex finds."""
    found = load_retriever("LlamaIndex")(k=k).retrieve(question)
    return [(one.node.node_id, one.node.text, one.node.metadata) for one in found]
