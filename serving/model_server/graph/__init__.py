"""A sentence-transformers folder as a graph that OpenVINO runs: from tokens to the vectors of texts."""
