"""What is given to a model that is there already: its state, its scope, and what it must say."""
