"""MLflow's runs and models in words, beside what is in production."""
