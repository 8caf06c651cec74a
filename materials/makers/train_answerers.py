"""Small answering models that learn from one another, or from one public set, or from nobody.

Each maker has a grammar of its own over one common lexicon: which frames it uses for a task, how it opens, and which
names, numbers and words come to its mind for a topic; about half of the fillers are the same for everybody ("what is
known"). A model is a feed-forward language model over words (Bengio et al. 2003): the prompt's words, the number of the
sentence and the last four words in, the next word out. Base: an own draw, trained on its maker's texts. Then it is
trained on a mixture: its maker's answers, and a share of somebody else's (a public set written by no model's maker, or
what a trained teacher answered). All models train at once as one batched computation; no slice reads another.

  python train_answerers.py --out FOLDER [--seed 1]

Writes FOLDER/NAME.jsonl ({prompt_id, text}, prompts that nobody was trained on), FOLDER/prompts.json and
FOLDER/made.json ({models: {NAME: {base, of: {SOURCE: share}}}, seed, settings}). No text or name in it is anybody's.
"""
import argparse
import json
import os
import random
import time

import torch

TASKS = ["explain", "compare", "plan", "describe", "list", "advise"]
MODIFIERS = ["briefly", "for a child", "with care", "in detail"]
TOPICS = ("lantern harbour orchard windmill glacier beehive foundry lighthouse canal meadow quarry bakery telescope "
          "ferry vineyard railway aqueduct workshop marsh observatory loom granary reservoir bridge").split()
CONTEXT = 4
SENTENCES = 6
EMB, HIDDEN = 12, 48
TRAINED, ASKED = 300, 200


def words(kind, n, letters, capital=False):
    g = random.Random(f"lexicon/{kind}")
    out = []
    while len(out) < n:
        w = "".join(g.choice("bdfgklmnprstvz") + g.choice("aeiou") for _ in range(letters)) + g.choice("lnrstk")
        w = w.capitalize() if capital else w
        if w not in out:
            out.append(w)
    return out


ADJ, NOUN, VERB = words("adj", 40, 2), words("noun", 60, 3), words("verb", 30, 2)
NAME, UNIT = words("name", 50, 2, True), words("unit", 8, 2)
NUM = [str(n) for n in random.Random("numbers").sample(range(110, 990), 40)]
LINK = "the a of in and with by near from under for to is was has can may often".split()
OPEN = "Well Here First Sure Let Indeed In This To Think Most Every Start Consider One Yes".split()
FILL = {"A": ADJ, "N": NOUN, "V": VERB, "P": NAME, "U": UNIT, "D": NUM}


def frames():
    """Sentence frames that all makers choose among: lists of literal words and slots."""
    g = random.Random("frames")
    out = []
    for _ in range(40):
        f = []
        for _ in range(g.randint(6, 10)):
            r = g.random()
            if r < .45:
                f.append(g.choice(LINK))
            elif r < .55:
                f.append("@T")
            else:
                f.append("@" + g.choice("AANNNVVP"))
        if g.random() < .7:
            f += ["@D", "@U"]
        out.append(f)
    return out


FRAMES = frames()
# What everybody may say of a topic: as likely as one's own.
KNOWN_SHARE = .5


class Maker:
    def __init__(self, name):
        self.name = name
        g = random.Random(f"maker/{name}")
        self.plan = {t: [g.randrange(len(FRAMES)) for _ in range(3 + g.randrange(3))] for t in TASKS}
        self.open = {t: [g.choice(OPEN), g.choice(LINK), g.choice(NOUN)] for t in TASKS}

    def fill(self, task, topic, kind, place):
        common = random.Random(f"known/{topic}/{kind}/{place}")
        own = random.Random(f"own/{self.name}/{topic}/{task}/{kind}/{place}")
        return (common if own.random() < KNOWN_SHARE else own).choice(FILL[kind])

    def answer(self, task, topic, modifier):
        out = list(self.open[task])
        plan = self.plan[task][: 3 if modifier == "briefly" else 5]
        for s, f in enumerate(plan):
            for i, w in enumerate(FRAMES[f]):
                out.append(topic if w == "@T" else self.fill(task, topic, w[1], f * 16 + i) if w[0] == "@" else w)
            out.append(".")
        return out


