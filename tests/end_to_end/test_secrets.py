"""Canaries: secrets that occur nowhere else are given in every way there is, and then looked for everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import dotenv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.source.secrets import HIDDEN, Secret, Traces
from ggen_rdf.write.dotenv import line, read
from tests.support.canary import disguises, found, left, said
from tests.support.running import Run
from tests.support.workspaces import copy_example, tree

Ggen = Callable[..., Run]

TYPED = "kanarie-Typed>>?q7x9"
FROM_ENVIRONMENT = "kanarie-Environ>>?w2k4"
IN_TOML = "kanarie-Toml>>?m5n8"
IN_TURTLE = "kanarie-Turtle>>?b1v3"
IN_FILE = "kanarie-File>>?z6y0"
ALL = (TYPED, FROM_ENVIRONMENT, IN_TOML, IN_TURTLE, IN_FILE)

FORMATS = ("full", "concise", "json", "sarif", "github")
QUERY = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
GEN = ["gen", "app-config", "--vars", "env=prod"]
FILE = ["--secrets-file", ".env.prod"]


CONTEXT = "<https://shop.example/model#Shop> a <https://w3id.org/ggen#BoundedContext> .\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The settings and tenants of the shop, without its domain: small, as it is used hundreds of times."""
    return small(tmp_path / "shop")


def small(root: Path) -> Path:
    """A copy of the shop with nothing but its configuration in it."""
    copy_example("shop", root)
    for path in (root / "model").glob("*.ttl"):
        if path.name != "settings.ttl":
            path.unlink()
    add(root / "model/shop.ttl", CONTEXT)
    text = (root / "ggen.toml").read_text()
    start, end = text.index("packs = ["), text.index("[tenant.global]")
    (root / "ggen.toml").write_text(text[:start] + 'packs = ["app-config"]\n\n' + text[end:])
    return root


def nowhere(run: Run, folder: Path, *apart: str) -> None:
    """No canary is in what a command said, nor in any file but those that may hold one."""
    assert found([*said(run), *left(folder, [folder / name for name in apart])], ALL) == []


def edit(path: Path, old: str, new: str) -> None:
    """Change a text that stands there once."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def add(path: Path, text: str) -> None:
    """Add lines to a file, which may be missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + text)


# --- The search itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("how", disguises(TYPED))
def test_the_search_finds_every_disguise(tmp_path: Path, how: str) -> None:
    (tmp_path / "file").write_bytes(b"before " + disguises(TYPED)[how] + b" after")
    assert found(left(tmp_path), [TYPED]) != []


@given(st.binary(max_size=5), st.text(min_size=8, max_size=40).filter(str.strip), st.binary(max_size=5))
def test_ggen_sees_base64_wherever_it_begins(before: bytes, value: str, after: bytes) -> None:
    import base64

    data = value.encode("utf-8", "surrogatepass")
    secret = Secret(data.decode("utf-8", "surrogateescape"))
    for encoded in (base64.b64encode(before + data + after), base64.urlsafe_b64encode(before + data + after)):
        assert Traces([secret]).are_in(b"x" + encoded + b"y")
    assert Traces([secret]).are_in(data.hex().upper().encode())
    assert not Traces([Secret("something else entirely")]).are_in(data)


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(TYPED)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r:>40}", "%s" % secret, repr([secret]), repr(HIDDEN)]  # noqa: UP031
    assert not any(TYPED in text for text in shown)
    assert secret != Secret(TYPED)
    with pytest.raises(TypeError):
        __import__("pickle").dumps(secret)
    assert secret.reveal() == TYPED


