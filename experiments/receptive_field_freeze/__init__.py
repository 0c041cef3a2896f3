"""What a frozen epoch does to features that are transferred to other classes."""
