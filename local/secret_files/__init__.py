"""Secrets in Git: encrypted by SOPS for age's keys, and decrypted where they are applied."""
