"""What a comparison says in words: the answer, why to trust it, and what to do next."""
