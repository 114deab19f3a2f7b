"""How Riik looks: one sheet, two cloths, one small script, one frame for every page.

``riik.css`` holds the tokens (colours, type, space) and says with each what it is for; pages
are dressed by its classes alone. ``templates`` holds the frame and the macros, `http` serves
the files, `pages` gives templates to those who render.
"""