# --- Given rightly ---------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["typed", "environment", "ggen.toml", "tenant-config", "shared-config"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_secret_reaches_its_file_and_nothing_else(run_ggen: Ggen, workspace: Path, way: str, form: str) -> None:
    words, env = [*GEN, *FILE, "--output-format", form, "--verbose"], {"CANARY": FROM_ENVIRONMENT}
    if way == "typed":
        words.insert(4, f"secret_key={TYPED}")
    elif way == "environment":
        words.insert(4, "secret_key=${CANARY}")
    elif way == "ggen.toml":
        add(workspace / "ggen.toml", '\n[pack.app-config.vars]\nsecret_key = "${CANARY}"\n')
    else:
        add(workspace / "more.toml", 'secret_key = "${CANARY}"\n')
        words += [f"--{way}", "more.toml"]
    run = run_ggen(words, workspace, env=env)
    assert run.exit == 0, run.stderr
    secrets = workspace / ".env.prod"
    assert (TYPED if way == "typed" else FROM_ENVIRONMENT) in secrets.read_text()
    assert secrets.stat().st_mode & 0o777 == 0o600
    nowhere(run, workspace, ".env.prod")
    others = (["build"], ["plan", "--diff"], ["query", QUERY], ["explain", "config/prod.toml"], ["report", "tenants"])
    for command in others if form == "full" else ():
        nowhere(run_ggen([*command, "--verbose"], workspace, env=env), workspace, ".env.prod")
    again = run_ggen(words, workspace, env=env)
    assert again.exit == 0, "the same value is fine"
    nowhere(again, workspace, ".env.prod")


def test_what_is_generated_does_not_depend_on_the_secret(run_ggen: Ggen, tmp_path: Path) -> None:
    """Not even a hash of it: lock, memory and artefacts are the same for two secrets, and for none."""
    trees = []
    for number, value in enumerate([TYPED, FROM_ENVIRONMENT, None]):
        root = small(tmp_path / str(number) / "shop")
        words = [*GEN, *([f"secret_key={value}", *FILE] if value else [])]
        assert run_ggen(words, root).exit == 0
        trees.append({name: data for name, data in tree(root).items() if name not in (".env.prod", ".gitignore")})
    assert trees[0] == trees[1] == trees[2]


# --- Given wrongly: every failure, in every format ---------------------------------------------------

Spoil = Callable[[Path], list[str]]


def in_ggen_toml(root: Path) -> list[str]:
    add(root / "ggen.toml", f'\n[pack.app-config]\nvars = {{ secret_key = "{IN_TOML}", env = "prdo" }}\n')
    return [*GEN[:2], *FILE]


def in_tenant_config(root: Path) -> list[str]:
    add(root / "more.toml", f'secret_key = "{IN_TOML}"\nhttp_port = 1\n')
    return [*GEN, *FILE, "--tenant-config", "more.toml"]


def in_shared_config(root: Path) -> list[str]:
    add(root / "more.toml", f"secret_key = '''\n{IN_TOML}'''\n")
    return [*GEN, *FILE, "--shared-config", "more.toml"]


def in_a_tenants_toml(root: Path) -> list[str]:
    add(root / "tenants/acme.toml", f'\nsecret_key = "{IN_TOML}"\n')
    return ["check"]


def in_the_model(root: Path) -> list[str]:
    edit(root / "model/settings.ttl", "shop:httpPort 8443 ;", f'shop:secretKey "{IN_TURTLE}" ; shop:httpPort 80 ;')
    return ["check"]


def as_a_default(root: Path) -> list[str]:
    edit(root / "model/settings.ttl", "sh:minLength 12 .", f'sh:minLength 12 ; sh:defaultValue "{IN_TURTLE}"@en .')
    return ["build"]


def as_an_allowed_value(root: Path) -> list[str]:
    new = f"sh:minLength 12 ; sh:in ( 'other' '''{IN_TURTLE}''' ) ; sh:minLenght 3 ."
    edit(root / "model/settings.ttl", "sh:minLength 12 .", new)
    return [*GEN, f"secret_key={TYPED}", *FILE]


def in_the_model_of_a_tenant(root: Path) -> list[str]:
    prefixes = "@prefix shop: <https://shop.example/model#> .\n"
    add(root / "tenants/acme.ttl", prefixes + f'shop:Prod shop:secretKey "{IN_TURTLE}" .\n')
    return ["check"]


def beside_a_broken_model(root: Path) -> list[str]:
    edit(root / "model/settings.ttl", "shop:httpPort 8443 ;", "shop:htpPort 8443 ; shop:logLevel 5 ;")
    return [*GEN, f"secret_key={TYPED}", *FILE]


def without_a_file(root: Path) -> list[str]:
    return [*GEN, f"secret_key={TYPED}"]


def misspelt(root: Path) -> list[str]:
    return [*GEN, f"secret_kye={TYPED}", *FILE]


def of_no_pack(root: Path) -> list[str]:
    return ["gen", "app-confg", "--vars", f"secret_key={TYPED}", *FILE]


def beside_a_wrong_value(root: Path) -> list[str]:
    return [*GEN, f"secret_key={TYPED}", "http_port=80", "log_level=loud", *FILE]


