"""Airflow's runs in sentences."""
