"""Paired differences, their intervals, and verdicts."""
