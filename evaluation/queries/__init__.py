"""Queries with graded relevance, and where they come from: people, alerts, ratings, an index itself."""
