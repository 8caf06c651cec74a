"""Files as tensorboard, wandb, mlflow, pyarrow, datasets and torch write them, and what those tools read back from them.

    MLFLOW_ALLOW_FILE_STORE=true python audit-readers.py OUT
        (pip install tensorboard wandb==0.19.11 mlflow-skinny sqlalchemy alembic sqlparse pyarrow datasets torch safetensors)

A tool that is not installed is named with its error; `audit-readers.py OUT pyarrow datasets` makes those of
two tools.

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


def tables():
    """A table of every type that data sets have, with missing values, and its rows as JSON has them."""
    import datetime
    import decimal
    import pyarrow as pa
    found["versions"]["pyarrow"] = pa.__version__

    def table(n, seed):
        source = random.Random(seed)
        some = lambda make: [None if source.random() < 0.1 else make(i) for i in range(n)]
        word = lambda: "".join(source.choice("abcdef\u00e9\u4e2d ") for _ in range(source.randrange(40)))
        return pa.table({
            "id": pa.array([f"doc-{seed}-{i}" for i in range(n)]),
            "text": pa.array(some(lambda i: word())),
            "num_tokens": pa.array([source.randrange(2000) for _ in range(n)], pa.int32()),
            "offset": pa.array([source.randrange(2 ** 62) for _ in range(n)], pa.int64()),
            "small": pa.array([source.randrange(256) for _ in range(n)], pa.uint8()),
            "score": pa.array(some(lambda i: source.gauss(0, 1))),
            "half": pa.array(some(lambda i: source.gauss(0, 1)), pa.float32()),
            "nan": pa.array([float("nan") if i % 7 == 0 else float("inf") if i % 11 == 0 else i / 3 for i in range(n)]),
            "keep": pa.array(some(lambda i: source.random() < 0.5)),
            "ids": pa.array(some(lambda i: [source.randrange(50000) for _ in range(source.randrange(6))]), pa.list_(pa.int32())),
            "meta": pa.array(some(lambda i: {"url": word(), "depth": {"level": i}})),
            "at": pa.array(some(lambda i: datetime.datetime(2024, 1, 1) + datetime.timedelta(milliseconds=source.randrange(10 ** 10))), pa.timestamp("ms", tz="UTC")),
            "kind": pa.array([source.choice(["a", "b", "c"]) for _ in range(n)]).dictionary_encode(),
            "raw": pa.array(some(lambda i: source.randbytes(5) + b"\xff"), pa.binary()),
            "price": pa.array(some(lambda i: decimal.Decimal(source.randrange(10 ** 6)) / 100), pa.decimal128(12, 2)),
        })

    def plain(value):
        import base64
        if isinstance(value, float):
            return value if math.isfinite(value) else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
        if isinstance(value, int) and not isinstance(value, bool):
            return value if abs(value) < 2 ** 53 else str(value)
        if isinstance(value, decimal.Decimal):
            return float(value)
        if isinstance(value, datetime.datetime):
            return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
        if isinstance(value, datetime.date):
            return value.strftime("%Y-%m-%dT00:00:00.000Z")
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode()}
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [plain(v) for v in value]
        return value

    return table, plain


def told(tool, path, rows):
    with open(f"{path}.rows.jsonl", "w") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
    found["files"].append({"tool": tool, "path": path, "rows": f"{path}.rows.jsonl"})


def parquet(folder):
    """Every codec but LZ4, several row groups, a folder of shards."""
    import pyarrow.parquet as pq
    table, plain = tables()
    os.makedirs(folder, exist_ok=True)
    read = lambda paths: [plain(row) for each in paths for row in pq.read_table(each).to_pylist()]
    for codec in ("none", "snappy", "gzip", "brotli", "zstd"):
        for version in ("1.0", "2.0"):
            path = f"{folder}/{codec}-{version}.parquet"
            pq.write_table(table(700, codec + version), path, compression=codec, data_page_version=version, row_group_size=300)
            told("pyarrow", path, read([path]))
    for encoding in ("DELTA_BINARY_PACKED", "PLAIN", "BYTE_STREAM_SPLIT"):
        columns = {"DELTA_BINARY_PACKED": ["num_tokens", "offset"], "PLAIN": ["text", "score"], "BYTE_STREAM_SPLIT": ["score", "half"]}[encoding]
        path = f"{folder}/{encoding.lower()}.parquet"
        pq.write_table(table(500, encoding), path, use_dictionary=False, column_encoding={c: encoding for c in columns})
        told("pyarrow", path, read([path]))
    os.makedirs(f"{folder}/hub/data", exist_ok=True)
    shards = [f"{folder}/hub/data/train-{i:05d}-of-00003.parquet" for i in range(3)]
    for i, shard in enumerate(shards):
        pq.write_table(table(400, f"shard {i}"), shard)
    open(f"{folder}/hub/README.md", "w").write("---\nlicense: cc0-1.0\n---\n")
    told("pyarrow", f"{folder}/hub", read(shards))


def arrow(folder):
    """Files and streams, as they are and Zstandard, several batches, large offsets, dictionaries that grow."""
    import pyarrow as pa
    table, plain = tables()
    os.makedirs(folder, exist_ok=True)
    for kind, new, back in (("file", pa.ipc.new_file, pa.ipc.open_file), ("stream", pa.ipc.new_stream, pa.ipc.open_stream)):
        for codec in (None, "zstd"):
            whole = table(700, f"{kind} {codec}")
            large = {"text": pa.large_string(), "ids": pa.large_list(pa.int64()), "raw": pa.large_binary(), "half": pa.float16()}
            if codec:
                whole = whole.cast(pa.schema([(f.name, large.get(f.name, f.type)) for f in whole.schema]))
            whole = whole.append_column("pair", pa.FixedSizeListArray.from_arrays(pa.array(range(1400), pa.int16()), 2))
            whole = whole.append_column("day", pa.array(range(700), pa.int32()).cast(pa.date32()))
            path = f"{folder}/{kind}-{codec or 'none'}.arrow"
            options = pa.ipc.IpcWriteOptions(compression=codec, emit_dictionary_deltas=True)
            with new(path, whole.schema, options=options) as out:
                # Slices begin within their buffers, some within a byte.
                for at in (0, 299, 500):
                    for batch in whole.slice(at, {0: 299, 299: 201, 500: 200}[at]).to_batches():
                        out.write_batch(batch)
            told("pyarrow", path, [plain(row) for row in back(path).read_all().to_pylist()])


def saved(folder):
    import datasets
    table, plain = tables()
    found["versions"]["datasets"] = datasets.__version__
    os.makedirs(folder, exist_ok=True)
    part = lambda n, name: datasets.Dataset(table(n, name).drop_columns(["kind", "price"]))
    some = part(900, "some").select(range(0, 900, 3)).add_column("n", list(range(300)))
    for name, data in (("whole", part(900, "whole")), ("chosen", some)):
        data.save_to_disk(f"{folder}/{name}", num_shards=3)
        back = datasets.load_from_disk(f"{folder}/{name}").with_format(None)
        told("datasets", f"{folder}/{name}", [plain(row) for row in back.data.to_pylist()])
    splits = datasets.DatasetDict({"train": part(200, "train"), "test": part(100, "test")})
    splits.save_to_disk(f"{folder}/splits")
    # In the order of the folders' names.
    told("datasets", f"{folder}/splits", [plain(row) for name in ("test", "train") for row in splits[name].data.to_pylist()])


def sharded(rank, world, folder):
    """Tensors of all types, whole, in rows, in columns, in both, and unevenly."""
    import torch
    import torch.distributed as dist
    import torch.distributed.checkpoint as dcp
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29519", RANK=str(rank), WORLD_SIZE=str(world))
    dist.init_process_group("gloo", rank=rank, world_size=world)
    flat, grid = init_device_mesh("cpu", (world,)), init_device_mesh("cpu", (2, world // 2))
    torch.manual_seed(19)
    made = {}
    for i, (shape, mesh, placed) in enumerate([
        ((37, 29), flat, [Shard(0)]), ((37, 29), flat, [Shard(1)]), ((6, 10, 14), grid, [Shard(0), Shard(1)]),
        ((8, 12, 9), grid, [Shard(2), Shard(0)]), ((3, 5), flat, [Shard(0)]), ((11,), flat, [Shard(0)]),
        ((5, 7), flat, [Replicate()]), ((1500, 1100), grid, [Shard(1), Shard(0)]), ((), flat, [Replicate()]),
    ]):
        for dtype in (torch.float32, torch.bfloat16, torch.float16, torch.int64):
            values = (torch.randn(shape) * 100).to(dtype)
            made[f"t{i}.{str(dtype)[6:]}"] = distribute_tensor(values, mesh, placed)
    made["plain"] = torch.randn(100, 50).t()[3:40, ::2]
    made["flags"] = torch.arange(77) % 3 == 0
    dcp.save({"model": made, "step": 10, "optim": {"lr": 0.1, "betas": [0.9, 0.95]}}, checkpoint_id=folder)
    dist.destroy_process_group()


def checkpoint(folder):
    import shutil
    import torch
    from safetensors.torch import save_file
    from torch.distributed.checkpoint.format_utils import dcp_to_torch_save
    found["versions"]["torch"] = torch.__version__
    for world in (1, 4):
        at = f"{folder}/{world}"
        shutil.rmtree(at, ignore_errors=True)
        os.makedirs(at)
        if world == 1:
            import torch.distributed.checkpoint as dcp
            torch.manual_seed(1)
            dcp.save({"w": torch.randn(40, 30), "b": torch.nn.Parameter(torch.randn(9)), "n": 7}, checkpoint_id=at, no_dist=True)
        else:
            torch.multiprocessing.spawn(sharded, args=(world, at), nprocs=world)
        dcp_to_torch_save(at, f"{at}.pt")
        tensors = {}

        def walk(value, name):
            if isinstance(value, torch.Tensor):
                tensors[name] = value.detach().contiguous()
            elif isinstance(value, dict):
                for key, inner in value.items():
                    walk(inner, f"{name}.{key}" if name else str(key))

        walk(torch.load(f"{at}.pt", weights_only=True), "")
        os.makedirs(f"{at}-read", exist_ok=True)
        save_file(tensors, f"{at}-read/model.safetensors")
        found["files"].append({"tool": "torch", "path": at, "model": f"{at}-read"})


def main():
    for name, make in (
        ("tensorboard", tensorboard),
        ("wandb", wandb),
        ("mlflow files", lambda: mlflow(f"file://{out}/mlruns", "mlruns")),
        ("mlflow sqlite", lambda: mlflow(f"sqlite:///{out}/mlflow.db", "mlflow.db")),
        ("pyarrow", lambda: parquet("parquet")),
        ("pyarrow ipc", lambda: arrow("arrow")),
        ("datasets", lambda: saved("datasets")),
        ("torch", lambda: checkpoint("torch")),
    ):
        if len(sys.argv) > 2 and not any(name.startswith(each) for each in sys.argv[2:]):
            continue
        try:
            make()
        except Exception as error:  # a tool that is not installed is named, the others are compared
            found["files"].append({"tool": name, "error": f"{type(error).__name__}: {error}"[:300]})
    json.dump(found, open("peers.json", "w"))
    print(json.dumps({**found["versions"], "errors": [f for f in found["files"] if "error" in f]}))


if __name__ == "__main__":
    main()
