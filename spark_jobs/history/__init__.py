"""The steps of a rebuild: plan, fold, vectors, write, each done piece by piece, and gone on with."""
