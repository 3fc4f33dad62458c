"""Telling partners' and sites' servers what happened: signed CloudEvents, at least once."""
