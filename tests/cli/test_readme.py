# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's commands and scripts, run as they stand there."""
import os
import re
import shlex
import subprocess
import sys

from conftest import PROGRAM, ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
ELSEWHERE = ("make demo", "export PATH", "cc docs")  # the demo, the shell's path, and what tests/install does


def blocks(language):
    """The README's code in a language."""
    return [b for b in re.findall(rf"(?ms)^```{language}\n(.*?)^```", TEXT) if not b.startswith(ELSEWHERE)]


def test_every_block_runs(detente, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "detente").symlink_to(os.path.realpath(PROGRAM))
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    said = {}
    assert len(blocks("sh")) == 8 and len(blocks("python")) == 1 and len(blocks("r")) == 1
    for language, command in (("sh", ["bash", "-euc"]), ("python", [sys.executable, "-c"]), ("r", ["Rscript", "-e"])):
        for text in blocks(language):
            done = subprocess.run([*command, text], cwd=tmp_path, env=environment, text=True, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            assert done.returncode == 0, (text, done.stderr)
            said[language] = done.stdout
    assert "my-desk" in said["python"] and "my-desk" in said["r"]


def test_the_demo_ends_as_shown(run):
    """The strategies that are shown, and enough others to fill a screen: they meet the same customers, whoever else does."""
    table, answer = re.findall(r"(?ms)^```\n(strategy .*?)^\.\.\.\n(.*?)^\.\.\.\nreport: demo.html$", TEXT)[0]
    shown = [line.split() for line in table.splitlines()]
    done = run("run", ROOT / "experiments/playbooks/config.yaml", "-o", "demo.h5", "--keep", "none", "--set",
               f"strategies=[{', '.join(line[0] for line in shown[1:])}, choices, personal, interim, defensive, persistent]")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(shown) == 7 and [line for line in shown if line not in lines] == []
    done = run("report", "demo.h5", "-o", "demo.html")
    assert done.stdout.startswith(answer) and done.stdout.endswith("\nreport: demo.html\n")


def test_the_comparison_is_the_one_shown(run):
    play, compare = next(b for b in blocks("sh") if "kinds.h5" in b).splitlines()
    (shown,) = re.findall(r"(?ms)^```\n(strategy +mean .*?)^\.\.\.$", TEXT)
    assert run(*shlex.split(play)[1:]).returncode == 0
    assert run(*shlex.split(compare)[1:]).stdout.startswith(shown)


def test_the_playbook_and_hypotheses_shown_are_right(run, tmp_path):
    playbook, hypotheses = blocks("yaml")
    (tmp_path / "shown.yaml").write_text("detente: 1\nextends: billing-dispute\nstrategies:\n  - name: shown\n    " +
                                         playbook.replace("\n", "\n    "))
    done = run("check", "shown.yaml")
    assert done.returncode == 0 and "never" not in done.stdout, done.stdout + done.stderr
    (tmp_path / "shown.yaml").write_text("detente: 1\nstrategies: [bare-refusal, firm-but-kind]\n" + hypotheses)
    done = run("check", "shown.yaml")
    assert done.returncode == 0 and "more than 0.02" in done.stdout, done.stdout + done.stderr


def test_links_lead_somewhere():
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "experiments").glob("*/README.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), (document, link)
