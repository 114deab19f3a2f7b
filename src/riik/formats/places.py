"""Where in a file something stands: the line that a finding points to.

Pure. TOML and JSON are not read for their meaning here: the words that a finding speaks of are
looked for in the order in which they stand in the file.
"""

import json
import re

__all__ = ["line_of"]


def line_of(source: bytes, *words: str) -> int:
    """The line of the last of these words, each looked for after the one before it; 0 without.

    A word stands by itself, in quotes or out of them; comments of TOML and gettext are passed over.
    """
    text = source.decode(errors="replace")
    blank = re.sub(r"(?m)^#.*$", lambda found: " " * len(found[0]), text)
    at = last = -1
    for word in words:
        spelled = {word, json.dumps(word), json.dumps(word, ensure_ascii=False)}
        either = "|".join(map(re.escape, sorted(spelled, key=len, reverse=True)))
        found = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])").search(blank, at + 1)
        if found is None:
            break
        at = last = found.start()
    return blank.count("\n", 0, last) + 1 if last >= 0 else 0
