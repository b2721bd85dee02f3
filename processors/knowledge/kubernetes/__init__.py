"""Kubernetes' objects and events in sentences."""
