"""What grows with the number of chunks, and how fast: writing, searching, memory, exactness.

One index grows through all sizes. A cost follows a power of the size, which some of the sizes give; the
others show whether it predicts.
"""
