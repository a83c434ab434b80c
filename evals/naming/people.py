"""Put invented people, companies, places and products into sentences, and remember where the people stand."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml
from faker import Faker

from evals.naming.marked import Marked

SENTENCES = Path(__file__).with_name("sentences.txt")
LEARNED = (
    "en_US en_GB en_IN en_NZ en_NG de_DE de_AT fr_FR fr_CH es_ES es_MX it_IT pt_BR pt_PT nl_NL sv_SE no_NO pl_PL cs_CZ "
    "sk_SK hu_HU ro_RO hr_HR tr_TR id_ID lv_LV zu_ZA az_AZ vi_VN yo_NG"
)
HELD = "en_IE en_KE da_DK fi_FI sl_SI et_EE lt_LT es_CO es_AR de_CH fr_CA tw_GH"
_THINGS = yaml.safe_load(Path(__file__).with_name("things.yaml").read_text("utf-8"))
PRODUCTS: list[str] = _THINGS["products"]
SYLLABLES: list[str] = _THINGS["syllables"]
TIMES: list[str] = _THINGS["times"]
FIRMS: list[str] = _THINGS["firms"]
_SLOT = re.compile(r"\$([nflocswdt])")


def sentences() -> list[str]:
    """Return the sentences that we wrote, with their slots."""
    lines = SENTENCES.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class Cast:
    """Invents what fills the slots, from these locales; `titles` are texts of which titles of works are made."""

    def __init__(self, locales: str, titles: Sequence[str], chance: random.Random) -> None:
        self._fakers = [Faker(locale) for locale in locales.split()]
        for number, faker in enumerate(self._fakers):
            faker.seed_instance(chance.randrange(10**6) + number)
        self._titles = titles
        self.chance = chance

    def fill(self, sentence: str) -> Marked:
        """Return a sentence with its slots filled; half of them come from one locale."""
        home, text, names, cut = self.chance.choice(self._fakers), "", [], 0
        for slot in _SLOT.finditer(sentence):
            faker = home if self.chance.random() < 0.5 else self.chance.choice(self._fakers)
            text += sentence[cut : slot.start()]
            said = self._said(slot.group(1), faker)
            if slot.group(1) in "nfl":
                names.append((len(text), len(text) + len(said)))
            text, cut = text + said, slot.end()
        return Marked(text + sentence[cut:], tuple(names))

    def name(self, slots: str) -> str:
        """Return a name for one of these slots."""
        return self._said(self.chance.choice(slots), self.chance.choice(self._fakers))

    def thing(self) -> str:
        """Return a company, product, city or title."""
        return self._said(self.chance.choice("oowct"), self.chance.choice(self._fakers))

    def city(self) -> str:
        """Return a city."""
        return self._said("c", self.chance.choice(self._fakers))

    def _said(self, slot: str, faker: Faker) -> str:
        ways: dict[str, Callable[[], str]] = {
            "n": lambda: self._full(faker),
            "f": faker.first_name,
            "l": faker.last_name,
            "o": lambda: self._company(faker),
            "c": lambda: _else(faker, "city", "Paris"),
            "s": lambda: _else(faker, "street_address", "5 Main St"),
            "w": self._product,
            "t": self._title,
            "d": lambda: self.chance.choice(TIMES),
        }
        return " ".join(ways[slot]().split())

    def _full(self, faker: Faker) -> str:
        first, last, one = faker.first_name(), faker.last_name(), self.chance.random()
        if one < 0.72:
            return f"{first} {last}"
        if one < 0.80:
            return f"{first} {self.chance.choice('ABCDEFGHJKLMNPRSTVW')}. {last}"
        if one < 0.86:
            return f"{first[0]}. {last}"
        if one < 0.91:
            return f"{first} {faker.first_name()} {last}"
        return f"{first} {last}-{faker.last_name()}" if one < 0.95 else f"{first} {last.upper()}"

    def _company(self, faker: Faker) -> str:
        one = self.chance.random()
        if one < 0.25:
            return f"{faker.last_name()} {self.chance.choice(FIRMS)}"
        return _else(faker, "company", "Novatra") if one < 0.7 else f"{self._coined(2)} {self.chance.choice(FIRMS)}"

    def _product(self) -> str:
        one = self.chance.random()
        if one < 0.7:
            return " ".join(self.chance.sample(PRODUCTS, 1 if one < 0.45 else 2))
        return self._coined(3) if one < 0.85 else f"{self._coined(2)} {self.chance.choice(PRODUCTS)}"

    def _coined(self, syllables: int) -> str:
        return "".join(self.chance.choices(SYLLABLES, k=syllables)).capitalize()

    def _title(self) -> str:
        words = re.findall(r"[^\W\d_]+", self.chance.choice(self._titles))
        size, first = self.chance.choice([2, 3, 3, 4, 5]), self.chance.randrange(max(1, len(words) - 4))
        return " ".join(word.capitalize() for word in words[first : first + size]) or "The Long Way"


def _else(faker: Faker, kind: str, fallback: str) -> str:
    """Return what the locale makes of this kind, the fallback where it knows none."""
    return str(getattr(faker, kind)()) if hasattr(faker, kind) else fallback
