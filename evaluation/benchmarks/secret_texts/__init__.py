"""Texts with and without secrets, drawn by chance, for proofs that secrets are masked and nothing else is."""
