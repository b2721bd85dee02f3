"""Secrets are recognised and masked."""
