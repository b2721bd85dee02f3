"""A rebuild from archived lines by Spark: how fast, how much memory it takes, and what a kill changes of it.

The program itself needs no stack; `live` does the same through Airflow, with events coming in meanwhile.
"""
