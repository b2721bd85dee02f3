"""The local stack: every real part of the platform on one machine, without containers."""
