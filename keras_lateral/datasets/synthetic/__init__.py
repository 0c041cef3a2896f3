"""Images drawn by rule, whose shortcuts are known."""
