# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, errors, manual pages, completion, closed descriptors."""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from modes import skip

COMMANDS = ("run", "ps", "inspect", "events", "rm", "diff", "apply", "discard", "plan", "explain", "policy", "doctor")
PAGES = ["tiercel", "tiercel-policy", "tiercel-policy.1"] + [f"tiercel-{c}" for c in COMMANDS if c != "policy"]


def call(programs, *args, **more):
    return subprocess.run([programs / "tiercel", *args], capture_output=True, text=True, timeout=20, check=False, **more)


def one_line(text):
    return text.startswith("tiercel: ") and text.count("\n") == 1 and text.endswith("\n")


@pytest.mark.parametrize("command", (None, *COMMANDS))
def test_help_fits_a_screen(programs, command):
    done = call(programs, *([command] if command else []), "--help")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and done.stderr == ""
    assert 2 < len(lines) < 24
    assert max(map(len, lines)) < 80


def test_every_command_is_in_the_help(programs):
    said = call(programs, "help").stdout
    assert tuple(re.findall(r"^  ([a-z]+) ", said, re.M)) != ()
    for command in COMMANDS:
        assert f"\n  {command} " in said
        assert call(programs, "help", command).stdout == call(programs, command, "--help").stdout
    assert "internal" not in said


@pytest.mark.parametrize("args, hint", [
    (["rnu"], "run"),
    (["run", "--memroy", "1g", "true"], "--memory"),
    (["ps", "--jsn"], "--json"),
    (["help", "aply"], "apply"),
    (["run", "--memory"], "SIZE"),
    (["run", "-m"], "SIZE"),
    (["run", "--quiet=1", "true"], "takes no argument"),
    (["run", "--memory", "1g", "-m", "2g", "true"], "twice"),
    (["run", "--name", "a", "--name", "b", "true"], "twice"),
    (["run", "-Z", "true"], "-Z"),
    (["run"], "command"),
    (["run", "--"], "command"),
    (["inspect"], "ps -a"),
    (["rm"], "--all"),
    (["ps", "extra"], "extra"),
    (["run", "--bad\x1b[31m\n", "true"], "\\x1b[31m\\n"),
    (["\x1b]0;x\x07"], "\\x1b"),
])
def test_bad_input_is_one_line_and_125(programs, args, hint):
    done = call(programs, *args)
    assert done.returncode == 125
    assert done.stdout == ""
    assert one_line(done.stderr), done.stderr
    assert hint in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_closed_descriptors_are_harmless(programs, closed):
    done = subprocess.run(["/bin/sh", "-c", 'exec "$0" --version ' + " ".join(f"{fd}>&-" for fd in closed),
                           programs / "tiercel"], capture_output=True, timeout=20, check=False)
    assert done.returncode == 0


def test_full_disk_is_reported(programs):
    if not os.access("/dev/full", os.W_OK):
        skip("no /dev/full")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([programs / "tiercel", "--help"], stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=20, check=False)
    assert done.returncode == 125
    assert one_line(done.stderr) and "No space left" in done.stderr


def test_reader_that_left_is_silent(programs):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([programs / "tiercel", "--help"], stdout=writer, stderr=subprocess.PIPE, timeout=20,
                          check=False)
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == b""


@pytest.mark.parametrize("page", PAGES)
def test_manual_page_is_sound(programs, page):
    if not shutil.which("groff"):
        skip("no groff")
    source = call(programs, "internal", "man", page)
    assert source.returncode == 0, source.stderr
    for heading in ("NAME", "DESCRIPTION", "SEE ALSO"):
        assert f'.SH "{heading}"' in source.stdout
    assert source.stdout.isascii()
    done = subprocess.run(["groff", "-ww", "-man", "-Tutf8"], input=source.stdout, capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode == 0 and done.stderr == ""


def test_manual_names_every_option(programs):
    source = call(programs, "internal", "man", "tiercel-run").stdout.replace("\\-", "-")
    for name in re.findall(r"--([a-z-]+)", call(programs, "run", "--help").stdout):
        assert f"--{name}" in source
    assert "--yes-really" in source


def complete_bash(programs, tmp_path, *words):
    script = tmp_path / "tiercel.bash"
    script.write_text(call(programs, "internal", "completion", "bash").stdout)
    line = f"source {script}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _tiercel; " \
        'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "--norc", "-c", line], capture_output=True, text=True, timeout=20, check=False,
                          env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path)})
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("words, offered, absent", [
    (("tiercel", "''"), {"run", "apply", "policy", "help"}, {"internal"}),
    (("tiercel", "dis"), {"discard"}, {"run"}),
    (("tiercel", "run", "--me"), {"--memory"}, {"--mode"}),
    (("tiercel", "run", "--mode", "r"), {"review", "readonly"}, {"direct"}),
    (("tiercel", "run", "--tier", "=", "na"), {"namespace"}, {"auto"}),
    (("tiercel", "run", "--quiet", "-m", "1g", "bas"), {"bash"}, set()),
    (("tiercel", "policy", "''"), {"check", "diff", "print", "schema"}, set()),
])
def test_bash_completes(programs, tmp_path, words, offered, absent):
    got = set(complete_bash(programs, tmp_path, *words))
    assert offered <= got
    assert not absent & got


