"""What several experiments share: their images, their runs, and statistics on pairs."""
