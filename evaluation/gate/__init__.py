"""May a version go live? The evidence, the decision, and what follows from it."""
