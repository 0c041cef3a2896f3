"""Which method helps on this data: pairs of trainings, intervals, and a verdict in words."""
