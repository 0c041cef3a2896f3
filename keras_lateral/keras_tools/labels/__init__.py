"""What layers are called, in everything that is returned, printed or given to a function."""
