"""Data in, data out: what turns events and documents into searchable chunks."""
