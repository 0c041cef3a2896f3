"""What is measured image by image, and what follows from it for new images."""
