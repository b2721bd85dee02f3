"""The requests of the readings: for each kind of question what it asks of the index."""
