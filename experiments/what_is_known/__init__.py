"""Each claim of the four sources beside what was seen here: a page that reads all results."""
