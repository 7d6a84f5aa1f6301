"""Reads that are more than a list: plans, containers, traces, summaries."""
