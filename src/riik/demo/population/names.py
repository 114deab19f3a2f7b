"""Names and addresses for people who don't exist, out of ``names.toml``."""

from dataclasses import dataclass
from importlib.resources import files

from riik.demo.population.dice import Dice
from riik.formats.toml import Shape, read_toml
from riik.profiles import Name

__all__ = ["Names", "names_of"]


class _Lists(Shape):
    wives_take_names: bool
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    towns: tuple[str, ...]
    streets: tuple[str, ...]
    middle_women: tuple[str, ...] = ()
    middle_men: tuple[str, ...] = ()
    shares: tuple[int, ...] = ()


class _File(Shape):
    ee: _Lists
    vn: _Lists


@dataclass(frozen=True, slots=True)
class Names:
    """How people of one country are named and where they live."""

    lists: _Lists

    @property
    def wives_take_names(self) -> bool:
        """Do wives often take the husband's family name?"""
        return self.lists.wives_take_names

    def draw(self, dice: Dice, *, sex: str, age: int) -> Name:
        """A name for somebody of this sex and age."""
        lists, woman = self.lists, sex == "F"
        given = dice.one_of(lists.women if woman else lists.men)
        if not lists.middle_men:
            return Name(family=dice.one_of(lists.families), given=given)
        family = dice.weighted(tuple(zip(lists.families, lists.shares, strict=True)))
        usual = "Thị" if woman else "Văn"
        middle = dice.one_of(lists.middle_women if woman else lists.middle_men)
        if middle == given or (woman and age > 40 and dice.chance(45)):
            middle = usual
        return Name(family=family, middle=middle, given=given)

    def address(self, dice: Dice, place: str) -> str:
        """A line of address in a county or province that is real, on a street that isn't."""
        house, street = dice.between(1, 98), dice.one_of(self.lists.streets)
        town = dice.one_of(self.lists.towns)
        if self.lists.middle_men:
            return f"Số {house}, đường {street}, {town}, {place}"
        flat = f"-{dice.between(1, 40)}" if dice.chance(55) else ""
        return f"{street} tn {house}{flat}, {town}, {place}"

    def phone(self, dice: Dice) -> str:
        """A number of a block that no network gives out (assumed)."""
        if self.lists.middle_men:
            number = dice.below(100_000)
            return f"+84 300 0{number // 1000:02d} {number % 1000:03d}"
        return f"+372 5000{dice.below(10_000):04d}"


def names_of(country: str) -> Names:
    """The names of a country, ``ee`` or ``vn``."""
    source = files(__package__).joinpath("names.toml").read_bytes()
    file = read_toml(source, _File, name="names.toml")
    return Names(file.vn if country == "vn" else file.ee)
