"""KServe model server: keeps the embedding model warm and answers by quoting (`python -m serving.model_server`)."""