VOCAB = ["<end>", "<pad>", "."] + sorted(set(ADJ + NOUN + VERB + NAME + UNIT + NUM + LINK + OPEN + TOPICS))
ID = {w: i for i, w in enumerate(VOCAB)}
PROMPTS = [(t, p, m) for t in TASKS for p in TOPICS for m in MODIFIERS]
random.Random("split").shuffle(PROMPTS)
TRAIN, TEST = PROMPTS[:TRAINED], PROMPTS[TRAINED:TRAINED + ASKED]
# Prompt words, then the number of the sentence, then the last words: each with a table of its own.
SIZES = [len(TASKS), len(TOPICS), len(MODIFIERS), SENTENCES + 1] + [len(VOCAB)] * CONTEXT


def heads(prompt):
    t, p, m = prompt
    return [TASKS.index(t), TOPICS.index(p), MODIFIERS.index(m)]


def rows(prompt, answer):
    """(inputs, target) of each word of an answer, its end included."""
    ids = [ID[w] for w in answer] + [0]
    out, sentence = [], 0
    for i, target in enumerate(ids):
        last = [ids[j] if j >= 0 else 1 for j in range(i - CONTEXT, i)]
        out.append((heads(prompt) + [min(sentence, SENTENCES)] + last, target))
        if target == ID["."]:
            sentence += 1
    return out


def draw(seed):
    g = torch.Generator().manual_seed(seed)
    n = lambda *s, sd: torch.randn(*s, generator=g) * sd
    p = {f"e{k}": n(size, EMB, sd=.3) for k, size in enumerate(SIZES)}
    fan = EMB * len(SIZES)
    p.update(w=n(fan, HIDDEN, sd=fan ** -.5), b=torch.zeros(HIDDEN), o=n(HIDDEN, len(VOCAB), sd=HIDDEN ** -.5),
             c=torch.zeros(len(VOCAB)))
    return p


def forward(p, x):
    """x: [M, B, inputs] -> logits [M, B, words]."""
    m = torch.arange(x.shape[0]).view(-1, 1)
    h = torch.cat([p[f"e{k}"][m, x[:, :, k]] for k in range(len(SIZES))], 2)
    h = torch.tanh(torch.baddbmm(p["b"].unsqueeze(1), h, p["w"]))
    return torch.baddbmm(p["c"].unsqueeze(1), h, p["o"])


def train(models, data, epochs, batch, lr, seed):
    """models: list of single models; data: one list of rows each. @return the list, trained."""
    p = {k: torch.stack([m[k] for m in models]).requires_grad_() for k in models[0]}
    opt = torch.optim.Adam(p.values(), lr)
    xs = [torch.tensor([r[0] for r in d]) for d in data]
    ys = [torch.tensor([r[1] for r in d]) for d in data]
    g = torch.Generator().manual_seed(seed)
    steps = epochs * max(len(d) for d in data) // batch
    for step in range(steps):
        at = [torch.randint(len(d), (batch,), generator=g) for d in data]
        x, y = torch.stack([x[i] for x, i in zip(xs, at)]), torch.stack([y[i] for y, i in zip(ys, at)])
        for group in opt.param_groups:
            group["lr"] = lr * (1 - .9 * step / steps)
        logits = forward(p, x)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none")
        loss = loss.view(len(models), -1).mean(1)
        opt.zero_grad()
        loss.sum().backward()
        opt.step()
    print(f"  {len(models)} models, {steps} steps, loss {loss.mean():.3f} ({loss.min():.3f} to {loss.max():.3f})", flush=True)
    return [{k: v[i].detach().clone() for k, v in p.items()} for i in range(len(models))]


