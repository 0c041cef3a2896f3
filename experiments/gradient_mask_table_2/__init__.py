"""Table 2 of the Gradient Mask paper: lateral inhibition or norm, minicolumns or single channels."""
