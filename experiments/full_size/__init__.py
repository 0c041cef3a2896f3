"""What the tables of the sources have in common: a recipe, arms, one runner, one report."""
