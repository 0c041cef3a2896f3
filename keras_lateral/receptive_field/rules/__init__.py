"""How each kind of layer widens a receptive field."""
