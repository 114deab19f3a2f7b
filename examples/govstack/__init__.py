"""GovStack's Information Mediator, as small as it can be, for its public test suites."""
