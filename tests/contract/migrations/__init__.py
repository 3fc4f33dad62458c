"""The scripts that make the tables, held to what they promise on both databases."""
