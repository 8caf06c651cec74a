"""Files as tensorboard, wandb and mlflow write them, and what those tools read back from them.

    MLFLOW_ALLOW_FILE_STORE=true python audit-readers.py OUT
        (pip install tensorboard wandb==0.19.11 mlflow-skinny sqlalchemy alembic sqlparse)

Writes OUT/peers.json: for each file, by key, [step, value] in the order in which the tool gives them.
"""
import glob
import json
import math
import os
import random
import sys
import time

out = os.path.abspath(sys.argv[1])
os.makedirs(out, exist_ok=True)
os.chdir(out)
found = {"versions": {}, "files": []}
random.seed(19)


def rows(n):
    for step in range(n):
        yield step, {
            "train/loss": 3 * math.exp(-step / 80) + random.random() / 10,
            "train/lr": 3e-4 * (1 - step / n),
            "train/grad_norm": random.expovariate(1),
            **({"eval/loss": 3 * math.exp(-step / 80)} if step % 50 == 49 else {}),
            **({"train/nan": float("nan")} if step == 7 else {}),
        }


def finite(pairs):
    return [[int(s), None if v != v else v] for s, v in pairs]


def tensorboard():
    import tensorboard as tb
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    found["versions"]["tensorboard"] = tb.__version__
    writer = EventFileWriter("tb")
    for step, values in rows(1000):
        for tag, value in values.items():
            writer.add_event(Event(step=step, wall_time=time.time(), summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)])))
    writer.close()
    path = glob.glob("tb/*tfevents*")[0]
    read = EventAccumulator(path, size_guidance={"scalars": 0})
    read.Reload()
    keys = {tag: finite((e.step, e.value) for e in read.Scalars(tag)) for tag in read.Tags()["scalars"]}
    found["files"].append({"tool": "tensorboard", "path": path, "keys": keys})


def wandb():
    import wandb as wb
    from wandb.proto import wandb_internal_pb2
    from wandb.sdk.internal.datastore import DataStore
    found["versions"]["wandb"] = wb.__version__
    run = wb.init(mode="offline", project="peers", dir=".", settings=wb.Settings(console="off", x_disable_stats=True))
    for step, values in rows(1000):
        run.log({**values, "nested": {"a": step, "b": {"c": step / 7}}}, step=step)
    run.finish()
    path = glob.glob("wandb/offline-run-*/run-*.wandb")[0]
    store = DataStore()
    store.open_for_scan(path)
    keys = {}
    while True:
        data = store.scan_data()
        if data is None:
            break
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        if record.WhichOneof("record_type") != "history":
            continue
        items = {(".".join(i.nested_key) or i.key): json.loads(i.value_json) for i in record.history.item}
        for key, value in items.items():
            if isinstance(value, (int, float)) and not key.startswith("_"):
                keys.setdefault(key, []).append([int(items["_step"]), None if value != value else value])
    found["files"].append({"tool": "wandb", "path": path, "keys": keys})


def mlflow(uri, path):
    import mlflow as ml
    found["versions"]["mlflow"] = ml.__version__
    ml.set_tracking_uri(uri)
    client = ml.MlflowClient()
    run = client.create_run(client.create_experiment("peers"))
    for step, values in rows(300):
        for key, value in values.items():
            client.log_metric(run.info.run_id, key, value, step=step)
    keys = {}
    for key in client.get_run(run.info.run_id).data.metrics:
        keys[key] = finite((m.step, m.value) for m in client.get_metric_history(run.info.run_id, key))
    at = path if path.endswith(".db") else glob.glob(f"{path}/*/{run.info.run_id}")[0]
    found["files"].append({"tool": "mlflow", "path": at, "keys": keys})


for name, make in (
    ("tensorboard", tensorboard),
    ("wandb", wandb),
    ("mlflow files", lambda: mlflow(f"file://{out}/mlruns", "mlruns")),
    ("mlflow sqlite", lambda: mlflow(f"sqlite:///{out}/mlflow.db", "mlflow.db")),
):
    try:
        make()
    except Exception as error:  # a tool that is not installed is named, the others are compared
        found["files"].append({"tool": name, "error": f"{type(error).__name__}: {error}"[:300]})
json.dump(found, open("peers.json", "w"))
print(json.dumps({**found["versions"], "errors": [f for f in found["files"] if "error" in f]}))
