"""Metrics and alerts of Prometheus: windows in words, with anomalies, trends and units."""
