"""Spark jobs for history: read, transform, write."""
