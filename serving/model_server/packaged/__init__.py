"""Models that come in Python packages in a form of their own, made into folders that libraries read."""
