"""What people read of versions: pages, plots and the record in MLflow."""
