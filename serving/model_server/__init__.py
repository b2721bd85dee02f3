"""KServe model server (`python -m serving.model_server`): warm embeddings, and answers that only quote."""
