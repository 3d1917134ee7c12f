"""Linking on Apache Spark; the one place that imports PySpark."""
