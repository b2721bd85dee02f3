"""Continuous integration for users: its files looked at, secrets and packages audited."""
