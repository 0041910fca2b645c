"""Text room: pinned Unicode tables, folding, tokens, and the step from `str` to flat byte buffers.

Text comes in as `str`; folded tokens with their places in the original go out. Everything that
compares texts calls this room; nothing in it knows what the comparison is for.
"""