def test_fish_completes(programs, tmp_path):
    if not shutil.which("fish"):
        skip("no fish")
    script = tmp_path / "tiercel.fish"
    script.write_text(call(programs, "internal", "completion", "fish").stdout)

    def offered(line):
        done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], text=True,
                              capture_output=True, timeout=20, check=False,
                              env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path)})
        assert done.stderr == ""
        return {row.split("\t")[0] for row in done.stdout.splitlines()}

    assert {"run", "diff"} <= offered("tiercel ")
    assert "--memory" in offered("tiercel run --me")
    assert {"review", "direct", "readonly"} <= offered("tiercel run --mode ")


def test_zsh_completes(programs, tmp_path):
    if not shutil.which("zsh"):
        skip("no zsh")
    (tmp_path / "_tiercel").write_text(call(programs, "internal", "completion", "zsh").stdout)
    script = Path(tmp_path, "drive.zsh")
    # A pseudo terminal of zsh's own, in which the keys are pressed that a person would press.
    script.write_text(f"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1="> "; fpath=({tmp_path} $fpath); autoload -U compinit; compinit -u -D; zstyle ":completion:*" list-prompt ""'
zpty -w z 'setopt no_list_ambiguous; echo rea''dy'
while zpty -r z line && [[ $line != ready* ]]; do :; done
zpty -w -n z "$1"$'\\t\\t'
zpty -w z ''
sleep 1
while zpty -r -t z line; do print -r -- "$line"; done
""")
    done = subprocess.run(["zsh", "-f", str(script), "tiercel run --me"], capture_output=True, text=True, timeout=20,
                          check=False, env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path),
                                            "TERM": "dumb"})
    assert "--memory" in done.stdout, done.stdout + done.stderr


def test_every_command_has_a_page(programs):
    sources = {p.stem[4:] for p in Path(__file__).resolve().parents[2].glob("src/cmd/cmd_*.c")}
    assert sources - {"internal"} == set(COMMANDS)
    for name in sources - {"internal"}:
        assert call(programs, "internal", "man", f"tiercel-{name}.1").returncode == 0


@pytest.mark.parametrize("args", [
    ("ps", "-a"), ("explain", "--", "true"), ("plan", "--", "true"), ("policy", "print"), ("policy", "schema"), ("doctor",),
])
def test_json_wherever_something_is_printed(programs, tmp_path, args):
    env = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "PATH": os.environ["PATH"]}
    (tmp_path / "work").mkdir()
    at = args.index("--") if "--" in args else len(args)
    done = call(programs, *args[:at], "--json", *args[at:], env=env, cwd=tmp_path / "work")
    assert done.returncode in (0, 1), done.stderr
    decoder, text = json.JSONDecoder(), done.stdout.strip()
    while text:
        _, end = decoder.raw_decode(text)
        text = text[end:].strip()


def test_explain_says_what_the_policy_says(programs, tmp_path):
    (tmp_path / "work").mkdir()
    policy = tmp_path / "p.yaml"
    policy.write_text('network: { allow: [github.com], deny: [gist.github.com], loopback: ["5432"], unix: [/run/x],\n'
                      '  publish: ["127.0.0.1:8080:3000"], http: [{ host: a.b, methods: [GET], paths: ["/r/**"] }] }\n'
                      'secrets: [{ name: TOKEN, from: env, hosts: [a.b] }]\nsyscalls: { deny: [bpf] }\n')
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    said = call(programs, "explain", "--policy", policy, env=env, cwd=tmp_path / "work").stdout
    for words in ("It can reach github.com;", "gist.github.com", "port 5432", "/run/x", "127.0.0.1:8080:3000", "TOKEN",
                  "GET to /r/**", "no other socket", "them: bpf."):
        assert words in said
    assert "Network. None" not in said
    policy.write_text("network: { http: [{ host: a.b, methods: [GET] }] }\n")
    said = call(programs, "explain", "--policy", policy, env=env, cwd=tmp_path / "work").stdout
    assert "Network. It can reach the hosts named next;" in said and "Of a.b only requests with GET" in said
    said = call(programs, "explain", "-e", "A=1", "--timeout", "90s", env=env, cwd=tmp_path / "work").stdout
    assert "the policy sets A." in said and "time 90s" in said
    assert "Network. None" in call(programs, "explain", env=env, cwd=tmp_path / "work").stdout
    assert "--protected" not in call(programs, "explain", "--mode", "readonly", env=env, cwd=tmp_path / "work").stdout