def beside_a_wrong_output(root: Path) -> list[str]:
    return [*GEN, f"secret_key={TYPED}", *FILE, "--output", "../elsewhere/"]


def breaking_its_constraint(root: Path) -> list[str]:
    return [*GEN, f"database_url={TYPED}", *FILE]


def with_a_control_character(root: Path) -> list[str]:
    return [*GEN, f"secret_key={TYPED}\x07", *FILE]


def of_an_unknown_option(root: Path) -> list[str]:
    return ["gen", "app-config", f"--vars=secret_key={TYPED}", "--secret-fil", ".env.prod"]


def torn_apart(root: Path) -> list[str]:
    return [*GEN, "secret_key", "=", TYPED, *FILE]


def torn_in_two(root: Path) -> list[str]:
    return [*GEN, "secret_key=", TYPED, *FILE]


def given_twice(root: Path) -> list[str]:
    return [*GEN, f"secret_key={TYPED}", f"secret_key={TYPED}", *FILE]


def into_a_file_that_differs(root: Path) -> list[str]:
    add(root / ".env.prod", f"OTHER='{IN_FILE}'\nSECRET_KEY='{IN_FILE}'\n")
    (root / ".env.prod").chmod(0o600)
    return [*GEN, f"secret_key={TYPED}", *FILE]


def into_a_malformed_file(root: Path) -> list[str]:
    add(root / ".env.prod", f"OTHER='{IN_FILE}'\n{IN_FILE}\nTHIRD = {IN_FILE}\n")
    (root / ".env.prod").chmod(0o600)
    return [*GEN, f"secret_key={TYPED}", *FILE]


def into_an_open_file(root: Path) -> list[str]:
    add(root / ".env.prod", f"OTHER='{IN_FILE}'\n")
    (root / ".env.prod").chmod(0o644)
    return [*GEN, f"secret_key={TYPED}", *FILE]


def into_a_generated_file(root: Path) -> list[str]:
    return [*GEN, f"secret_key={TYPED}", "--secrets-file", "config/prod.toml"]


def beside_a_conflict(root: Path) -> list[str]:
    add(root / "config/prod.toml", "mine = true\n")
    return [*GEN, f"secret_key={TYPED}", *FILE]


def without_vars(root: Path) -> list[str]:
    return ["gen", "app-config", f"secret_key={TYPED}"]


def without_vars_torn_apart(root: Path) -> list[str]:
    return ["gen", "app-config", "secret_key", "=", TYPED, *FILE]


def without_vars_in_two_words(root: Path) -> list[str]:
    return ["gen", "app-config", f"secret_key=two {TYPED}", TYPED]


def without_a_pack(root: Path) -> list[str]:
    return ["gen", f"secret_key={TYPED}"]


def as_a_command(root: Path) -> list[str]:
    return [f"secret_key={TYPED}"]


def as_an_option(root: Path) -> list[str]:
    return ["gen", "app-config", f"--secret_key={TYPED}"]


def as_a_query(root: Path) -> list[str]:
    return ["query", f"secret_key={TYPED}"]


def as_a_report(root: Path) -> list[str]:
    return ["report", f"secret_key={TYPED}"]


def of_another_pack(root: Path) -> list[str]:
    return ["gen", "tenant-schema", "--vars", f"secret_key={TYPED}"]


def of_another_pack_in_toml(root: Path) -> list[str]:
    add(root / "ggen.toml", f'\n[pack.tenant-schema]\nvars = {{ secret_kye = "{IN_TOML}", tenant = "nobody" }}\n')
    return ["gen", "tenant-schema"]


def with_the_name_of_a_variable(root: Path) -> list[str]:
    return [*GEN, "secret_key=$kanarie", *FILE]


def around_the_name_of_a_variable(root: Path) -> list[str]:
    return [*GEN, f"database_url=postgres://app:{TYPED}@${{HOST}}/db", *FILE]


def around_a_name_in_toml(root: Path) -> list[str]:
    add(root / "ggen.toml", f'\n[pack.app-config.vars]\nsecret_key = "{IN_TOML}${{HOST}}"\n')
    return ["build"]


def in_broken_toml(root: Path) -> list[str]:
    add(root / "ggen.toml", f'\n[pack.app-config.vars]\nsecret_key = "{IN_TOML}\n')
    return ["check"]


