"""Log lines: parsed, mined for patterns, folded into windows, told in chunks."""
