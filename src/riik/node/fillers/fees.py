"""Asking the bank to have a case's fee paid (services' port), through `payments`."""

from collections.abc import Mapping
from dataclasses import dataclass

from riik.cases import Case
from riik.core import Database, InThread
from riik.payments import Fee, FeeRefused, Fees
from riik.payments.client import BankClient

__all__ = ["PaymentDesk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDesk:
    """Orders payments of one authority's fees at its bank."""

    fees: Fees
    database: Database
    in_thread: InThread
    bank: BankClient

    async def __call__(self, case: Case, /, *, text: str, back: str = "") -> Mapping[str, str]:
        """The bank's order and where the person pays it; ``back`` is where they go then.

        Raises:
            FeeRefused: The case owes nothing (``none``).
            Unavailable: The bank can't be reached now.
        """
        return await self.bank.order(await self.in_thread(self._fee, case), text=text, back=back)

    def _fee(self, case: Case) -> Fee:
        with self.database.read() as work:
            fee = self.fees.of_case(case.id, work=work)
        if fee is None:
            raise FeeRefused("the case owes nothing", why="none")
        return fee
