"""Readings of the index, one for each kind of question: what is asked of it, and what is said."""
