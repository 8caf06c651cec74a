"""A second reader of rule packs, written from docs/docket-packs.md and the pack alone (development only).

    python3 validation/peers/docket_replay.py CASES.jsonl

Each line of CASES.jsonl: {"pack": …, "calendar": …, "entries": […], "asOf": seconds, "state": …, "history": […],
"clocks": […], "flags": […], "refused": […]}, as validation/docket-peer.study.ts writes them. It folds the entries by
its own code and compares states, histories, clocks (with their last day), flags, and which entries are refused for
reasons of procedure: kind, role, state, time, once, extension. Guards are code of the office and no part of a pack's
text; an entry that the office refused by a guard, by its facts or by its content is taken as refused here.
It imports nothing of Assay.
"""
import json
import sys
from datetime import date, timedelta

DAY = 86400
BY_THE_OFFICE = {"guard", "facts", "content", "about", "duplicate"}


def day_of(text):
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


class Case:
    def __init__(self, pack, calendar):
        self.pack, self.holidays = pack, {day_of(h["day"]) for h in calendar["holidays"]}
        self.timers = {t["id"]: t for t in pack["timers"]}
        self.state, self.at, self.members, self.paused = pack["initial"], 0, 1, None
        self.history, self.clocks, self.flags, self.refused, self.counts = [], [], [], [], {}

    def business(self, day, n):
        while n > 0:
            day += 1
            if (date(1970, 1, 1) + timedelta(days=day)).weekday() < 5 and day not in self.holidays:
                n -= 1
        return day

    def alive(self):
        return [c for c in self.clocks if c["status"] in ("running", "paused")]

    def start(self, timer, at, first, given=None):
        for clock in self.alive():
            if clock["timer"] == timer:
                clock["status"] = "ended"
        t = self.timers[timer]
        n = t["days"] if isinstance(t["days"], int) else t["days"][str(self.members)]
        n = min(n, given or n)
        day = self.business(first, n) if t["calendar"] == "business" else first + n
        self.clocks.append({"timer": timer, "day": day, "pausedAt": None if self.paused is None else at, "extended": [],
                            "status": "running" if self.paused is None else "paused"})

    def due(self, clock):
        return (clock["day"] + 1) * DAY + DAY // 2

    def enter(self, to, at):
        if to != self.state:
            self.history.append([at, to])
        self.state = to
        for clock in self.alive():
            within = self.timers[clock["timer"]]["within"]
            if within != "*" and to not in within:
                clock["status"] = "ended"

    def advance(self, now):
        while True:
            over = [c for c in self.clocks if c["status"] == "running" and self.due(c) + self.pack["graceSeconds"] < now]
            if not over:
                break
            clock = min(over, key=lambda c: (self.due(c), self.clocks.index(c)))
            clock["status"], at = "expired", self.due(clock)
            expiry = self.timers[clock["timer"]]["expiry"]
            if "flag" in expiry:
                self.flags.append([expiry["flag"], at])
            if "to" in expiry:
                self.enter(expiry["to"], at)
            for timer in expiry.get("starts", []):
                self.start(timer, at, clock["day"])
        self.at = max(self.at, now)

    def extension(self, role, facts):
        clock = next((c for c in self.alive() if c["timer"] == facts["timer"]), None)
        rules = self.timers.get(facts["timer"], {}).get("extend", [])
        rule = next((r for r in rules if role in r["by"]), None)
        if clock is None or rule is None or facts["days"] > rule["days"]:
            return None
        return clock if clock["extended"].count(role) < rule["times"] else None

    def take(self, entry, office):
        kind, role, facts, received = entry["kind"], entry["role"], entry["facts"], entry["received"]
        if received < self.at:
            return "time"
        self.advance(received)
        moves = [m for m in self.pack["moves"] if m["kind"] == kind]
        if not moves:
            return "kind"
        if role not in self.pack["roles"]:
            return "role-unknown"
        moves = [m for m in moves if role in m["by"]]
        if not moves:
            return "role"
        moves = [m for m in moves if m["from"] == "*" or self.state in m["from"]]
        if not moves:
            return "state"
        if office == "facts":
            return office
        move = next(m for m in moves if all(facts.get(k) in v for k, v in m.get("when", {}).items()))
        if move.get("once") and self.counts.get(kind, 0) > 0:
            return "once"
        clock = None
        if office in BY_THE_OFFICE - {"guard", "content"}:
            return office
        if kind == "extension":
            clock = self.extension(role, facts)
            if clock is None:
                return "extension"
        if office in BY_THE_OFFICE:
            return office
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind == "complaint":
            self.members = facts["members"]
        if kind == "response" and facts.get("members") == 3:
            self.members = 3
        if clock is not None:
            clock["extended"].append(role)
            business = self.timers[clock["timer"]]["calendar"] == "business"
            clock["day"] = self.business(clock["day"], facts["days"]) if business else clock["day"] + facts["days"]
        for timer in move.get("meets", []):
            running = [c for c in self.alive() if c["timer"] == timer]
            if running:
                running[0]["status"] = "met"
                continue
            last = [c for c in self.clocks if c["timer"] == timer][-1:]
            if last and last[0]["status"] == "expired":
                last[0]["status"] = "met late"
        if "to" in move:
            self.enter(move["to"], received)
        if move.get("pauses") and self.paused is None:
            self.paused = received
            for c in self.alive():
                c["status"], c["pausedAt"] = "paused", received
        if move.get("resumes") and self.paused is not None:
            self.paused = None
            for c in self.alive():
                c["day"] += -((c["pausedAt"] - received) // DAY)
                c["status"], c["pausedAt"] = "running", None
        for timer in move.get("starts", []):
            self.start(timer, received, received // DAY, facts.get("returnDays") if kind == "interim.ordered" else None)
        self.flags += [[flag, received] for flag in move.get("flags", [])]
        self.flags = [f for f in self.flags if f[0] not in move.get("clears", [])]
        return None


def replay(line):
    case = Case(line["pack"], line["calendar"])
    office = {seq: reason for seq, reason in line["refused"]}
    for entry in line["entries"]:
        reason = case.take(entry, office.get(entry["seq"]))
        if reason is not None:
            case.refused.append([entry["seq"], reason])
    case.advance(line["asOf"])
    clocks = [[c["timer"], c["day"], c["status"]] for c in case.clocks]
    return {"state": case.state, "history": case.history, "clocks": clocks, "flags": case.flags, "refused": case.refused}


def main(path):
    cases = differ = entries = refused = 0
    for text in open(path, encoding="utf-8"):
        line = json.loads(text)
        mine = replay(line)
        cases, entries, refused = cases + 1, entries + len(line["entries"]), refused + len(line["refused"])
        for key, value in mine.items():
            if value != line[key]:
                differ += 1
                print(f"{line['name']}: {key}: here {value}, there {line[key]}", file=sys.stderr)
                break
    print(json.dumps({"cases": cases, "entries": entries, "refused": refused, "differ": differ}))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
