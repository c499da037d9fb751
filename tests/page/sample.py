# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up data of reports, as docs/report.md lays them out: the page is tested with them, and with what `detente report` writes."""
import math
import random

METRICS = [
    ("resolved", "settled", "ended in an agreement", "1", "up", True),
    ("escalated", "reached a supervisor", "served above the front line", "1", "down", True),
    ("reported_satisfaction", "satisfaction, by survey", "satisfaction as a survey reads it", "1", "up", False),
    ("minutes", "minutes of a call", "minutes taken, waits included", "min", "down", False),
    ("total_cost", "cost of a call", "concession cost plus labour cost", "money", "down", False),
    ("net_value", "net value of a call", "value kept less cost and word of mouth", "money", "up", False),
    ("hung_up", "customer hung up", "the customer hung up (on the last call)", "1", "down", True),
    ("turns", "turns of talk", "turns taken", "turns", None, False),
]
SIZES = {"resolved": (0.75, 0.14), "escalated": (0.2, 0.12), "reported_satisfaction": (0.45, 0.07), "minutes": (7, 2),
         "total_cost": (32, 8), "net_value": (215, 25), "hung_up": (0.1, 0.04), "turns": (14, 3)}
SHARES = {"resolved", "escalated", "hung_up"}
TITLES = {name: title for name, title, *_ in METRICS}
STRATEGIES = {
    "typical": "today's average desk; acknowledges when the caller is very hostile, concedes late, hands up what is beyond it",
    "task-focused": "typical, in task-focused language throughout", "mirroring": "typical, answering hostility in kind",
    "listen-then-pay": "acknowledges, apologises once, explains, then concedes late",
    "apologise-first": "apologises at once, then acknowledges, explains, concedes late",
    "silent-listening": "listens in silence while the caller vents, then as typical",
    "no-listening": "offers only; neither asks nor acknowledges", "bare-refusal": "refuses without a reason, then repeats the same terms",
    "explained-refusal": "bare-refusal with the reasons explained first",
    "firm-but-kind": "acknowledges, explains, says no but offers a substitute, then repeats it kindly",
    "choices": "typical, with three remedies of equal cost to choose from", "early-concession": "typical, conceding early (Conceder)",
    "late-concession": "typical, conceding late (Boulware)", "surrender": "asks, explains, then gives the whole demand, within the authority",
    "persistent": "deflects five requests for a manager and repeats the terms kindly",
    "escalate-on-request": "typical, handing over at the first request for a manager",
    "policy-then-exception": "explains the policy, agrees on terms, then adds a one-time extra",
    "over-promise": "typical, promising more than is on the table", "quid-pro-quo": "typical, asking for something in return",
    "defensive": "excuses, justifies and blames before making offers", "personal": "typical, with names and personal words",
    "interim": "typical, with a small help given at once",
}
FACTORS = [
    {"path": "agent.mirroring", "title": "how far the agent answers hostility in kind", "unit": "1", "log": False, "whole": False,
     "named": False, "levels": [0, 0.25, 0.5, 0.75, 1], "from": 0, "to": 1},
    {"path": "customer.anger.mean", "title": "anger at the start", "unit": "1", "log": False, "whole": False, "named": False,
     "levels": [0.3, 0.5, 0.7], "from": 0.3, "to": 0.7},
    {"path": "strategy.concession.beta", "title": "shape of the concession curve", "unit": "1", "log": True, "whole": False,
     "named": False, "levels": [0.2, 1, 5], "from": 0.2, "to": 5},
    {"path": "customer.persona", "title": "everyone is that one", "unit": None, "log": False, "whole": False, "named": True,
     "levels": ["reasonable", "anxious", "entitled"], "from": None, "to": None},
]
ENDINGS = ["settled at first contact", "settled later or higher up", "customer hung up", "no agreement", "ended by the agent"]


def digits(value, count=5):
    return None if value is None else float(f"{value:.{count}g}")


def within(metric, value):
    return min(max(value, 0.0), 1.0) if metric in SHARES or metric == "reported_satisfaction" else value


