"""Packages whose names are imported when they are asked for."""

import subprocess
import sys
from importlib import import_module

import pytest

from riik.core import on_demand

PACKAGES = [
    *("riik.services", "riik.registers", "riik.identity"),
    *("riik.registers.importing", "riik.registers.source"),
]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_the_package_is_where_its_table_says(package):
    module = import_module(package)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_the_package_lacks_is_no_attribute(package):
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = import_module(package).Nothing


def test_another_name_is_found_under_its_own():
    find = on_demand("riik.services", {"desk.model": "DeskRole=Role"})
    assert find("DeskRole").__name__ == "Role"


def test_checking_a_folder_reads_no_code_that_runs_services():
    asked = (
        "import sys; from riik.services import findings; from riik.registers import load_register;"
        "print({'riik.exchange', 'riik.trust'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True
    ).stdout
    assert said.strip() == "set()"
