"""Files to a search beside Haystack and LangChain."""