class Maker:
    """One report's data, piece by piece."""

    def __init__(self, names, seed=1, factors=()):
        self.names, self.factors = list(names), list(factors)
        self.random = random.Random(seed)
        self.level = {(metric, s): within(metric, self.random.gauss(*SIZES[metric])) for metric in SIZES for s in range(len(self.names))}
        self.slope = {(metric, s, k): SIZES[metric][1] * self.random.uniform(-1, 1) for metric in SIZES for s in range(len(self.names))
                      for k in range(len(self.factors))}
        self.data = {
            "detente": {"version": "0.1.0", "model": 2, "format": 1}, "name": "sample",
            "question": "Which playbook works best in a billing dispute, and how sure are we?", "seed": "20241005", "design": None,
            "config": "detente: 1\nname: sample\nextends: billing-dispute\n", "config_sha256": "ab" * 32, "confidence": 0.95, "baseline": 0,
            "strategies": [{"name": name, "words": STRATEGIES.get(name)} for name in self.names],
            "metrics": [{"name": name, "title": title, "words": words, "unit": unit, "better": better, "share": share}
                        for name, title, words, unit, better, share in METRICS],
            "factors": self.factors, "grid": False, "points": [], "cells": {"mean": {}, "half": {}}, "effects": [], "curves": [],
            "pareto": {"x": "total_cost", "y": "reported_satisfaction"}, "sensitivity": None, "verdicts": [],
            "notes": ["No single calls were kept (keep: none), so the course of the calls was played again for 200 of them."],
            "limits": ["The parameters are published averages and judgements, not your desk.",
                       "Twelve of the parameters that matter here are judged, not measured; a difference that rests on one of them may turn round."],
        }

    def place(self, k, value):
        factor = self.factors[k]
        if factor["named"]:
            return value / max(len(factor["levels"]) - 1, 1)
        if factor["log"]:
            return math.log(value / factor["from"]) / math.log(factor["to"] / factor["from"])
        return (value - factor["from"]) / (factor["to"] - factor["from"])

    def value(self, metric, s, point):
        bend = sum(self.slope[metric, s, k] * (self.place(k, value) - 0.5) for k, value in enumerate(point))
        return within(metric, self.level[metric, s] + bend)

    def design(self, points, grid):
        self.data["points"], self.data["grid"], self.data["design"] = points, grid, "factorial" if grid else "sobol"
        for metric in SIZES:
            self.data["cells"]["mean"][metric] = [[digits(self.value(metric, s, p)) for s in range(len(self.names))] for p in points]
            self.data["cells"]["half"][metric] = [[digits(SIZES[metric][1] * 0.05, 3)] * len(self.names) for _ in points]
            for k, factor in enumerate(self.factors):
                xs = range(len(factor["levels"])) if factor["named"] else factor["levels"] or [
                    factor["from"] + (b + 0.5) / 8 * (factor["to"] - factor["from"]) for b in range(8)]
                for s, name in enumerate(self.names):
                    mean = [within(metric, self.level[metric, s] + self.slope[metric, s, k] * (self.place(k, x) - 0.5)) for x in xs]
                    half = SIZES[metric][1] * 0.06
                    self.data["curves"].append({"factor": k, "metric": metric, "strategy": name, "x": list(xs), "mean": [digits(m) for m in mean],
                                                "low": [digits(m - half) for m in mean], "high": [digits(m + half) for m in mean]})

    def effects(self):
        worse = lambda a, b: self.level["total_cost", a] >= self.level["total_cost", b] and \
            self.level["reported_satisfaction", a] <= self.level["reported_satisfaction", b] and a != b
        for metric in SIZES:
            half = SIZES[metric][1] * 0.02
            for s, name in enumerate(self.names):
                mean = self.level[metric, s]
                difference = mean - self.level[metric, 0] if s else None
                self.data["effects"].append({
                    "strategy": name, "metric": metric, "count": 200, "mean": digits(mean), "low": digits(mean - half), "high": digits(mean + half),
                    "difference": digits(difference), "difference_low": digits(difference - half) if s else None,
                    "difference_high": digits(difference + half) if s else None, "effect_size": digits(difference / SIZES[metric][1], 3) if s else None,
                    "correlation": 0.62 if s else None, "variance_saved": 0.6 if s else None, "p_holm": 1e-12 if s else None,
                    "p_better": 0.57 if s else None, "pareto": not any(worse(s, b) for b in range(len(self.names)))})
        best = max(range(len(self.names)), key=lambda s: self.level["resolved", s])
        self.data["best"] = best
        self.data["headline"] = [
            f"Of 1000 such calls, {self.names[best]} resolves {round(1000 * (self.level['resolved', best] - self.level['resolved', 0]))} more than "
            f"{self.names[0]} (41 to 48) and costs 4.66 less a call (4.57 to 4.75).",
            "Its customers are more satisfied than those of any other strategy that costs no more."]

    def endings(self):
        share = []
        for s in range(len(self.names)):
            resolved = self.level["resolved", s]
            share.append([digits(part, 4) for part in (resolved * 0.8, resolved * 0.2, (1 - resolved) * 0.5, (1 - resolved) * 0.42, (1 - resolved) * 0.08)])
        self.data["endings"] = {"names": ENDINGS, "share": share}

    def trajectories(self, turns=24):
        line = lambda f: [[digits(f(s, t), 4) for t in range(turns)] for s in range(len(self.names))]
        drift = [self.random.uniform(-0.012, 0.01) for _ in self.names]
        self.data["trajectories"] = {
            "encounters": 200, "words": "Means over the first 200 calls of each playbook, played again.", "turn": list(range(1, turns + 1)), "anger": line(lambda s, t: max(0, 0.36 + drift[s] * t)),
            "offer": line(lambda s, t: min(0.6, (t / turns) ** (1 + s / 6) * 0.7)), "going": line(lambda s, t: math.exp(-((t / (9 + s % 7)) ** 2)))}

    def traces(self):
        turns = [{"turn": t + 1, "move": "offer" if t else "ask", "anger": digits(0.32 - t * 0.004, 3), "hostility": digits(0.3 - t * 0.02, 3),
                  "demand": digits(0.76 - t * 0.02, 3), "offer": digits(min(0.5, t * 0.04), 3), "minutes": digits(0.4 + t * 0.38, 3)} for t in range(14)]
        text = "\nThe call begins\n  Customer   tense (tone 0.32), asks for 76%\n             \"I'm not happy at all.\"\n" + "".join(
            f"\nTurn {t['turn']}, front line, minute {t['minutes'] - 0.4:.1f} to {t['minutes']:.1f}\n  Agent      makes an offer\n" for t in turns)
        self.data["traces"] = [{"strategy": name, "cell": s, "replication": 0, "encounter": 3 + s, "why": "The first call that is not settled at first contact.", "ending": ENDINGS[s % 5], "text": text, "turns": turns}
                               for s, name in enumerate(self.names[:3])]

    def run(self):
        self.data["run"] = {
            "command": "detente run sample.yaml -o sample.h5", "started": "2026-11-28T10:31:07Z", "finished": "2026-11-28T10:31:19Z", "host": "desk", "revision": "0123456789ab",
            "compiler": "gcc 12.2.0", "isa": "v4", "threads": 2, "ranks": 1, "encounters": 4505600, "turns": 81230112, "wall_seconds": 12.3,
            "cells": len(self.names) * max(1, len(self.data["points"])), "replications_least": 200, "replications_most": 200, "failed": 0, "unfinished": 0}
        self.data["reproduce"] = ["detente run sample.yaml -o sample.h5 --set seed=20241005", "detente report sample.h5 -o sample.html"]

    def verdicts(self):
        self.data["verdicts"] = [
            {"name": "mirroring-escalates", "verdict": "supported", "sentence": "Answering in kind raises the share escalated by more than 0.02.",
             "effect": 0.0641, "low": 0.0612, "high": 0.067, "threshold": 0.02, "expected": ">", "metric": "escalated", "why": None, "p": 1e-20, "p_holm": 3e-20},
            {"name": "listening-is-cheap", "verdict": "not supported", "sentence": "Listening first adds less than half a minute.", "effect": 0.71,
             "low": 0.66, "high": 0.76, "threshold": 0.5, "expected": "<", "metric": "minutes", "why": None, "p": 1, "p_holm": 1},
            {"name": "apology-order", "verdict": "undecided", "sentence": "Apologising after listening satisfies more than before it.", "effect": 0.002,
             "low": -0.003, "high": 0.007, "threshold": 0, "expected": ">", "metric": "reported_satisfaction",
             "why": "Chance alone could bring about such a difference.", "p": 0.21, "p_holm": 0.21}]

    def sensitivity(self, kind, parameters, owners=(None,)):
        rows = []
        for metric in list(SIZES)[:3]:
            for owner in owners:
                for k, parameter in enumerate(parameters):
                    size = self.random.random() ** 2 * 0.6
                    quiet = size < 0.05
                    first = [digits(size * 0.8, 4), digits(size * 0.8 - 0.04, 4), digits(size * 0.8 + 0.04, 4)]
                    total = [digits(size, 4), digits(size - 0.05, 4), digits(size + 0.05, 4)]
                    row = {"parameter": parameter, "metric": metric, "strategy": owner, "above_noise": not quiet}
                    if kind == "sobol":
                        row.update(zip(("first", "first_low", "first_high", "total", "total_low", "total_high"), first + total))
                    else:
                        row.update(zip(("mu_star", "mu_star_low", "mu_star_high"), total), mu=digits(-size / 2, 4), sigma=digits(size * 0.4, 4), noise_floor=0.03)
                    rows.append(row)
        # A metric that varies by chance only, of which nothing can be told.
        rows += [{**{key: None for key in rows[0]}, "parameter": parameter, "metric": "minutes", "strategy": owner, "above_noise": False}
                 for owner in owners for parameter in parameters]
        self.data["sensitivity"] = {"kind": kind, "rows": rows}

    def whole(self):
        for part in (self.effects, self.endings, self.trajectories, self.traces, self.run, self.verdicts):
            part()
        return self.data


