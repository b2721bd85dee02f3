"""The thin serving layer: reads the live index versions and proxies to the model on KServe."""
