"""n8n for `make test-n8n`: from npm by its lock file, started and ended by its own process id."""
