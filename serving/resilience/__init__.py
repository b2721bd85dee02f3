"""What is done when a part is slow or down: limits, retries within a budget, breakers."""
