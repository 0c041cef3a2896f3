"""Table 2 of Gradient Mask: lateral inhibition or norm, minicolumns or single channels."""
