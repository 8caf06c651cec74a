/** Readers of what trainers write: values against what was written, limits, and files that were altered at random. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { altered, event, history, READERS, readOrRefused, wandbFile } from "../../../materials/audit/log-files.ts";
import { prng } from "../../../src/base/prng.js";
import { crc32c, eventFileRows } from "../../../src/office/audit/readers/event-file.js";
import { printedFields } from "../../../src/office/audit/readers/megatron-log.js";
import { mlflowRows } from "../../../src/office/audit/readers/mlflow-metrics.js";
import { stepRow } from "../../../src/office/audit/readers/normal-form.js";
import { trainerStateRows } from "../../../src/office/audit/readers/trainer-state.js";
import { wandbRows } from "../../../src/office/audit/readers/wandb-file.js";

const LINE = `sha256:${"0".repeat(64)}`;
const SHARED = "../shared/office";

describe("offline files of Weights & Biases", () => {
  const rows = [
    history(0, { loss: "2.5", "optim.lr": "0.1", _timestamp: "1772323200.5" }, 40_000),
    Buffer.from([0x08, 2]),
    history(1, { loss: "NaN", lr: "0.05" }, 70_000),
    history(2, { loss: "2" }),
  ];
  const file = wandbFile(rows);
  test("rows over several blocks, nested keys, numbers that are none", () => {
    const read = wandbRows(file, "test").map(({ fields }) => stepRow(fields, LINE));
    expect(read).toMatchObject([
      { step: 0, loss: 2.5, time: 1_772_323_200.5, extra: { "optim.lr": 0.1 } },
      { step: 1, loss: null, lr: 0.05, extra: { loss: "NaN" } },
      { step: 2, loss: 2 },
    ]);
  });
  test("a last record that is not whole is still being written; a changed byte and another file are faults", () => {
    expect(wandbRows(file.subarray(0, file.length - 3), "test").length).toBe(2);
    const changed = Buffer.from(file);
    changed[20_000]! ^= 1;
    expect(() => wandbRows(changed, "test")).toThrow(/checksum/);
    expect(() => wandbRows(Buffer.from(":W&B oh no"), "test")).toThrow(/another header/);
  });
});

describe("TensorBoard event files", () => {
  const file = Buffer.concat([event(1, "train/loss", 2.5), event(1, "train/lr", 0.1), event(2, "train/loss", 2.25)]);

  test("CRC-32C has the value of RFC 3720, appendix B.4", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });

  test("values of one step are one row", () => {
    expect(eventFileRows(file, "test").map(({ fields }) => stepRow(fields, LINE))).toMatchObject([
      { step: 1, time: 1_772_323_201, loss: 2.5, lr: 0.1 },
      { step: 2, loss: 2.25, lr: null },
    ]);
  });

  test("a last frame that is not whole is still being written; a changed one is a fault", () => {
    expect(eventFileRows(file.subarray(0, file.length - 3), "test").length).toBe(1);
    const changed = Buffer.from(file);
    changed[30]! ^= 1;
    expect(() => eventFileRows(changed, "test")).toThrow(/checksum/);
  });

  test.skipIf(!existsSync(SHARED))("a file that tensorboardX wrote", () => {
    const rows = eventFileRows(readFileSync(`${SHARED}/tensorboard/events.out.tfevents.1795892203.vm`), "test");
    expect(rows.length).toBeGreaterThan(500);
  });
});

describe("others", () => {
  test("trainer_state.json: log_history in its order", () => {
    const text = '{"log_history":[{"step":10,"loss":NaN,"learning_rate":1e-4},{"step":10,"eval_loss":2}]}';
    expect(trainerStateRows(text, "test").map(({ fields }) => stepRow(fields, LINE))).toMatchObject([
      { step: 10, loss: null, lr: 1e-4, extra: { loss: "NaN" } },
      { step: 10, loss: null, extra: { eval_loss: 2 } },
    ]);
  });
  test.skipIf(!existsSync(SHARED))("a trainer_state.json of 216 rows", () => {
    expect(
      trainerStateRows(readFileSync(`${SHARED}/trainer/aigoncharov-trainer_state.json`, "utf8"), "test").length,
    ).toBe(216);
  });
  test("MLflow metrics: keys of one step are one row, a value again is another", () => {
    const rows = mlflowRows(
      new Map([
        ["loss", "1772323200000 2.5 0\n1772323201000 2.25 1\n1772323202000 2 1\n"],
        ["lr", "1772323200000 0.1 0\n"],
      ]),
      "test",
    );
    expect(rows.map(({ fields }) => stepRow(fields, LINE))).toMatchObject([
      { step: 0, time: 1_772_323_200, loss: 2.5, lr: 0.1 },
      { step: 1, loss: 2.25 },
      { step: 1, loss: 2 },
    ]);
    expect(() => mlflowRows(new Map([["loss", "1 2\n"]]), "test")).toThrow(/line 1/);
  });
  test("Megatron prints", () => {
    const line =
      " iteration      100/  500000 | consumed samples:       102400 | elapsed time per iteration (ms): 1234.5 | learning rate: 1.500E-05 | global batch size:  1024 | lm loss: 8.123456E+00 | grad norm: 2.345 |";
    expect(stepRow(printedFields(line)!, LINE)).toMatchObject({
      step: 100,
      loss: 8.123456,
      lr: 1.5e-5,
      gradNorm: 2.345,
      tokens: null,
    });
    expect(printedFields("loading checkpoint")).toBeNull();
  });
  test("DeepSpeed prints: the engine's rates and the pipeline's losses", () => {
    const engine =
      "[2024-03-01 10:00:00,123] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=1, lr=[0.0002, 0.0002], mom=[(0.9, 0.95), (0.9, 0.95)]";
    expect(stepRow(printedFields(engine)!, LINE)).toMatchObject({ step: 10, lr: 2e-4, extra: { skipped: 1 } });
    expect(printedFields("step=10, skipped=0, lr=[0.1, 0.2], mom=[0.9]")).toMatchObject({ lr: "[0.1, 0.2]" });
    const pipeline = "steps: 20 loss: 2.5312 iter time (s): 0.512 samples/sec: 62.500";
    expect(stepRow(printedFields(pipeline)!, LINE)).toMatchObject({ step: 20, loss: 2.5312 });
    expect(stepRow(printedFields("steps: 21 loss: nan iter time (s): 0.5 samples/sec: 62")!, LINE)).toMatchObject({
      step: 21,
      loss: null,
      extra: { loss: "nan" },
    });
    expect(printedFields(`steps: 20 loss: 2.5 ${"x".repeat(20_000)}`)).toBeNull();
  });
});

test("files altered at random are read or refused in words, never anything else: 4,000 here, 1,000,000 in the study", async () => {
  const source = prng("assay/audit-mutants", "1");
  for (let i = 0; i < 4_000; i++) {
    const [name, whole, read] = READERS[i % READERS.length]!;
    await readOrRefused(read, altered(whole, source)).catch((error: Error) => {
      throw new Error(`${name}, try ${i}: ${error.stack}`);
    });
  }
});
