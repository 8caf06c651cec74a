"""A training loop without a framework that commits to its rows while it runs: copy `committed` into your own.

    python plain_loop.py RUN KEY [ASSAY...]

The model is a line fitted by gradient descent; what matters is the row a step, and the commitment every `EVERY` steps.
"""
import json
import random
import subprocess
import sys
import time

EVERY = 50


def committed(run, key, rows, assay):
    """Takes the rows in; a failure is told, and the next commitment takes them in."""
    command = [*assay, "audit", "commit", run, rows, "--class", "steps", "--private-key", key]
    if subprocess.run(command).returncode != 0:
        print("assay: not committed yet", file=sys.stderr)


def main(run, key, *assay):
    assay = assay or ("assay",)
    rows, rate, slope = f"{run}-steps.jsonl", 0.05, 0.0
    random.seed(1)
    for step in range(1, 201):
        x = random.gauss(0, 1)
        error = slope * x - (3 * x + random.gauss(0, 0.1))
        slope -= rate * error * x
        with open(rows, "a") as file:
            row = {"step": step, "time": time.time(), "loss": error * error, "learning_rate": rate, "tokens": step}
            file.write(json.dumps(row) + "\n")
        if step % EVERY == 0:
            committed(run, key, rows, assay)


main(*sys.argv[1:])
