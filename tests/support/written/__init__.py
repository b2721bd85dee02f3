"""Pages written in the dialects that people use: every mixture of what may hold what, with code in it."""
