"""Back-ups of what can't be made again quickly, and the way back. Redis is a cache and is warmed anew."""
