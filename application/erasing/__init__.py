"""Erasing a mailbox's owner: asked for, approved by two officers, carried out step by step."""
