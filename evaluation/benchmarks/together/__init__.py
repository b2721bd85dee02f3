"""`make bench`: benchmarks one after the other, and one table of all that they found."""
