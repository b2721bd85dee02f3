"""The answering model on KServe, behind each of its protocols."""
