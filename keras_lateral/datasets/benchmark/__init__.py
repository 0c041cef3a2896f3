"""The small-data benchmark of Brigato, Barz, Iocchi and Denzler."""
