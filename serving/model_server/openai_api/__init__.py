"""The OpenAI routes: embeddings, chat completions and the list of models."""