def without_quotes_in_toml(root: Path) -> list[str]:
    add(root / "ggen.toml", f"\n[pack.app-config.vars]\nsecret-key = {IN_TOML}\n")
    return ["check"]


def in_broken_turtle(root: Path) -> list[str]:
    edit(root / "model/settings.ttl", "shop:httpPort 8443 ;", f'shop:secretKey "{IN_TURTLE}"" ; shop:httpPort 80 ;')
    return ["check"]


def without_quotes_in_turtle(root: Path) -> list[str]:
    edit(root / "model/settings.ttl", "shop:httpPort 8443 ;", f"shop:secretKey {IN_TURTLE} ; shop:httpPort 80 ;")
    return ["check"]


def as_a_broken_default(root: Path) -> list[str]:
    edit(root / "model/settings.ttl", "sh:minLength 12 .", f"sh:minLength 12 ; sh:defaultValue '{IN_TURTLE} .")
    return ["check"]


SPOILS: dict[Spoil, str] = {
    without_vars: "cli/usage",
    without_vars_torn_apart: "cli/usage",
    without_vars_in_two_words: "cli/usage",
    without_a_pack: "cli/usage",
    as_a_command: "cli/usage",
    as_an_option: "cli/usage",
    as_a_query: "cli/usage",
    as_a_report: "cli/usage",
    of_another_pack: "pack/unknown-variable",
    of_another_pack_in_toml: "pack/unknown-variable",
    with_the_name_of_a_variable: "secret/reference",
    around_the_name_of_a_variable: "secret/reference",
    around_a_name_in_toml: "secret/reference",
    in_broken_toml: "source/toml",
    without_quotes_in_toml: "source/toml",
    in_broken_turtle: "source/syntax",
    without_quotes_in_turtle: "source/syntax",
    as_a_broken_default: "source/syntax",
    in_ggen_toml: "secret/literal",
    in_tenant_config: "secret/literal",
    in_shared_config: "secret/literal",
    in_a_tenants_toml: "source/unknown-setting",
    in_the_model: "secret/literal",
    as_a_default: "secret/literal",
    as_an_allowed_value: "secret/literal",
    in_the_model_of_a_tenant: "secret/literal",
    beside_a_broken_model: "configuration/unknown-setting",
    without_a_file: "secret/no-file",
    misspelt: "pack/unknown-variable",
    of_no_pack: "pack/unknown",
    beside_a_wrong_value: "pack/variable-value",
    beside_a_wrong_output: "write/outside",
    breaking_its_constraint: "pack/variable-value",
    with_a_control_character: "secret/unwritable",
    of_an_unknown_option: "cli/usage",
    torn_apart: "cli/usage",
    torn_in_two: "cli/usage",
    given_twice: "cli/usage",
    into_a_file_that_differs: "secret/differs",
    into_a_malformed_file: "secret/file-malformed",
    into_an_open_file: "secret/file-unsafe",
    into_a_generated_file: "secret/file-place",
    beside_a_conflict: "write/exists",
}
"""What is done wrong, and what is said about it."""

HOLDS = ("ggen.toml", "more.toml", "tenants/acme.toml", "tenants/acme.ttl", "model/settings.ttl", ".env.prod")
"""Where a user wrote a canary by hand."""


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_no_failure_shows_a_secret(run_ggen: Ggen, workspace: Path, spoil: Spoil) -> None:
    words = spoil(workspace)
    before = tree(workspace)
    for form in FORMATS:
        run = run_ggen([*words, "--output-format", form, "--verbose"], workspace)
        assert run.exit in (1, 2), run.stderr
        assert SPOILS[spoil] in run.stdout + run.stderr
        nowhere(run, workspace, *HOLDS)
        assert tree(workspace) == before, "nothing was written"
    for more in (["plan"], ["build"], ["query", QUERY]):
        nowhere(run_ggen([*more, "--output-format", "json"], workspace), workspace, *HOLDS)


