"""The bank's website in the demonstration: `examples/bank`, started beside the nodes."""

from riik.demo.banksite.site import (
    BANK_SITE,
    BankSite,
    ExampleMissing,
    bank_command,
    load_example,
    write_bank_site,
)

__all__ = [
    "BANK_SITE",
    "BankSite",
    "ExampleMissing",
    "bank_command",
    "load_example",
    "write_bank_site",
]
