"""What the service tells of its work: logs, metrics, traces, and the audit log."""