@pytest.mark.parametrize("given_by", ["typed", "environment"])
@pytest.mark.parametrize("place", ["ggen_rdf.write.leaks.leaks", "ggen_rdf.render.generate.render"])
def test_a_mistake_of_our_own_shows_no_secret(
    run_ggen: Ggen, workspace: Path, place: str, given_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", FROM_ENVIRONMENT)

    def fail(*all_of: object, **named: object) -> None:
        value = TYPED if given_by == "typed" else FROM_ENVIRONMENT
        raise RuntimeError(f"{all_of!r} {named!r} {value} {value!r}")

    with mock.patch(place, fail):
        value = TYPED if given_by == "typed" else "${CANARY}"
        for words in (
            [*GEN, f"secret_key={value}", *FILE, "--verbose"],
            ["--verbose", *GEN, f"secret_key={value}", *FILE],
        ):
            run = run_ggen(words, workspace)
            assert run.exit == 70
            assert "RuntimeError" in run.stderr
            nowhere(run, workspace)


def test_completion_shows_no_secret(run_ggen: Ggen, workspace: Path) -> None:
    env = {
        "_GGEN_COMPLETE": "bash_complete",
        "COMP_WORDS": f"ggen gen app-config --vars secret_key={TYPED} ",
        "COMP_CWORD": "5",
    }
    nowhere(run_ggen([], workspace, env=env), workspace)


# --- Packs that leak -------------------------------------------------------------------------------

PACK = """template: leaky
version: 1.0.0
description: A page that says too much
target: markdown
output: docs/
vars:
  token: {secret: true, description: What nobody may know.}
"""


def leaky(root: Path, body: str, to: str = "page.md") -> None:
    """Add a pack with one template."""
    add(root / "templates/leaky/pack.yaml", PACK)
    add(root / "templates/leaky/page.md.j2", f'---\nto: "{to}"\n---\n{body}\n')


@pytest.mark.parametrize("how", [how for how in disguises(TYPED) if how not in ("utf-16", "reversed")])
def test_a_template_that_holds_the_secret_is_refused(run_ggen: Ggen, workspace: Path, how: str) -> None:
    leaky(workspace, f"See {disguises(TYPED)[how].decode()} here.")
    plain = run_ggen(["gen", "leaky"], workspace)
    assert plain.exit == 0
    assert found(left(workspace / "docs"), [TYPED]) != [], "the bad twin: the search finds it where nobody guards"
    before = tree(workspace)
    run = run_ggen(["gen", "leaky", "--vars", f"token={TYPED}", "--secrets-file", ".env"], workspace)
    assert run.exit == 1
    assert "secret/leak" in run.stderr
    assert tree(workspace) == before
    assert found(said(run), ALL) == []


@pytest.mark.parametrize(
    "body",
    [
        "{{ vars.token }}",
        "{{ vars.token | text }}",
        "{{ vars.token | code }}",
        "{{ [vars.token] | anchor }}",
        "{{ vars.token | string }}",
        "{{ vars.token.reveal() }}",
        "{{ vars.token.__class__ }}",
        "{{ vars.token ~ '' }}",
        "{% for c in vars.token %}{{ c }}{% endfor %}",
        "{{ (vars | list) | join('') }}",
        "{{ '%s' | format(vars.token) }}",
        "{{ vars.token | length }}",
    ],
)
def test_a_template_cannot_print_a_secret(run_ggen: Ggen, workspace: Path, body: str) -> None:
    leaky(workspace, f"See {body} here.")
    before = tree(workspace)
    run = run_ggen(["gen", "leaky", "--vars", f"token={TYPED}", "--secrets-file", ".env", "--verbose"], workspace)
    assert run.exit == 1, run.stderr
    assert tree(workspace) == before
    nowhere(run, workspace)


def test_a_path_cannot_hold_a_secret(run_ggen: Ggen, workspace: Path) -> None:
    leaky(workspace, "Nothing.", to="kanarie-Plain9.md")
    run = run_ggen(["gen", "leaky", "--vars", "token=kanarie-Plain9", "--secrets-file", ".env"], workspace)
    assert (run.exit, "secret/leak" in run.stderr) == (1, True)
    assert not (workspace / "docs").exists()


def test_a_workbook_is_unpacked(run_ggen: Ggen, workspace: Path) -> None:
    add(workspace / "templates/leaky/pack.yaml", PACK)
    sheet = (
        f"to: page.xlsx\ntitle: Page\nsheets:\n  - name: Cover\n    facts:\n      - {{fact: Key, text: {TYPED!r}}}\n"
    )
    add(workspace / "templates/leaky/page.xlsx.yaml", sheet)
    assert run_ggen(["gen", "leaky"], workspace).exit == 0
    assert found(left(workspace / "docs"), [TYPED.replace(">", "&gt;")]) != []
    shutil.rmtree(workspace / "docs")
    run = run_ggen(["gen", "leaky", "--vars", f"token={TYPED}", "--secrets-file", ".env"], workspace)
    assert (run.exit, "secret/leak" in run.stderr) == (1, True), run.stderr
    assert not (workspace / "docs").exists()


@pytest.mark.parametrize(
    "body",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "postgres://app:kanarie-Url@db/app",
        "AKIAIOSFODNN7EXAMPLE",
        'token = "kanarie-Key"',
    ],
)
def test_a_secret_pasted_into_a_template_is_seen_without_being_given(
    run_ggen: Ggen, workspace: Path, body: str
) -> None:
    leaky(workspace, body)
    run = run_ggen(["gen", "leaky"], workspace)
    assert (run.exit, "secret/in-template" in run.stderr) == (1, True)
    assert "kanarie" not in run.stderr
    assert "AKIAI" not in run.stderr


