"""The user's own code, by which trainings go on only with the code that made them."""
