"""Where documents come from, and what changed there since the version that is live."""
