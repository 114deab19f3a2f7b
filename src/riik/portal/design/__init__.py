"""How Riik looks and speaks: one sheet, four frames, one set of macros, texts and formats.

``riik.css`` holds the tokens (colours, type, space) and dresses pages by their classes alone.
``templates`` holds the frames and macros, ``locale`` their texts. `pages` renders a room's
templates in a visitor's language, `formats` writes days, names and amounts, `http` answers with
pages and serves the files, `problems` is what errors look like, ``gallery`` shows all of it.
"""