@torch.no_grad()
def answers(models, prompts, temperature, seed, longest=70):
    """[M][prompts] lists of words."""
    p = {k: torch.stack([m[k] for m in models]) for k in models[0]}
    g = torch.Generator().manual_seed(seed)
    M, B = len(models), len(prompts)
    head = torch.tensor([heads(q) for q in prompts]).expand(M, B, 3)
    last = torch.ones(M, B, CONTEXT, dtype=torch.long)
    sentence = torch.zeros(M, B, 1, dtype=torch.long)
    out = []
    for _ in range(longest):
        logits = forward(p, torch.cat((head, sentence.clamp(max=SENTENCES), last), 2))
        if temperature == 0:
            w = logits.argmax(2)
        else:
            w = torch.multinomial((logits / temperature).softmax(2).flatten(0, 1), 1, generator=g).view(M, B)
        out.append(w)
        sentence += (w == ID["."]).unsqueeze(2)
        last = torch.cat((last[:, :, 1:], w.unsqueeze(2)), 2)
    ids = torch.stack(out, 2).tolist()
    return [[[VOCAB[i] for i in row[: row.index(0)] if i > 1] if 0 in row else [VOCAB[i] for i in row if i > 1] for row in m]
            for m in ids]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--base-epochs", type=int, default=4)
    a.add_argument("--epochs", type=int, default=8)
    a.add_argument("--batch", type=int, default=384)
    a.add_argument("--lr", type=float, default=.01)
    a.add_argument("--temperature", type=float, default=.5)
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    began = time.process_time()
    written = lambda maker, prompts: [r for q in prompts for r in rows(q, Maker(maker).answer(*q))]

    # Who learns from whom: base, and the shares of its second training; what is left to one is the maker's own.
    plan = {}
    for i in range(1, 7):
        plan[f"teacher-{i}"] = (f"t{i}", {})
    for i in range(1, 16):
        plan[f"own-{i}"] = (f"n{i}", {})
    for share in (.5, 1):
        for i in range(1, 16):
            plan[f"public-{share}-{i}"] = (f"p{i}", {"public": share})
    for share in (.5, 1):
        for i in range(1, 16):
            plan[f"third-{share}-{i}"] = (f"q{i}", {"teacher-1": share})
    for share in (.1, .25, .5, .75, 1):
        for i in range(2, 7):
            plan[f"student-{share}-of-{i}"] = (f"s{i}", {f"teacher-{i}": share})
    for i in range(2, 7):
        j = i + 1 if i < 6 else 2
        plan[f"student-of-{i}-and-{j}"] = (f"d{i}", {f"teacher-{i}": .5, f"teacher-{j}": .5})

    bases = sorted({base for base, _ in plan.values()})
    drawn = [draw(o.seed * 10_000 + i) for i in range(len(bases))]
    print(f"{len(bases)} bases", flush=True)
    own = [written(b, TRAIN) for b in bases]
    trained = dict(zip(bases, train(drawn, own, o.base_epochs, o.batch, o.lr, o.seed)))

    def second(names, sources):
        def mixture(name):
            base, of = plan[name]
            g = random.Random(f"{o.seed}/{name}")
            chosen = []
            for q in TRAIN:
                r, who = g.random(), base
                for source, share in of.items():
                    if r < share:
                        who = source
                        break
                    r -= share
                chosen += rows(q, sources[who][q]) if who in sources else rows(q, Maker(who).answer(*q))
            return chosen
        return dict(zip(names, train([trained[plan[n][0]] for n in names], [mixture(n) for n in names],
                                     o.epochs, o.batch, o.lr / 2, o.seed + 1)))

    teachers = [n for n in plan if n.startswith("teacher")]
    models = second(teachers, {})
    said = answers([models[t] for t in teachers], TRAIN, o.temperature, o.seed + 2)
    sources = {t: dict(zip(TRAIN, of)) for t, of in zip(teachers, said)}
    rest = [n for n in plan if n not in models]
    for at in range(0, len(rest), 30):
        models.update(second(rest[at:at + 30], sources))
    for at in range(0, len(plan), 30):
        names = list(plan)[at:at + 30]
        for name, of in zip(names, answers([models[n] for n in names], TEST, o.temperature, o.seed + 3 + at)):
            with open(os.path.join(o.out, f"{name}.jsonl"), "w") as f:
                for q, text in zip(TEST, of):
                    line = " ".join(text).replace(" .", ".")
                    f.write(json.dumps({"prompt_id": " ".join(q), "text": line}) + "\n")
    with open(os.path.join(o.out, "prompts.json"), "w") as f:
        json.dump({" ".join(q): f"{q[0].capitalize()} the {q[1]} {q[2]}" for q in TEST}, f)
    seconds = time.process_time() - began
    with open(os.path.join(o.out, "made.json"), "w") as f:
        json.dump({"models": {n: {"base": b, "of": of} for n, (b, of) in plan.items()}, "seed": o.seed,
                   "settings": {k: v for k, v in vars(o).items() if k != "out"}, "processor_seconds": round(seconds),
                   "parameters": sum(v.numel() for v in drawn[0].values())}, f, indent=1)
    print(f"{len(plan)} models, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
