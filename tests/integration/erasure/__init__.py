"""An erased person is found nowhere any more, and everybody else is untouched."""
