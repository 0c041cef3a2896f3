"""What to switch on, in which order, and what each adds given the others."""
