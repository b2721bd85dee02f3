"""From a question to ranked hits: its words and its time, the search, the order."""
