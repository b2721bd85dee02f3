"""From a conversation to a cited answer."""
