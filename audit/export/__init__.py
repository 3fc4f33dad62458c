"""The access history taken out, in formats that other programs read."""
