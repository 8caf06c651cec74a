"""Scorers beside those that judge, trained when the second rule stood: honest makers who share more than one thing by half.

`make_innocents`, references for the suspects of the judging half (bases and public sets of its grid, students of whole
shares). Each is documented as what its maker would document, private data of its own:

  labels      the labels of one public set's annotators on other pairs than the set's, from another base
  labels-base the same from the suspect's own base
  part        half of its pairs and labels from one public set, half of its own annotators, from another base
  part-base   the same from the suspect's own base
  taught      all its pairs labelled by the scores of a third scorer, which a student of the judging half learned from too
  taught-base the same from that student's own base

`make_cohorts`: for each of the judging half's scorers that follow one judge's prompt, three of other bases on its very pairs
and labels, and three on its base with public sets: what a panel must hold before that scorer may be asked about.

`make_grids`: five more grids over the bases that judge, six bases and four public sets each, two seeds a cell: makers who
share one public base, or one public preference set, with other annotators behind every set.
"""
import numpy as np
from preference_panels import PUBLIC, Models

SALT = 100_000  # of the judging half
OWN_SALT = 200_000


def make_innocents(panels, out):
    names = panels.bases()["judge"]
    grid, outside = names[:6], names[6:]
    models = Models(panels)
    half = panels.PAIRS // 2

    def reference(kind, base, i, d, number):
        """@param i of the suspect's cell or student @param number of the reference, from which its seeds follow"""
        seed = OWN_SALT + 1000 * number
        public = panels.utility(SALT + 3000 + d)
        if kind.startswith("labels"):
            return panels.annotated(public, seed + i)
        if kind.startswith("part"):
            theirs, y = panels.annotated(public, SALT + 4000 + d)
            mine, z = panels.annotated(panels.utility(seed + 300 + i), seed + 600 + i)
            return np.concatenate([theirs[:half], mine[:half]]), np.concatenate([y[:half], z[:half]])
        teacher = outside[i]
        u = panels.utility(SALT + 1000 + 6 + i)
        scores = panels.head(panels.base(teacher), *panels.annotated(u, SALT + 2000 + 6 + i), SALT + 6 + i)
        return panels.served(scores, seed + i, panels.PAIRS)

    for number, kind in enumerate(("labels", "part", "taught")):
        for i, base in enumerate(outside):
            d = i % PUBLIC
            other = outside[(i + 7) % len(outside)] if kind == "taught" else base
            pairs = reference(kind, other, i, d, number)
            models.add(f"{kind}-{i}", kind, other, f"{kind}-{i}", pairs, OWN_SALT + 900 + 1000 * number + i, of="teacher" if kind == "taught" else "annotators", cell=grid[i % 6], set=f"public-{d}")
        kind = f"{kind}-base"
        for i in range(24):
            base, d = grid[i % 6], (i // 6) % PUBLIC if kind != "taught-base" else i % PUBLIC
            pairs = reference(kind, base, i, d, 3 + number)
            models.add(f"{kind}-{i}", kind, base, f"{kind}-{i}", pairs, OWN_SALT + 900 + 1000 * (3 + number) + i, of="teacher" if kind == "taught-base" else "annotators", cell=base, set=f"public-{d}")
    models.write(f"{out}/innocents.json.gz", "innocents", names)


def make_cohorts(panels, out):
    names = panels.bases()["judge"]
    models = Models(panels)
    rubric = panels.utility(SALT + 8300)
    for i in range(panels.ALIKE):
        base = names[6 + panels.ALIKE + i]
        pairs = panels.annotated(rubric, SALT + 8400 + i)
        for k in range(3):
            other = names[(6 + panels.ALIKE + i + 10 * (k + 1)) % len(names)]
            models.add(f"labels-of-judge-{i}-{k}", "cohort", other, f"judge-{i}", pairs, 400_000 + 10 * i + k)
            public = panels.annotated(panels.utility(SALT + 3000 + k), SALT + 4000 + k)
            models.add(f"base-of-judge-{i}-{k}", "cohort", base, f"public-{k}", public, 401_000 + 10 * i + k)
    models.write(f"{out}/cohorts.json.gz", "cohorts", names)


def make_grids(panels, out):
    names = panels.bases()["judge"]
    models = Models(panels)
    for world in range(1, 6):
        salt = 300_000 + 10_000 * world
        public = [panels.utility(salt + d) for d in range(PUBLIC)]
        for base in names[6 * world : 6 * world + 6]:
            for d in range(PUBLIC):
                for s in range(2):
                    models.add(f"grid-{base}-{d}-{s}", "grid", base, f"public-{world}-{d}", panels.annotated(public[d], salt + 100 + d), salt + 1000 + 97 * d + s, seed=s)
    models.write(f"{out}/grids.json.gz", "grids", names)