def playbooks():
    """22 strategies, no design."""
    return Maker(STRATEGIES).whole()


def combinations(factors):
    points = [[]]
    for factor in factors:
        values = range(len(factor["levels"])) if factor["named"] else factor["levels"]
        points = [point + [value] for point in points for value in values]
    return points


def grid(names=tuple(STRATEGIES)[:6], factors=tuple(FACTORS)):
    """Every combination of four parameters' levels, one of them names."""
    maker = Maker(names, 2, factors)
    maker.design(combinations(factors), True)
    return maker.whole()


def one_factor():
    return grid(tuple(STRATEGIES)[:2], tuple(FACTORS[:1]))


def sampled(points=1000, strategies=10, factors=4, kind="sobol"):
    """Points drawn at random."""
    chosen = [{"path": f"affect.parameter_{k}", "title": f"parameter number {k}", "unit": "min" if k == 1 else "1", "log": False, "whole": k == 2,
               "named": False, "levels": None, "from": 0, "to": 10 if k == 2 else 1} for k in range(factors)]
    maker = Maker(tuple(STRATEGIES)[:strategies], 3, chosen)
    draw = lambda factor: maker.random.randint(0, 10) if factor["whole"] else digits(maker.random.random(), 4)
    maker.design([[draw(factor) for factor in chosen] for _ in range(points)], False)
    maker.sensitivity(kind, [factor["path"] for factor in chosen], [None] if kind == "sobol" else maker.names[:2])
    return maker.whole()


