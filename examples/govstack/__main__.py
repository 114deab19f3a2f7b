"""Stands before a node for the suite of Digital Registries, on the port that it calls.

    cd examples && python -m govstack DOOR TOKEN-FILE SUITE-FOLDER

DOOR is such as http://localhost:5601/govstack/registries. The node is to be fresh, for the suite
changes what it finds.
"""

import json
import sys
from pathlib import Path

from govstack.mediator import Node, mediator
from govstack.seed import seed

PORT = 3333


def main(door: str, token_file: str, suite: str) -> None:
    """Seed the node and serve until it is interrupted."""
    node = Node(door.rstrip("/"), Path(token_file).read_text().strip())
    wanted = json.loads((Path(suite) / "test-data.json").read_text())
    aliases = seed(node, wanted)
    print(f"The mediator stands at http://localhost:{PORT}/", file=sys.stderr)
    with mediator(node, aliases, port=PORT) as server:
        server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
