"""Actions: what may be done, who asked for it, what exactly was approved, and the record of it."""
