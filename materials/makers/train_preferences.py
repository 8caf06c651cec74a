"""Small reward models for the first study of preferences: bases, preference data and teachers crossed.

Hidden states of the last and the middle layer, pooled over a text, under a trained head of one hidden layer; a taste is
about every token. These are poor judges: better ones are trained by `train_preference_scorers.py`. What both share, and who
is trained, stands in `preference_panels.py`.

  python train_preferences.py features --bank BANK --answers FOLDER --cache FOLDER      (minutes of one core, resumable)
  python train_preferences.py heads --bank BANK --cache FOLDER --out validation/preferences
"""
import numpy as np
import torch
from preference_panels import Panels, main

HIDDEN, BATCH = 24, 192
STEPS = {"annotators": 120, "teacher": 240, "plan": 480}


class FirstPanels(Panels):
    TRAIN_PROMPTS, WAYS, PAIRS, ALIKE = 220, 5, 800, 4
    BASES = {"develop": 14, "judge": 22}
    STUDENTS = {"develop": 6, "judge": 12}

    def piece(self, tok, rng, text):
        cut = int(rng.integers(8, 25))
        return tok.encode(text).ids[:cut]

    def pooled(self, hidden, mask):
        last, middle = hidden[-1], hidden[len(hidden) // 2]
        mean = (last * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        mid = (middle * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        end = last[torch.arange(len(mask)), mask.sum(1).long() - 1]
        return torch.cat([mean, mid, end], 1)

    def prepare(self, share):
        self.share = share
        self.frequent = np.sqrt(share[: self.at_probe].mean(0))

    def taste(self, seed):
        rng = np.random.default_rng(seed)
        u = (self.share / (self.frequent + 0.01)) @ rng.standard_normal(1024).astype(np.float32)
        return (u - u[: self.at_probe].mean()) / u[: self.at_probe].std()

    def head(self, x, idx, labels, seed, of="annotators"):
        gen = torch.Generator().manual_seed(seed)
        d = x.shape[1]
        w1 = (torch.randn(d, HIDDEN, generator=gen) / d**0.5).requires_grad_()
        b1 = torch.zeros(HIDDEN, requires_grad=True)
        w2 = (torch.randn(HIDDEN, generator=gen) / HIDDEN**0.5).requires_grad_()
        opt = torch.optim.AdamW([w1, b1, w2], lr=4e-3, weight_decay=0.02)
        a = torch.tensor(2 * idx)
        y = torch.tensor(labels)
        n = len(idx)
        for _ in range(STEPS[of]):
            pick = torch.randint(0, n, (min(BATCH, n),), generator=gen)
            both = torch.cat([x[a[pick]], x[a[pick] + 1]])
            s = torch.tanh(both @ w1 + b1) @ w2
            k = len(pick)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(s[:k] - s[k:], y[pick])
            opt.zero_grad()
            loss.backward()
            opt.step()
        with torch.no_grad():
            return (torch.tanh(x @ w1 + b1) @ w2).numpy()


if __name__ == "__main__":
    main(FirstPanels)
