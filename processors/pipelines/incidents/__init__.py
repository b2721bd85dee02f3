"""What `correlate` reads, tells and writes."""
