"""An alert comes in, what is known about it goes out: once for each time that it fires."""
