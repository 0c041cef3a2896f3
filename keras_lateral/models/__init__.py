"""Reading models and their layers: which layers are meant, which operators they hold, copies."""
