"""Families of prompts for judging how well prompts are grouped by template: templates of a published list, filled.

    python3 materials/makers/traffic/fill_templates.py TEMPLATES.py CORPORA OUT --half 0|1 [--seed N]

TEMPLATES.py is a Python file with a dictionary PATTERNS: data set -> list of (input, output) with slots in braces, as FLAN's
flan/templates.py has it (Apache-2.0; fetched, not kept here). It is read as a literal and never run. CORPORA is the folder with
transcripts/: what language models answered fills the slots, each answer in one data set only and no two of one question in it.
--half takes every second data set, so that one half may be looked at and the other judges. A data set has 300 fillings, and each
of its templates takes 20 to 120 of them: the same filling stands in several families, as it does in real collections.
OUT gets a file a family, and wordings.json: families whose fixed words are the same, in the same order, have the same wording.
"""
import argparse
import ast
import gzip
import json
import pathlib
import random
import re

ap = argparse.ArgumentParser()
ap.add_argument("templates")
ap.add_argument("corpora", type=pathlib.Path)
ap.add_argument("out", type=pathlib.Path)
ap.add_argument("--half", type=int, choices=(0, 1), required=True)
ap.add_argument("--seed", type=int, default=1)
args = ap.parse_args()

patterns = next(
    ast.literal_eval(node.value)
    for node in ast.parse(open(args.templates, encoding="utf-8").read()).body
    if isinstance(node, ast.Assign) and node.targets[0].id == "PATTERNS"
)

r = random.Random(f"{args.seed} answers")
answers = []
for path in sorted((args.corpora / "transcripts").glob("*.jsonl.gz")):
    for line in gzip.open(path, "rt", encoding="utf-8"):
        row = json.loads(line)
        parts = [s.strip() for s in re.split(r"(?<=[.!?])\s+|\n+", row["text"])]
        own = [s for s in parts if 20 <= len(s) <= 240 and re.search(r"[A-Za-z]{3}.*[.!?]$", s)]
        if own:
            answers.append((row["prompt"], own))
r.shuffle(answers)
words = sorted({w.lower() for _, own in answers[:4000] for s in own for w in re.findall(r"[A-Za-z]{4,12}", s)})


class Texts:
    """A data set's own answers: documents and sentences are each given once."""

    def __init__(self):
        self.prompts = set()
        self.sentences = {".": [], "?": []}

    def document(self, most):
        while True:
            prompt, own = answers.pop()
            if prompt in self.prompts and len(self.prompts) < 700:
                answers.insert(0, (prompt, own))
                continue
            self.prompts.add(prompt)
            return own[:most]

    def sentence(self, end="."):
        own = self.sentences[end]
        while not own:
            for s in self.document(40):
                self.sentences["?" if s.endswith("?") else "."].append(s)
        return own.pop()


NAMES = "Ada Ben Carla Deniz Eva Femi Gil Hana Ivo Jun".split()
LANGUAGES = "English French German Czech Finnish Turkish".split()
LONG = "context text passage paragraph premise body background".split()
FIXED_OPTIONS = ["- yes\n- no", "- true\n- false", "- negative\n- positive", "- it is possible\n- it is not possible\n- it is not clear"]


def filling(slot, r, kinds, texts):
    phrase = lambda a, b: " ".join(r.choice(words) for _ in range(r.randint(a, b)))
    if slot in LONG:
        return " ".join(texts.document(r.randint(2, kinds["sentences"])))
    if slot == "dialogue":
        return "\n".join(f"{r.choice(NAMES)}: {texts.sentence()}" for _ in range(r.randint(3, 9)))
    if slot.startswith("question"):
        return texts.sentence("?").rstrip("?" if slot == "question" else "")
    if slot in ("options_", "options_str"):
        if kinds["options"] is not None:
            return f"OPTIONS:\n{kinds['options']}"
        return "OPTIONS:\n" + "\n".join(f"- {phrase(1, 5)}" for _ in range(r.randint(2, 5)))
    if slot in ("word", "pronoun", "text1", "text2", "movie", "subject", "title", "answer", "debate_name", "answer_str"):
        return phrase(1, 2) if slot in ("word", "pronoun", "text1", "text2") else phrase(2, 7)
    if slot in ("lang1", "lang2"):
        return r.choice(LANGUAGES)
    if slot == "concepts":
        return ", ".join(r.choice(words) for _ in range(r.randint(3, 5)))
    if slot.startswith("numbered") or slot in ("argument_sentences", "highlights"):
        return "\n".join(f"{i + 1}. {texts.sentence()}" for i in range(r.randint(2, 5)))
    if slot in ("meaning_representation", "tripleset"):
        return ", ".join(f"{r.choice(words)}[{phrase(1, 3)}]" for _ in range(r.randint(2, 6)))
    if slot == "no_space":
        return texts.sentence().replace(" ", "")
    if slot == "no_punct":
        return re.sub(r"[^\w ]", "", texts.sentence())
    if slot == "lower":
        return texts.sentence().lower()
    return texts.sentence()


SLOT = re.compile(r"\{(\w+)\}")
args.out.mkdir(parents=True, exist_ok=True)
wordings = {}
for number, (name, own) in enumerate(sorted(patterns.items())):
    if number % 2 != args.half:
        continue
    r = random.Random(f"{args.seed} {name}")
    kinds = {"sentences": r.choice((2, 4, 8, 14)), "options": r.choice(FIXED_OPTIONS + [None, None])}
    own_texts = Texts()
    slots = sorted({s for given, _ in own for s in SLOT.findall(given)})
    rows = [{s: filling(s, r, kinds, own_texts) for s in slots} for _ in range(300)]
    for k, (given, _) in enumerate(own):
        if not SLOT.search(given):
            continue
        family = f"{name}_{k}"
        chosen = r.sample(rows, r.randint(20, 120))
        filled = sorted({SLOT.sub(lambda m: row[m.group(1)], given) for row in chosen})
        # A data set's fixed answers to choose from are words of its templates.
        fixed = kinds["options"] if "{options_" in given and kinds["options"] else ""
        wordings[family] = " ".join(re.findall(r"\w+", f"{SLOT.sub(' ', given)} {fixed}".lower()))
        with open(args.out / f"{family}.jsonl", "w", encoding="utf-8") as out:
            out.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in filled)
(args.out / "wordings.json").write_text(json.dumps(wordings, indent=1, ensure_ascii=False))
print(f"{len(wordings)} families of {len(set(wordings.values()))} wordings")
