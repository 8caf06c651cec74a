"""Better judges for the second study of preferences: bases, preference data and teachers crossed.

Hidden states of every layer, their mean over a text and their last, with a hidden layer drawn by the seed beside them,
weighed by ridge regression of who won on the two texts' difference. A seed trains on four fifths of its pairs. A taste is
about the DIRECTIONS in which texts differ most. What is shared with the first study, and who is trained, stands in
`preference_panels.py`.

  python train_preference_scorers.py features --bank BANK --answers FOLDER --cache FOLDER   (minutes of one core, resumable)
  python train_preference_scorers.py heads --bank BANK --cache FOLDER --out FOLDER          (develop.json.gz, judge.json.gz)
  python train_preference_scorers.py innocents|cohorts|grids|recipes --bank BANK --cache FOLDER --out FOLDER
"""
import numpy as np
import torch
from preference_innocents import make_cohorts, make_grids, make_innocents
from preference_panels import Panels, main
from preference_recipes import make_recipes

DIRECTIONS = 64
HIDDEN = 96
RIDGES = (0.005, 0.02, 0.05, 0.15, 0.5)


class SecondPanels(Panels):
    TRAIN_PROMPTS, WAYS, PAIRS, ALIKE = 500, 9, 4000, 9
    BASES = {"develop": 14, "judge": 36}
    STUDENTS = {"develop": 10, "judge": 30}
    DTYPE = np.float16

    def piece(self, tok, rng, text):
        cut = int(rng.integers(8, 25))
        whole = tok.encode(text[:400]).ids
        at = int(rng.integers(0, max(1, len(whole) - cut)))
        return whole[at : at + cut]

    def pooled(self, hidden, mask):
        weight = (mask / mask.sum(1, keepdim=True))[..., None]
        end = (torch.arange(len(mask)), mask.sum(1).long() - 1)
        return torch.cat([part for h in hidden for part in ((h * weight).sum(1), h[end])], 1)

    def prepare(self, share):
        # Directions in which texts differ most, by their tokens alone: what a taste can be about.
        train = slice(0, self.at_probe)
        x = share / (np.sqrt(share[train].mean(0)) + 0.01)
        x = x - x[train].mean(0)
        values, vectors = np.linalg.eigh(x[train].T @ x[train] / self.at_probe)
        self.shares = share
        self.directions = x @ (vectors[:, -DIRECTIONS:] / np.sqrt(values[-DIRECTIONS:]))

    def taste(self, seed):
        u = self.directions @ np.random.default_rng(seed).standard_normal(DIRECTIONS).astype(np.float32)
        return (u - u[: self.at_probe].mean()) / u[: self.at_probe].std()

    def head(self, x, idx, labels, seed, of="annotators"):
        # A plan's few pairs are to be learned whole.
        kept, ridge = (1.0, 1e-4) if of == "plan" else (0.8, 0.05)
        f, gen = self.widened(x, HIDDEN, seed)
        keep = torch.randperm(len(idx), generator=gen)[: round(kept * len(idx))]
        difference, won = self.differences(f, idx, labels)
        return (f @ ridged(difference[keep], won[keep], [ridge])[0]).numpy()

    def skilled(self, x, idx, labels, seed, of="annotators"):
        """A better trainer: a wider hidden layer, and the ridge that a held-out tenth prefers."""
        f, gen = self.widened(x, 4 * HIDDEN, seed)
        order = torch.randperm(len(idx), generator=gen)
        held, train = order[: len(idx) // 10], order[len(idx) // 10 :]
        difference, won = self.differences(f, idx, labels)
        tried = ridged(difference[train], won[train], RIDGES)
        losses = [torch.nn.functional.mse_loss(difference[held] @ w, won[held]).item() for w in tried]
        return (f @ tried[int(np.argmin(losses))]).numpy()

    def widened(self, x, hidden, seed):
        gen = torch.Generator().manual_seed(seed)
        d = x.shape[1]
        w1 = torch.randn(d, hidden, generator=gen) / d**0.5
        b1 = torch.randn(hidden, generator=gen)
        return torch.cat([x, torch.tanh(x @ w1 + b1)], 1), gen

    def differences(self, f, idx, labels):
        a = torch.tensor(2 * idx)
        return f[a] - f[a + 1], 2 * torch.tensor(labels) - 1


def ridged(x, y, ridges):
    """Ridge regressions of y on x, one a strength, as shares of the mean square of a feature."""
    g = x.T @ x
    eye = g.trace() / len(g) * torch.eye(len(g))
    return [torch.linalg.solve(g + ridge * eye, x.T @ y) for ridge in ridges]


if __name__ == "__main__":
    main(SecondPanels, {"innocents": make_innocents, "cohorts": make_cohorts, "grids": make_grids, "recipes": make_recipes})
