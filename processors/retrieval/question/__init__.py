"""What a question means; `understanding.py` is the way in."""
