"""How documents are kept: the object store, encryption at rest, uploads and their inspection."""
