"""Results and samples as lm-evaluation-harness itself writes them (test/gate/lm-eval): its own runner, filters, repeats and
aggregation over a made model that answers right so often. Tasks are sums made here.

    pip install lm_eval==0.4.13 && HF_HUB_OFFLINE=1 python materials/makers/lm_eval_files.py OUT

OUT gets one folder a run: whole; limited (--limit 40); without samples; two runs of other models.
"""
import json
import random
import sys
import tempfile
from pathlib import Path

from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

OUT = Path(sys.argv[1])


class Made(LM):
    """Right with a probability, drawn from the question and a seed: the same answer to the same question."""

    def __init__(self, right, seed):
        super().__init__()
        self.right, self.seed, self.asked = right, seed, 0

    def generate_until(self, requests, disable_tqdm=False):
        out = []
        for request in requests:
            self.asked += 1
            draw = random.Random(f"{self.seed} {self.asked}")
            a, b = [int(w) for w in request.args[0].split() if w.isdigit()]
            out.append(f" The sum is {a + b if draw.random() < self.right else a + b + 1}.")
        return out

    def loglikelihood(self, requests, disable_tqdm=False):
        out = []
        for request in requests:
            context, answer = request.args
            draw = random.Random(f"{self.seed} {context}")
            a, b = [int(w) for w in context.split() if w.isdigit()]
            knows = draw.random() < self.right
            out.append((-1.0 if (int(answer) == a + b) == knows else -2.0 - random.Random(answer).random(), False))
        return out

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        return [-10.0 for _ in requests]


def tasks(home):
    draw = random.Random(5)
    with open(home / "data.jsonl", "w") as file:
        for _ in range(60):
            a, b = draw.randint(2, 50), draw.randint(2, 50)
            options = [a + b, a + b + 1, a + b - 2, a - b]
            draw.shuffle(options)
            row = {"question": f"{a} and {b} ?", "choices": [str(x) for x in options], "label": options.index(a + b), "answer": str(a + b)}
            file.write(json.dumps(row) + "\n")
    common = f"""dataset_path: json
dataset_kwargs:
  data_files: {{test: {home}/data.jsonl}}
test_split: test
doc_to_text: "Sum of {{{{question}}}}"
"""
    (home / "sums_mc.yaml").write_text("task: sums_mc\n" + common + """output_type: multiple_choice
doc_to_choice: "{{choices}}"
doc_to_target: label
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
metadata: {version: 1.0}
""")
    (home / "sums_gen.yaml").write_text("task: sums_gen\n" + common + """output_type: generate_until
doc_to_target: answer
repeats: 3
generation_kwargs: {until: ["\\n"], do_sample: true, temperature: 0.5}
filter_list:
  - name: first
    filter:
      - {function: regex, regex_pattern: "(-?[0-9]+)"}
      - {function: take_first}
  - name: maj
    filter:
      - {function: regex, regex_pattern: "(-?[0-9]+)"}
      - {function: majority_vote}
      - {function: take_first}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
metadata: {version: 2.0}
""")
    (home / "sums.yaml").write_text("""group: sums
task: [sums_mc, sums_gen]
aggregate_metric_list:
  - {metric: acc, aggregation: mean, weight_by_size: true}
metadata: {version: 1.0}
""")


def run(name, right, limit=None, samples=True):
    with tempfile.TemporaryDirectory() as home:
        tasks(Path(home))
        results = simple_evaluate(Made(right, name), tasks=["sums"], log_samples=True, limit=limit, bootstrap_iters=0,
                                  task_manager=TaskManager(include_path=home), random_seed=0, numpy_random_seed=0,
                                  torch_random_seed=0, fewshot_random_seed=0)
        logged = results.pop("samples")
        tracker = EvaluationTracker(output_path=str(OUT / name))
        tracker.general_config_tracker.log_experiment_args(model_source="made", model_args=f"right={right}", system_instruction="", chat_template="", fewshot_as_multiturn=False)
        tracker.save_results_aggregated(results=results, samples=logged)
        if samples:
            for task in results["configs"]:
                tracker.save_results_samples(task_name=task, samples=logged[task])


run("whole", 0.8)
run("weak", 0.4)
run("limited", 0.8, limit=40)
run("no-samples", 0.8, samples=False)
