"""Packs that need each other: what is made along, what is offered, and whose it is, in small workspaces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.running import Run

Ggen = Callable[..., Run]

PACKS = {
    "roof": {"needs": "[wall]", "output": "house/roof/"},
    "wall": {"needs": "[ground]", "output": "house/", "offers": "{part: [house]}"},
    "ground": {"offers": "{part: []}"},
    "shed": {"needs": "[ground]", "output": "shed/", "offers": "{part: [shed, shed/door]}"},
}
PLAN = "{% for part in build.offers.part %}{{ part | text }}\n{% endfor %}"


@pytest.fixture
def site(starter: Path) -> Path:
    """A workspace with packs that need each other, none of which is in the build."""
    for name, keys in PACKS.items():
        said = "".join(f"{key}: {value}\n" for key, value in keys.items())
        head = f"template: {name}\nversion: 1.0.0\ndescription: A {name}.\ntarget: text\n"
        body = PLAN if name == "ground" else "{{ output.root }}ground.txt {{ 1 if output.apart else 0 }}\n"
        write(starter / f"templates/{name}/pack.yaml", head + said)
        write(starter / f"templates/{name}/{name}.txt.j2", f"---\nto: {name}.txt\n---\n{body}")
    return settings(starter)


def write(path: Path, text: str) -> None:
    """A file, and the folder for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def settings(site: Path, *packs: str, further: str = "") -> Path:
    """Say what a build builds."""
    names = ", ".join(f'"{name}"' for name in packs)
    (site / "ggen.toml").write_text(f'[workspace]\nname = "site"\n\n[build]\npacks = [{names}]\n{further}')
    return site


def made(run_ggen: Ggen, site: Path, command: str) -> dict[str, str]:
    """What stands there after a command, by path."""
    done = run_ggen(command.split(), cwd=site)
    assert done.exit == 0, done.stderr
    return {path.relative_to(site).as_posix(): path.read_text() for path in sorted(site.rglob("*.txt"))}


def test_what_a_pack_needs_is_made_along(site: Path, run_ggen: Ggen) -> None:
    assert made(run_ggen, site, "gen roof") == {
        "ground.txt": "house\n",
        "house/roof/roof.txt": "../../ground.txt 0\n",
        "house/wall.txt": "../ground.txt 0\n",
    }


def test_a_place_of_its_own_is_for_the_named_pack_only(site: Path, run_ggen: Ggen) -> None:
    found = made(run_ggen, site, "gen wall --output far/away/from/here/")
    assert found == {"ground.txt": "", "far/away/from/here/wall.txt": "../../../../ground.txt 1\n"}
    assert made(run_ggen, site, "gen wall --output house/")["house/wall.txt"] == "../ground.txt 0\n"


def test_what_stands_there_already_is_offered_too(site: Path, run_ggen: Ggen) -> None:
    made(run_ggen, site, "gen shed")
    assert made(run_ggen, site, "gen roof")["ground.txt"] == "house\nshed\nshed/door\n"
    settings(site, "wall")
    assert made(run_ggen, site, "build")["ground.txt"] == "house\nshed\nshed/door\n"


def test_a_build_makes_what_its_packs_need_and_takes_it_away_with_them(site: Path, run_ggen: Ggen) -> None:
    settings(site, "roof", "shed")
    found = made(run_ggen, site, "build")
    assert sorted(found) == ["ground.txt", "house/roof/roof.txt", "house/wall.txt", "shed/shed.txt"]
    assert found["ground.txt"] == "house\nshed\nshed/door\n"
    assert made(run_ggen, site, "gen roof") == found
    settings(site, "shed")
    assert made(run_ggen, site, "build") == {"ground.txt": "shed\nshed/door\n", "shed/shed.txt": "../ground.txt 0\n"}


def test_what_is_offered_moves_with_its_pack(site: Path, run_ggen: Ggen) -> None:
    settings(site, "shed", "wall", further='[pack.shed]\noutput = "far/off/"\n')
    assert made(run_ggen, site, "build") == {
        "far/off/shed.txt": "../../ground.txt 0\n",
        "ground.txt": "far/off\nfar/off/door\nhouse\n",
        "house/wall.txt": "../ground.txt 0\n",
    }


def test_a_path_may_begin_at_the_workspace(site: Path, run_ggen: Ggen) -> None:
    write(site / "templates/wall/path.txt.j2", "---\nto: /paths/path.txt\n---\n{{ workspace.system | text }}\n")
    found = made(run_ggen, site, "gen wall --output far/")
    assert found["paths/path.txt"] == "site\n"
