"""A callback for transformers.Trainer that commits to what the run writes, while it writes it.

    trainer = Trainer(..., callbacks=[AssayCommit("lm-01", key="key.pem")])

Before training: `assay audit open-run lm-01 ...`. Rows of the log go to <run>-steps.jsonl as they are logged, and every
`every` seconds, at each checkpoint and at the end `assay audit commit` takes them in. A commitment that fails (no network,
no beacon) is told and tried again at the next: training never waits for it and never stops for it.
"""
import json
import os
import subprocess
import time

from transformers import TrainerCallback


class AssayCommit(TrainerCallback):
    def __init__(self, run, key, every=600, assay=("assay",)):
        self.run, self.key, self.every, self.assay = run, key, every, list(assay)
        self.rows = f"{run}-steps.jsonl"
        self.last, self.running = 0.0, None

    def on_log(self, args, state, control, logs=None, **kwargs):
        if not state.is_world_process_zero or not logs:
            return
        row = {"step": state.global_step, "time": time.time(), **logs}
        if state.num_input_tokens_seen:
            row["num_input_tokens_seen"] = state.num_input_tokens_seen
        with open(self.rows, "a") as file:
            file.write(json.dumps(row) + "\n")
        if time.time() - self.last > self.every:
            self.commit("steps", self.rows)

    def on_save(self, args, state, control, **kwargs):
        if state.is_world_process_zero:
            self.commit("steps", self.rows, wait=True)
            self.commit("checkpoints", args.output_dir)

    def on_train_end(self, args, state, control, **kwargs):
        if state.is_world_process_zero:
            self.commit("steps", self.rows, wait=True)
            self.commit("checkpoints", args.output_dir, wait=True)

    def commit(self, of, source, wait=False):
        if not os.path.exists(source):
            return
        if self.running is not None:
            if not wait and self.running.poll() is None:
                return  # the last one still runs: its successor takes these rows in
            self.running.wait()
        self.last = time.time()
        command = [*self.assay, "audit", "commit", self.run, source, "--class", of, "--private-key", self.key]
        self.running = subprocess.Popen(command)
        if wait and self.running.wait() != 0:
            print(f"assay: {of} not committed yet; the next commitment takes the rows in")
