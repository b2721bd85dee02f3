"""All lines of all programs into the log store: rsyslog reads and queues them, this masks and writes them."""
