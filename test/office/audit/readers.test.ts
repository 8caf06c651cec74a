/** Readers of what trainers write: values against what was written, limits, and files that were altered at random. */
import { existsSync, readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { AssayError } from "../../../src/base/error.js";
import { prng } from "../../../src/base/prng.js";
import { crc32c, eventFileRows } from "../../../src/office/audit/readers/event-file.js";
import { jsonFields } from "../../../src/office/audit/readers/json-line.js";
import { megatronFields } from "../../../src/office/audit/readers/megatron-log.js";
import { mlflowRows } from "../../../src/office/audit/readers/mlflow-metrics.js";
import { stepRow } from "../../../src/office/audit/readers/normal-form.js";
import { trainerStateRows } from "../../../src/office/audit/readers/trainer-state.js";
import { wandbRows } from "../../../src/office/audit/readers/wandb-file.js";

const LINE = `sha256:${"0".repeat(64)}`;
const SHARED = "../shared/office";

/** A TFRecord frame around an Event with one simple value. */
function event(step: number, tag: string, value: number): Buffer {
  const name = Buffer.from(tag);
  const single = Buffer.alloc(4);
  single.writeFloatLE(value);
  const inner = Buffer.concat([Buffer.from([0x0a, name.length]), name, Buffer.from([0x15]), single]);
  const summary = Buffer.concat([Buffer.from([0x0a, inner.length]), inner]);
  const time = Buffer.alloc(8);
  time.writeDoubleLE(1_772_323_200 + step);
  const body = Buffer.concat([Buffer.from([0x09]), time, Buffer.from([0x10, step, 0x2a, summary.length]), summary]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(body.length));
  return Buffer.concat([length, masked(length), body, masked(body)]);
}

function masked(bytes: Buffer): Buffer {
  const crc = crc32c(bytes);
  const out = Buffer.alloc(4);
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return out;
}

/** A protobuf field of bytes. */
function field(id: number, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
  return Buffer.concat([Buffer.from([...varint(id * 8 + 2), ...varint(bytes.length)]), bytes]);
}

/** A history record of W&B: keys with JSON values, and a nested key. */
function history(step: number, items: Record<string, string>, padding = 0): Buffer {
  const parts = Object.entries(items).map(([key, json]) => {
    const names = key.includes(".") ? key.split(".").map((name) => field(2, name)) : [field(1, key)];
    return field(1, Buffer.concat([...names, field(16, json)]));
  });
  if (padding > 0)
    parts.push(field(1, Buffer.concat([field(1, "note"), field(16, JSON.stringify("x".repeat(padding)))])));
  return Buffer.concat([
    Buffer.from([0x08, 1]),
    field(2, Buffer.concat([...parts, field(2, Buffer.from([0x08, step]))])),
  ]);
}

/** A file of W&B around records, cut into blocks of 32 KiB. */
function wandbFile(records: readonly Buffer[]): Buffer {
  let out = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00]);
  for (const record of records) {
    for (let at = 0, first = true; first || at < record.length; first = false) {
      let room = 32_768 - (out.length % 32_768);
      if (room < 7) {
        out = Buffer.concat([out, Buffer.alloc(room)]);
        room = 32_768;
      }
      const data = record.subarray(at, at + room - 7);
      at += data.length;
      const [begins, ends] = [first, at >= record.length];
      const typed = Buffer.concat([Buffer.from([begins ? (ends ? 1 : 2) : ends ? 4 : 3]), data]);
      const head = Buffer.alloc(6);
      head.writeUInt32LE(crc32(typed));
      head.writeUInt16LE(data.length, 4);
      out = Buffer.concat([out, head, typed]);
    }
  }
  return out;
}

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
    expect(stepRow(megatronFields(line)!, LINE)).toMatchObject({
      step: 100,
      loss: 8.123456,
      lr: 1.5e-5,
      gradNorm: 2.345,
      tokens: null,
    });
    expect(megatronFields("loading checkpoint")).toBeNull();
  });
});

test("files altered at random are read or refused in words, never anything else", () => {
  const tries = process.env.SLOW === "1" ? 1_000_000 : 4_000;
  const source = prng("assay/audit-mutants", "1");
  const texts = {
    json: Buffer.from('{"step": 10, "loss": 2.5, "learning_rate": 1e-4, "extra": {"a": [1, 2, NaN]}}'),
    state: Buffer.from('{"log_history":[{"step":10,"loss":2.5},{"step":20,"eval_loss":2}]}'),
    mlflow: Buffer.from("1772323200000 2.5 0\n1772323201000 2.25 1\n"),
    megatron: Buffer.from(" iteration 100/ 500 | consumed samples: 1024 | learning rate: 1.5E-05 | lm loss: 8.1E+00 |"),
  };
  const events = Buffer.concat([event(1, "loss", 2.5), event(2, "loss", 2)]);
  // The checksums of altered frames are made right again, so that what lies behind them is tried too.
  const reseal = (bytes: Buffer): Buffer => {
    const body = bytes.subarray(12, bytes.length - 4);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(body.length));
    return Buffer.concat([length, masked(length), body, masked(body)]);
  };
  const readers: [Buffer, (bytes: Buffer) => unknown][] = [
    [texts.json, (b) => stepRow(jsonFields(b.toString(), "test"), LINE)],
    [texts.state, (b) => trainerStateRows(b.toString(), "test").map(({ fields }) => stepRow(fields, LINE))],
    [texts.mlflow, (b) => mlflowRows(new Map([["loss", b.toString()]]), "test")],
    [texts.megatron, (b) => megatronFields(b.toString())],
    [events, (b) => eventFileRows(b, "test")],
    [event(3, "loss", 1), (b) => eventFileRows(reseal(b), "test")],
    [wandbFile([history(1, { loss: "2.5" }), history(2, { loss: "2" })]), (b) => wandbRows(b, "test")],
    // Records whose checksums are right, so that what lies behind them is tried too.
    [history(1, { loss: "2.5", "optim.lr": "1e-4" }), (b) => wandbRows(wandbFile([b]), "test")],
  ];
  for (let i = 0; i < tries; i++) {
    const [whole, read] = readers[i % readers.length]!;
    let bytes = Buffer.from(whole);
    for (let edits = 1 + source.below(4); edits > 0; edits--) {
      const at = source.below(bytes.length);
      const kind = source.below(3);
      if (kind === 0) bytes[at] = source.below(256);
      else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + source.below(8))]);
      else bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([source.below(256)]), bytes.subarray(at)]);
      if (bytes.length < 20) bytes = Buffer.concat([bytes, Buffer.alloc(20)]);
    }
    try {
      read(bytes);
    } catch (error) {
      if (!(error instanceof AssayError)) throw new Error(`try ${i}: ${(error as Error).stack}`);
    }
  }
});
