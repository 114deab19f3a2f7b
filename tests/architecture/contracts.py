"""A contract type for import-linter: components are entered by their roots."""

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RootsOnly(Contract):
    """No module imports the inside of another component, unless it composes.

    Configuration:
        container: The package whose children are the components.
        open_components: Components, or rooms in one, whose modules are themselves the public names.
        composers: Components that may look inside others.
    """

    type_name = "roots_only"

    container = fields.StringField()
    open_components = fields.ListField(subfield=fields.StringField())
    composers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        trespasses = sorted(self._trespasses(graph))
        return ContractCheck(kept=not trespasses, metadata={"trespasses": trespasses})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["trespasses"]:
            output.print_error(f"- {importer} -> {imported}", bold=False)

    def _trespasses(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        depth = str(self.container).count(".") + 1
        for imported in graph.modules:
            target = imported.split(".")[depth:]
            if len(target) < 2 or self._is_open(target):
                continue
            for importer in graph.find_modules_that_directly_import(imported):
                source = importer.split(".")[depth:]
                if source[:1] != target[:1] and source[:1] not in [[c] for c in self.composers]:
                    yield importer, imported

    def _is_open(self, target: list[str]) -> bool:
        rooms = [str(name).split(".") for name in self.open_components]
        return any(target[: len(room)] == room for room in rooms)
