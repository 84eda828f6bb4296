"""The classes are the objects of the schema: the same keys, none more."""

import dataclasses
import json
import subprocess
import sys
from typing import Any, get_type_hints

import fubiao
import fubiao._model as model
import pytest

SCHEMA: dict[str, Any] = json.loads(
    subprocess.run([sys.executable, "-m", "fubiao", "schema"], capture_output=True, check=True).stdout
)


def keys(schema: dict[str, Any]) -> set[str]:
    return set(schema["properties"])


def test_a_notice_has_the_keys_of_a_result() -> None:
    assert set(get_type_hints(fubiao.Notice)) == keys(SCHEMA)


OBJECTS = {name: keys(kind) for name, kind in SCHEMA["$defs"].items() if "properties" in kind}


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_each_class_has_the_keys_of_its_object(name: str) -> None:
    kind = getattr(model, name.title().replace("_", ""))
    ours = {model.KEYS.get(field.name, field.name) for field in dataclasses.fields(kind)}
    # What findings say of an annex stands in them alone.
    assert ours - ({"suspects"} if name == "annex" else set()) == OBJECTS[name]
