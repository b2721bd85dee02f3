"""From a question to ranked hits: what it means, the search, the order."""
