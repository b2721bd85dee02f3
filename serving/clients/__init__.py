"""What the service asks: OpenSearch, Redis and the models, each behind its guard."""
