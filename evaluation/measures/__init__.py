"""What is measured of a version, one subject a module."""
