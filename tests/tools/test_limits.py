"""Held requirements: their figures as quantities, and the ones without a figure said to have none."""

import pytest

from corpus.errors import InputError
from corpus.library import load
from tools import limits
from tools.units import registry


def test_every_figure_has_a_unit_the_registry_knows() -> None:
    for limit in limits.all_limits().values():
        if isinstance(limit.value, int | float) and limit.unit != "dB":
            assert limits.quantity(limit.id) is not None, limit.id


def test_documents_named_are_in_the_library() -> None:
    held = {document.id for document in load().documents}
    named = {limit.document for limit in limits.all_limits().values() if limit.document}
    assert named - held == set()


def test_a_figure_carries_its_gas_and_count() -> None:
    assert limits.quantity("nearzero.sz.bldg.pi.b") == registry().Quantity(22, "kgCO2/(m**2*year)")
    assert limits.quantity("bench.cn2020.capita") == registry().Quantity(329.56, "kgce/person")


@pytest.mark.parametrize("limit_id", ["energy.sjg34.exists", "meter.sz-green.art55", "no.such.limit"])
def test_without_a_single_figure_it_says_so(limit_id: str) -> None:
    with pytest.raises(InputError):
        limits.quantity(limit_id)


def test_what_was_not_read_is_not_verified() -> None:
    assert not limits.get("energy.gbt51161.hsww.org.a.c").verified
    assert limits.get("temp.gbf2007.summer").verified
