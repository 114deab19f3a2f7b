"""What the bank offers to customers who send files.

POST /   transfers: a pain.001.001.09, answered with a pain.002.001.10
"""

from collections.abc import Sequence

from riik.core import ClientId, Database, InThread
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.formats.payments.pain001 import Initiation, read_pain001
from riik.formats.payments.pain002 import Report, write_pain002
from riik.payments.clearing.component import Clearing

__all__ = ["transfer_offers"]


def transfer_offers(
    clearing: Clearing, *, provider: ClientId, database: Database, in_thread: InThread
) -> Sequence[Offer]:
    """What the bank offers to those whose accounts it keeps."""

    def follow(client: ClientId, asked: Initiation) -> Report:
        with database.work() as work:
            return clearing.follow(asked, client=client, work=work)

    async def transfers(incoming: Incoming) -> Answer:
        asked = read_pain001(incoming.body)
        report = await in_thread(follow, incoming.client, asked)
        return Answer(headers=(("Content-Type", "application/xml"),), body=write_pain002(report))

    endpoint = Endpoint("POST", "/")
    return [Offer(provider=provider, service="transfers", endpoints=(endpoint,), handler=transfers)]