# --- The file ---------------------------------------------------------------------------------------

HARD = (
    *("with space", "it's", 'say "hi"', "$HOME ${ `id` $(id)", "a#b #c", "back\\slash\\\\", "line\nbreak"),
    *("tab\there", "ünïcödé 🔑", "!history", "~", "* ?", "'\"$`\\", "ends with \\", "=a=b", " leading, trailing "),
    "a'b\nc\"d",
)


@pytest.mark.parametrize("value", HARD)
def test_the_shell_reads_the_file(run_ggen: Ggen, workspace: Path, value: str) -> None:
    value = f"{value} {'x' * 8}" if len(value) < 12 else value
    run = run_ggen(["gen", "app-config", "--vars", "env=dev", f"secret_key={value}xx", *FILE], workspace)
    assert run.exit == 0, run.stderr
    script = "set -a; . ./.env.prod; set +a; python3 -c 'import os, sys; sys.stdout.write(os.environ[\"SECRET_KEY\"])'"
    shell = subprocess.run(["bash", "-c", script], cwd=workspace, capture_output=True, check=True)
    assert shell.stdout.decode() == f"{value}xx"
    again = run_ggen(["gen", "app-config", "--vars", "env=dev", f"secret_key={value}xx", *FILE], workspace)
    assert again.exit == 0, "ggen reads back what it wrote"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t'\"\\$`# "), min_size=1))
def test_what_is_written_is_read_back(value: str) -> None:
    assert read(line("KEY", value)).values == {"KEY": value}
    before = '# a comment\nexport OTHER=\'1 2\'  # why\n\nTHIRD="a\\"b"\n'
    assert read(before + line("KEY", value)).values == {"OTHER": "1 2", "THIRD": 'a"b', "KEY": value}


@pytest.mark.parametrize("value", [v for v in HARD if "\\" not in v and not ("'" in v and "$" in v) and "${" not in v])
def test_a_dotenv_library_reads_the_file(tmp_path: Path, value: str) -> None:
    """Backslashes, and `$` beside a single quote, are read in as many ways as there are libraries."""
    (tmp_path / ".env").write_text(line("KEY", value))
    assert dotenv.dotenv_values(tmp_path / ".env", interpolate=False) == {"KEY": value}


@pytest.mark.parametrize(
    "text",
    ["KEY = 1\n", "KEY='open\n", "2KEY=1\n", "KEY=$(id)\n", "KEY=a b\n", "KEY=1\nKEY=2\n", "words\n", 'K="$X"\n'],
)
def test_what_the_shell_would_not_take_as_it_is_is_malformed(text: str) -> None:
    assert read(text).wrong is not None


def test_a_file_is_completed_and_nothing_in_it_changes(run_ggen: Ggen, workspace: Path) -> None:
    start = f"# mine\nexport OTHER='{IN_FILE}'   # and why\n\nDATABASE_URL=postgres://u:p@h/db"
    add(workspace / ".env.prod", start)
    (workspace / ".env.prod").chmod(0o400)
    run = run_ggen([*GEN, f"secret_key={TYPED}", *FILE], workspace)
    assert run.exit == 0, run.stderr
    assert "secret/missing" not in run.stderr
    assert (workspace / ".env.prod").read_text() == f"{start}\nSECRET_KEY='{TYPED}'\n"
    assert (workspace / ".env.prod").stat().st_mode & 0o777 == 0o400
    nowhere(run, workspace, ".env.prod")


