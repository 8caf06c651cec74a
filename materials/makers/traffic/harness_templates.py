"""Templates of an evaluation harness's tasks as a list that fill_templates.py fills: a second maker's wordings.

    python3 materials/makers/traffic/harness_templates.py TASKS OUT.py [--a-folder 4]

TASKS is lm_eval/tasks of EleutherAI/lm-evaluation-harness (MIT; fetched, not kept here). Taken are `doc_to_text` of YAML files whose
slots are plain variables, each wording once, at most --a-folder of a task's folder in the order of their names: a folder of a
hundred languages is one template a hundred times over. Left out is what was looked at before: tasks with FLAN's wordings, and those
of T0's list. No wording is left out for being short. Needs PyYAML.
"""
import argparse
import pathlib
import pprint
import re

import yaml

ap = argparse.ArgumentParser()
ap.add_argument("tasks", type=pathlib.Path)
ap.add_argument("out", type=pathlib.Path)
ap.add_argument("--a-folder", type=int, default=4)
args = ap.parse_args()


class Plain(yaml.SafeLoader):
    """Reads data alone: a tag that names a function becomes nothing."""


Plain.add_multi_constructor("!", lambda loader, suffix, node: None)
EXPRESSION = re.compile(r"\{\{\s*([A-Za-z_]\w*)(?:\.strip\(\))?\s*\}\}")
LONG = re.compile(r"context|passage|article|story|document|text$|body|premise|summary|code|review|dialog", re.I)
SHORT = re.compile(r"choice|option|answer|opa|opb|opc|opd|label|title|word|topic|mc_|name", re.I)


def slot(name):
    if re.search("question|query|goal", name, re.I):
        return "question"
    if SHORT.search(name):
        return "answer"
    return "passage" if LONG.search(name) else "sentence"


patterns, wordings = {}, set()
for path in sorted(args.tasks.rglob("*")):
    if not path.name.endswith("yaml") or re.search("flan|bigbench|super_glue/.*/t5|promptsource", str(path), re.I):
        continue
    try:
        text = (yaml.load(path.read_text(encoding="utf-8"), Plain) or {}).get("doc_to_text")
    except (yaml.YAMLError, AttributeError, UnicodeDecodeError):
        continue
    if not isinstance(text, str) or "{%" in text or not EXPRESSION.search(text):
        continue
    numbers = {}
    def named(match):
        kind = slot(match.group(1))
        numbers.setdefault(match.group(1), f"{kind}" if kind not in numbers.values() else f"{kind}{len(numbers)}")
        return "{" + numbers[match.group(1)] + "}"
    given = EXPRESSION.sub(named, text)
    if "{{" in given or re.sub(r"\{\w+\}", "", given).count("{"):
        continue
    wording = " ".join(re.findall(r"\w+", re.sub(r"\{\w+\}", " ", given).lower()))
    folder = path.relative_to(args.tasks).parts[0]
    own = patterns.setdefault(folder, [])
    if wording and wording not in wordings and len(own) < args.a_folder:
        wordings.add(wording)
        own.append((given, ""))
patterns = {name: own for name, own in patterns.items() if own}
args.out.write_text("PATTERNS = " + pprint.pformat(patterns, width=200) + "\n", encoding="utf-8")
print(f"{sum(map(len, patterns.values()))} wordings of {len(patterns)} tasks")
