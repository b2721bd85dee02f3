"""What surrounds one request: who asks, its time, its id, and what is logged, measured and counted of it."""