def morris():
    return sampled(84, 2, 20, "morris")


def one_strategy():
    data = Maker(["typical"]).whole()
    data["pareto"] = None
    return data


def bare():
    """Hardly anything is known."""
    return {"name": "bare", "strategies": [{"name": "typical"}], "metrics": [], "notes": ["Nothing has been run."]}


def holes():
    """Missing values wherever there can be some."""
    data = grid()
    for row in data["effects"]:
        if row["strategy"] == "mirroring" or row["metric"] == "net_value":
            row.update({key: None for key in row if key not in ("strategy", "metric")})
    for rows in data["cells"]["mean"].values():
        rows[0] = [None] * len(rows[0])
        for row in rows:
            row[2] = None
    for rows in data["cells"]["half"].values():
        rows[3] = [None] * len(rows[3])
    for curve in data["curves"]:
        curve["mean"][0] = curve["low"][0] = curve["high"][0] = None
    data["trajectories"]["anger"][1] = [None] * 24
    data["endings"]["share"][2] = [None] * 5
    data["traces"][0]["turns"] = []
    data["traces"][1]["text"] = None
    for name in ("question", "run", "reproduce", "pareto"):
        data[name] = None
    return data


NASTY = ["typical", "<script>alert(1)</script>", '"quoted" \'twice\' & <b>bold</b>', "Zuhören-dann-zahlen – 倾听 🙂", "</script><!--",
         "a-very-long-name-" * 6 + "end", "a-very-long-name-" * 6 + "other end", "$& $1 \\u003c", "constructor", "__proto__"]


def nasty():
    """Names that are markup, long, or not in Latin letters; more strategies than colours."""
    data = grid(tuple(NASTY) + tuple(f"strategy-{k}" for k in range(20)), tuple(FACTORS[:2]))
    data["question"] = "Does <script>alert('x')</script> & \"this\" hold?"
    data["headline"] = ["<img src=x onerror=alert(1)> resolves 3 more."]
    data["factors"][0] = {**data["factors"][0], "title": "<i>how far</i>"}
    data["factors"][1] = {**data["factors"][1], "path": "strategies[a-very-long-name-that-somebody-chose].concession.appeasement", "unit": "requests"}
    data["traces"][0]["text"] = "</pre><script>alert(2)</script>"
    data["notes"] = ["</script><script>alert(3)</script>"]
    return data


ALL = {f.__name__: f for f in (playbooks, grid, one_factor, sampled, morris, one_strategy, bare, holes, nasty)}
