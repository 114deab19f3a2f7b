"""The bank's website in a process of its own: `python -m riik.demo.banksite STATE PORT`."""

import json
import sys
from pathlib import Path

from riik.demo.banksite.site import BankSite
from riik.demo.country import LOCAL, Place
from riik.demo.loop import run, until_stopped


async def _serve(folder: Path, port: int) -> None:
    place = Place(host=LOCAL, port=0, status_port=0, people=port)
    site = await BankSite.start(folder, place)
    # Whoever started us waits for this line.
    print(json.dumps({"people": place.origin}), flush=True)
    await until_stopped(with_parent=True)
    await site.stop()


if __name__ == "__main__":
    run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
