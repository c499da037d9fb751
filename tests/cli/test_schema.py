# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry as `detente params` prints it, the JSON schema an editor reads, and the names that `detente list` knows."""
import glob
import json
import os
import subprocess

import jsonschema
import pytest
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "build", "release", "detente")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60)


def output(*arguments):
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module", name="schema")
def read_schema():
    schema = json.loads(output("params", "--format", "json-schema"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def read(text):
    return yaml.safe_load(text)


# configs/phrases.yaml is a table of example sentences, not a config.
FILES = sorted(f for pattern in ("configs/*.yaml", "configs/strategies/*.yaml", "configs/personas/*.yaml")
               for f in glob.glob(pattern, root_dir=ROOT) if not f.endswith("phrases.yaml"))


def test_there_are_files():
    assert len(FILES) > 30


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_library(schema, name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        schema.validate(yaml.safe_load(file))


# Whatever the language has, in all its forms.
RIGHT = {
    "empty strategies": "detente: 1\nstrategies: [typical, strategies/mine.yaml, {extends: typical, name: a, persistence: 3}]",
    "playbook": "{detente: 1, strategies: [{name: a, playbook: [{when: {hostility: '> 0.5', turn: ['>= 2', '<5']}, do: listen},"
                " {do: offer}]}]}",
    "exception": "{detente: 1, strategies: [{name: a, exception: {after_terms: 0.1}, agent: {warmth: 0.4}, playbook: [{do: offer}]}]}",
    "keep word": "{detente: 1, keep: turns}",
    "keep map": "{detente: 1, keep: {encounters: 1000, turns: 10, columns: [escalated, minutes]}}",
    "keep all": "{detente: 1, keep: {turns: all}}",
    "extends": "{detente: 1, extends: [a.yaml, b.yaml], scenario: billing-dispute}",
    "scenario that extends": "{detente: 1, scenario: {extends: billing-dispute, loss: large, issues: [{name: a, cost: 3}]}}",
    "constant": "{detente: 1, customer: {anger: 0.4}}",
    "distributions": "{detente: 1, customer: {anger: {dist: beta, mean: 0.25, sd: 0.15}, patience: {dist: uniform, low: 1, high: 2},"
                     " belief: {dist: table, values: [0, 1], weights: [3, 1]}}}",
    "personas": "{detente: 1, customer: {personas: [entitled, {name: b, share: 0.7, anger: {mean: 0.8}}],"
                " correlation: {anger-entitlement: 0.3}}}",
    "no decay": "{detente: 1, affect: {anger_half_life: .inf}}",
    "overlay": "{detente: 1, strategy: {concession: {tactic: exponential, kappa0: 0.1}}}",
    "moves": "{detente: 1, moves: {minutes_scale: 2, listen: {validation: 0.1}}}",
    "tiers": "{detente: 1, tiers: [{name: all, authority: 1}]}",
    "factorial": "{detente: 1, design: {vary: {agent.mirroring: {from: 0, to: 1, steps: 11}, strategy.concession.tactic: "
                 "[polynomial, relative], customer.persona: {values: [loyal, anxious]}, agent.warmth: [0.1, 0.2]}}}",
    "sampled": "{detente: 1, design: {type: morris, points: 8, levels: 6, vary: {strategy.concession.beta: {from: 0.2, to: 5, "
               "log: true}, strategy.persistence: {from: 0, to: 3, integer: true}}}}",
    "points": "{detente: 1, design: {type: list, points: [{agent.mirroring: 0.1}, {agent.mirroring: 0.3}]}}",
    "file of points": "{detente: 1, design: {type: list, file: points.csv}}",
    "hypotheses": "{detente: 1, hypotheses: [{name: a, expect: {metric: escalated, where: {agent.mirroring: 1}, versus: {agent.mirroring: "
                  "0, strategy: b}, strategy: a, difference: '> 0.02'}}, {name: b, expect: {metric: minutes, value: '<-.5e1'}}]}",
    "strategy file": "{name: a, description: mine, playbook: [{do: offer}]}",
    "persona file": "{name: a, share: 0.1, anger: {mean: 0.8, sd: 0.1}}",
}

# What is wrong, and the part of the path at which the schema says so.
WRONG = {
    "unknown key": ("{detente: 1, agnet: {}}", "agnet"),
    "unknown parameter": ("{detente: 1, agent: {warmht: 0.1}}", "warmht"),
    "above the range": ("{detente: 1, agent: {mirroring: 2.5}}", "mirroring"),
    "at an open end": ("{detente: 1, affect: {turn_minutes: 0}}", "turn_minutes"),
    "infinite cost": ("{detente: 1, scenario: {value: .inf}}", "value"),
    "text for a number": ("{detente: 1, agent: {mirroring: much}}", "mirroring"),
    "no whole number": ("{detente: 1, strategy: {persistence: 1.5}}", "persistence"),
    "unknown choice": ("{detente: 1, scenario: {loss: medium}}", "loss"),
    "unknown move": ("{detente: 1, strategies: [{name: a, playbook: [{do: negotiate}]}]}", "strategies"),
    "latent guard": ("{playbook: [{when: {anger: '> 0.5'}, do: offer}, {do: offer}]}", "anger"),
    "guard without comparison": ("{playbook: [{when: {hostility: 0.5}, do: offer}, {do: offer}]}", "hostility"),
    "rule without move": ("{playbook: [{when: {hostility: '> 0.5'}}]}", "do"),
    "unknown family": ("{detente: 1, customer: {anger: {dist: cauchy, mean: 0.1}}}", "anger"),
    "negative sd": ("{detente: 1, customer: {anger: {mean: 0.1, sd: -1}}}", "anger"),
    "no pair of traits": ("{detente: 1, customer: {correlation: {anger-cost: 0.1}}}", "anger-cost"),
    "correlation of 1": ("{detente: 1, customer: {correlation: {anger-belief: 1}}}", "anger-belief"),
    "four tiers": ("{detente: 1, tiers: [{}, {}, {}, {}]}", "tiers"),
    "no metric": ("{detente: 1, keep: {columns: [anger]}}", "keep"),
    "no encounters": ("{detente: 1, encounters: 0}", "encounters"),
    "newer format": ("{detente: 2}", "detente"),
    "later part": ("{detente: 1, centre: {}}", "centre"),
    "no hypotheses": ("{detente: 1, hypotheses: []}", "hypotheses"),
    "hypothesis without metric": ("{detente: 1, hypotheses: [{name: a, expect: {value: '> 0'}}]}", "metric"),
    "difference from nothing": ("{detente: 1, hypotheses: [{name: a, expect: {metric: escalated, difference: '> 0'}}]}", "expect"),
    "value and versus": ("{detente: 1, hypotheses: [{name: a, expect: {metric: escalated, strategy: a, versus: {strategy: b}, "
                         "value: '> 0'}}]}", "expect"),
    "no comparison": ("{detente: 1, hypotheses: [{name: a, expect: {metric: escalated, value: '>= 0'}}]}", "value"),
    "strategy in where": ("{detente: 1, hypotheses: [{name: a, expect: {metric: escalated, where: {strategy: b}, value: '> 0'}}]}",
                          "where"),
    "unknown design": ("{detente: 1, design: {type: sobel}}", "type"),
    "unknown key of a design": ("{detente: 1, design: {varry: {}}}", "varry"),
    "one value": ("{detente: 1, design: {vary: {agent.mirroring: 0.5}}}", "mirroring"),
    "one step": ("{detente: 1, design: {vary: {agent.mirroring: {from: 0, to: 1, steps: 1}}}}", "mirroring"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(schema, name):
    schema.validate(read(RIGHT[name]))


@pytest.mark.parametrize("name", WRONG)
def test_wrong(schema, name):
    text, where = WRONG[name]
    errors = list(schema.iter_errors(read(text)))
    assert errors
    assert any(where in error.json_path or where in error.message for error in errors), [e.message for e in errors]


def test_schema_describes_every_row(schema):
    """Every parameter of the registry has a description with its default and range, where the config has it."""
    definitions = schema.schema["definitions"]

    def find(part, keys):
        """The schemas of the member that `keys` lead to, through whatever holds it."""
        if "$ref" in part:
            return find(definitions[part["$ref"].rsplit("/", 1)[1]], keys)
        for choice in part.get("anyOf", []) + part.get("allOf", []) if keys else []:
            found = find(choice, keys)
            if found:
                return found
        if not keys:
            return part
        if keys[0] == "[]":
            return find(part["items"], keys[1:]) if "items" in part else None
        return find(part["properties"][keys[0]], keys[1:]) if keys[0] in part.get("properties", {}) else None

    for row in json.loads(output("params", "--format", "json")):
        keys = row["path"].replace("[]", ".[]").split(".")
        part = find(definitions["config"], keys)
        assert part, row["path"]
        if row["path"] != "strategy.playbook[].when" and row["path"] not in ("extends",):
            assert row["description"] in part["description"], row["path"]
            assert f"Default: {row['default_text']}" in part["description"], row["path"]


def test_json_says_where_defaults_come_from():
    rows = {row["path"]: row for row in json.loads(output("params", "--format", "json"))}
    assert rows["affect.anger_half_life"]["default"] == 36
    assert rows["affect.anger_half_life"]["high"] is None
    assert rows["affect.anger_half_life"]["source"] == "Verduyn & Lavrijsen 2015"
    assert rows["agent.composure"]["status"] == "judged"
    assert rows["strategy.concession.tactic"]["choices"][0] == "polynomial"
    assert {row["status"] for row in rows.values()} == {"seen", "second-hand", "derived", "fitted", "judged", "setting"}


def test_a_path_picks_rows():
    everything = output("params", "--format", "json")
    tiers = json.loads(output("params", "--format", "json", "tiers[0]"))
    assert tiers == [row for row in json.loads(everything) if row["path"].startswith("tiers[]")] and len(tiers) > 3
    table = output("params", "tiers").splitlines()
    assert table[0] == "The tiers" and [line.split()[0] for line in table if line.startswith("tiers")] == [row["path"] for row in tiers]
    moves = output("params", "moves.apologise")
    assert "moves.apologise.warmth" in moves and "moves.ask" not in moves
    # All moves are one table, here as in the whole.
    assert output("params").endswith(output("params", "moves"))
    markdown = output("params", "--format", "markdown", "agent.mirroring")
    assert markdown.startswith("## The agent\n") and markdown.count("| `") == 1


@pytest.mark.parametrize("arguments", [["params"], ["params", "moves.apologise"], ["verify"], ["check", "billing-dispute"], ["trace", "billing-dispute"]] + [["list", kind] for kind in (
    "strategies", "personas", "scenarios", "moves", "metrics", "observables")])
def test_fits_a_screen(arguments):
    lines = output(*arguments).splitlines()
    assert len(lines) >= 6
    assert all(len(line) <= 100 and line == line.rstrip() for line in lines)


def test_lists_name_the_library():
    for kind, folder in (("strategies", "configs/strategies"), ("personas", "configs/personas")):
        listed = [line.split()[0] for line in output("list", kind).splitlines() if line[0] != " "]
        assert listed == sorted(os.path.basename(f)[:-5] for f in glob.glob(f"{ROOT}/{folder}/*.yaml"))
    assert "typical" in output("list", "strategies")


@pytest.mark.parametrize("arguments, words", [
    (["list"], "name what to list"), (["list", "strategis"], 'did you mean "strategies"?'), (["list", "moves", "metrics"], "one list"),
    (["params", "--format", "jsn"], 'did you mean "json"?'), (["params", "agent", "tiers"], "one PATH at a time"),
    (["params", "customer.angre"], "did you mean customer.anger?"), (["params", ""], "not a path"),
    (["params", "agent", "--format", "json-schema"], "leave out PATH")])
def test_usage(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == "" and words in done.stderr
