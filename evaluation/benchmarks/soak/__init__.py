"""`make soak`: hours of steady use of the running stack, and whether anything grows or is lost."""