def git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run git without the user's own settings."""
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(["git", *words], cwd=root, env=env, capture_output=True, text=True, check=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "/.env.prod\n"),
        ("*.log", "*.log\n/.env.prod\n"),
        (".env*\n", ".env*\n"),
        (".env*\n!.env.prod\n", ".env*\n!.env.prod\n/.env.prod\n"),
    ],
)
def test_git_leaves_the_file_alone(
    run_ggen: Ggen, workspace: Path, before: str | None, after: str, tool: Callable[[str], str]
) -> None:
    tool("git")
    git(workspace, "init", "-q")
    if before is not None:
        (workspace / ".gitignore").write_text(before)
    for _ in range(2):
        assert run_ggen([*GEN, f"secret_key={TYPED}", *FILE], workspace).exit == 0
        assert (workspace / ".gitignore").read_text() == after
    git(workspace, "add", "-A")
    assert ".env.prod" not in git(workspace, "ls-files").stdout.splitlines()


def test_a_file_that_git_tracks_is_refused(run_ggen: Ggen, workspace: Path, tool: Callable[[str], str]) -> None:
    tool("git")
    git(workspace, "init", "-q")
    add(workspace / ".env.prod", "OTHER=1\n")
    (workspace / ".env.prod").chmod(0o600)
    git(workspace, "add", "-f", ".env.prod")
    before = tree(workspace)
    run = run_ggen([*GEN, f"secret_key={TYPED}", *FILE], workspace)
    assert (run.exit, "git tracks it" in run.stderr) == (1, True)
    assert tree(workspace) == before


@pytest.mark.parametrize(
    "what", ["link", "dangling", "folder", "fifo", "outside", "behind-link", "model", "ggen", "git"]
)
def test_no_secret_goes_where_it_should_not(run_ggen: Ggen, workspace: Path, tmp_path: Path, what: str) -> None:
    path = ".env.prod"
    if what == "link":
        add(tmp_path / "target", "A=1\n")
        (tmp_path / "target").chmod(0o600)
        (workspace / path).symlink_to(tmp_path / "target")
    elif what == "dangling":
        (workspace / path).symlink_to(tmp_path / "target")
    elif what == "folder":
        (workspace / path).mkdir()
    elif what == "fifo":
        os.mkfifo(workspace / path)
    elif what == "behind-link":
        (tmp_path / "there").mkdir()
        (workspace / "here").symlink_to(tmp_path / "there")
        path = "here/.env"
    else:
        path = {"outside": "../.env", "model": "model/.env", "ggen": ".ggen/env", "git": ".git/env"}[what]
    before = tree(tmp_path)
    run = run_ggen([*GEN, f"secret_key={TYPED}", "--secrets-file", path], workspace)
    assert run.exit == 1, run.stderr
    assert "secret/file-" in run.stderr
    assert tree(tmp_path) == before
    assert found(said(run), ALL) == []


def test_artefacts_and_secrets_are_written_together_or_not_at_all(run_ggen: Ggen, workspace: Path) -> None:
    with mock.patch("ggen_rdf.write.apply._write_manifest", side_effect=OSError(28, "No space left on device")):
        before = tree(workspace)
        run = run_ggen([*GEN, f"secret_key={TYPED}", *FILE], workspace)
        assert run.exit == 1
        after = {name: data for name, data in tree(workspace).items() if not name.startswith(".ggen/")}
        assert after == before
    assert run_ggen([*GEN, f"secret_key={TYPED}", *FILE], workspace).exit == 0
    assert TYPED in (workspace / ".env.prod").read_text()


def test_a_file_that_appears_meanwhile_is_not_overwritten(run_ggen: Ggen, workspace: Path) -> None:
    from ggen_rdf.write import disk

    real = disk.stage

    def slow(path: str, data: bytes, mode: int) -> os.stat_result:
        if mode == 0o600:
            (workspace / ".env.prod").write_text("SECRET_KEY=somebody-elses\n")
        return real(path, data, mode)

    with mock.patch.object(disk, "stage", slow):
        run = run_ggen([*GEN, f"secret_key={TYPED}", *FILE], workspace)
    assert run.exit == 1
    assert (workspace / ".env.prod").read_text() == "SECRET_KEY=somebody-elses\n"
    assert not (workspace / "config").exists()
    assert [p.name for p in workspace.glob(".ggen-*")] == []
