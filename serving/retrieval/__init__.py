"""From a question to the passages that speak for an answer, out of the cache or searched."""
