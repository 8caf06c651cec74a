/**
 * Files as trackers write them, byte by byte, and what altered copies of them come to: a value, a line of refusal, or a
 * fault of ours. Checksums of altered files are made right again, so that what lies behind them is tried too.
 */
import { crc32 } from "node:zlib";
import { arrowBytes, parquetBytes } from "../../dist/app/audit/table-files.js";
import { AssayError } from "../../dist/base/error.js";
import type { Prng } from "../../dist/base/prng.js";
import { readCheckpointMetadata } from "../../dist/model/formats/distributed-checkpoint.js";
import { readTorchTensor } from "../../dist/model/formats/torch-tensor.js";
import { filesOfState } from "../../dist/office/audit/readers/dataset-state.js";
import { crc32c, eventFileRows } from "../../dist/office/audit/readers/event-file.js";
import { jsonFields } from "../../dist/office/audit/readers/json-line.js";
import { printedFields } from "../../dist/office/audit/readers/megatron-log.js";
import { mlflowRows } from "../../dist/office/audit/readers/mlflow-metrics.js";
import { stepRow } from "../../dist/office/audit/readers/normal-form.js";
import { trainerStateRows } from "../../dist/office/audit/readers/trainer-state.js";
import { wandbRows } from "../../dist/office/audit/readers/wandb-file.js";
import { CHECKPOINT } from "./checkpoint-files.ts";

const LINE = `sha256:${"0".repeat(64)}`;

/** A TFRecord frame around an Event with one simple value. */
export function event(step: number, tag: string, value: number): Buffer {
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
export function history(step: number, items: Record<string, string>, padding = 0): Buffer {
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
export function wandbFile(records: readonly Buffer[]): Buffer {
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

/** Three rows in two groups, Zstandard, by pyarrow 26. */
export const PARQUET =
  "UEFSMRUEFRQVJkwVBBUAEgAAKLUv/SAKUQAAAQAAAGQBAAAAZRUAFRIVJCwVBBUQFQYVBhwAAAAotS/9IAlJAAACAAAABAEBAwIVBBUQFSJMFQQVABIAACi1L/0gCEEAAAMAAAAEAAAAFQAVEhUkLBUEFRAVBhUGHAAAACi1L/0gCUkAAAIAAAAEAQEDAhUEFSAVJEwVBBUAEgAAKLUv/SAQTQAAGAEAEAEAB8ACFQAVEhUkLBUEFRAVBhUGHAAAACi1L/0gCUkAAAIAAAAEAQEDAhUEFSAVMkwVBBUAEgAAKLUv/SAQgQAAAAAAAAAA4D8AAAAAAAD4fxUAFRIVJCwVBBUQFQYVBhwAAAAotS/9IAlJAAACAAAABAEBAwIVBBUgFTJMFQQVABIAACi1L/0gEIEAAAEAAAAAAAAAAgAAAAAAAAAVABUgFTIsFQYVEBUGFQYcAAAAKLUv/SAQgQAAAgAAAAMCAwAAAAMfAAEDAhUEFQAVEkwVABUAEgAAKLUv/SAAAQAAFQAVDhUgLBUCFRAVBhUGHAAAACi1L/0gBzkAAAIAAAACAAAVBBUIFRpMFQIVABIAACi1L/0gBCEAAAUAAAAVABUSFSQsFQIVEBUGFQYcAAAAKLUv/SAJSQAAAgAAAAIBAQIAFQQVEBUiTBUCFQASAAAotS/9IAhBAAADAAAAAAAAABUAFRIVJCwVAhUQFQYVBhwAAAAotS/9IAlJAAACAAAAAgEBAgAVBBUQFSJMFQIVABIAACi1L/0gCEEAAAAAAAAAAPA/FQAVEhUkLBUCFRAVBhUGHAAAACi1L/0gCUkAAAIAAAACAQECABUEFQAVEkwVABUAEgAAKLUv/SAAAQAAFQAVGhUsLBUCFRAVBhUGHAAAACi1L/0gDWkAAAIAAAACAAIAAAACAAAVBBmMNQAYBnNjaGVtYRUKABUMJQIYBHRleHQlAEwcAAAAFQIlAhgKbnVtX3Rva2VucwAVBCUCGANiaWcAFQolAhgFc2NvcmUANQIYA2lkcxUCFQZMPAAAADUEGARsaXN0FQIAFQQlAhgHZWxlbWVudAAWBhksGVwmABwVDBk1AAYQGRgEdGV4dBUMFgQWaBaMASZKJggpLBUEFQAVAgAVABUQFQIAPBYEGQYZJgAEAAAAJgAcFQIZNQAGEBkYCm51bV90b2tlbnMVDBYEFmQWiAEm0gEmlAEpLBUEFQAVAgAVABUQFQIAPCkGGSYABAAAACYAHBUEGTUABhAZGANiaWcVDBYEFnQWigEm3AImnAIpLBUEFQAVAgAVABUQFQIAPCkGGSYABAAAACYAHBUKGTUABhAZGAVzY29yZRUMFgQWdBaYASb0AyamAyksFQQVABUCABUAFRAVAgA8KQYZJgAEAAAAJgAcFQQZNQAGEBk4A2lkcwRsaXN0B2VsZW1lbnQVDBYGFoIBFqYBJowFJr4EKSwVBBUAFQIAFQAVEBUCADwpJgQCGUYAAgAEAAAAFrYEFgQmCBbcBQAZXCYAHBUMGTUABhAZGAR0ZXh0FQwWAhZQFnQmkgYm5AUpLBUEFQAVAgAVABUQFQIAPBYAGQYZJgIAAAAAJgAcFQIZNQAGEBkYCm51bV90b2tlbnMVDBYCFlwWgAEmjgcm2AYpLBUEFQAVAgAVABUQFQIAPCkGGSYAAgAAACYAHBUEGTUABhAZGANiaWcVDBYCFmQWiAEmlggm2AcpLBUEFQAVAgAVABUQFQIAPCkGGSYAAgAAACYAHBUKGTUABhAZGAVzY29yZRUMFgIWZBaIASaeCSbgCCksFQQVABUCABUAFRAVAgA8KQYZJgACAAAAJgAcFQQZNQAGEBk4A2lkcwRsaXN0B2VsZW1lbnQVDBYCFlwWgAEmlgom6AkpLBUEFQAVAgAVABUQFQIAPCkmAgAZRgIAAAAAAAAW0AMWAibkBRaEBQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGVwcAAAcAAAcAAAcAAAcAAAANwMAAFBBUjE=";

/** The three rows in two batches, as a stream, and as a file whose bodies are Zstandard, by pyarrow 26. */
export const ARROW = {
  stream: Buffer.from(
    "/////7gBAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAEAAAAqP///wQAAAAGAAAAYAEAABgBAADoAAAAuAAAAFwAAAAUAAAAEAAYAAgABgAHAAwAEAAUABAAAAAAAAEFFAAAADQAAAAcAAAABAAAAAAAAAABAAAAawAAAAgACAAAAAQACAAAAAQAAAAg////AAAAASAAAADk/v//HP///wAAAQwUAAAAGAAAAAQAAAABAAAAEAAAAAMAAABpZHMADP///0T///8AAAECEAAAABgAAAAEAAAAAAAAAAQAAABpdGVtAAAAAHz///8AAAABQAAAAHT///8AAAEDEAAAABgAAAAEAAAAAAAAAAEAAABzAAYACAAGAAYAAAAAAAIAoP///wAAAQIQAAAAFAAAAAQAAAAAAAAAAwAAAGJpZwDU////AAAAAUAAAADM////AAABAhAAAAAcAAAABAAAAAAAAAABAAAAbgAAAAgADAAIAAcACAAAAAAAAAEgAAAAEAAUAAgABgAHAAwAAAAQABAAAAAAAAEFEAAAABwAAAAEAAAAAAAAAAQAAAB0ZXh0AAAAAAQABAAEAAAAAAAAAP////+oAAAAFAAAAAAAAAAMABQABgAFAAgADAAMAAAAAAIEABQAAAAYAAAAAAAAAAgACgAAAAQACAAAABAAAAAAAAoAGAAMAAQACAAKAAAATAAAABAAAAACAAAAAAAAAAAAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADAAAAAAAAAAQAAAAAAAAAAIAAAAAAAAAAAAAAAEAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAACAAAAAAAAAGFiAAAAAAAA/////7gBAAAUAAAAAAAAAAwAFgAGAAUACAAMAAwAAAAAAwQAGAAAAIgAAAAAAAAAAAAKABgADAAEAAgACgAAAAwBAAAQAAAAAgAAAAAAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwAAAAAAAAAEAAAAAAAAAAEAAAAAAAAABgAAAAAAAAAAAAAAAAAAAAYAAAAAAAAAAwAAAAAAAAAKAAAAAAAAAAAAAAAAAAAACgAAAAAAAAAGAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAYAAAAAAAAAFgAAAAAAAAAAAAAAAAAAABYAAAAAAAAAAwAAAAAAAAAaAAAAAAAAAAAAAAAAAAAAGgAAAAAAAAAEAAAAAAAAAB4AAAAAAAAAAAAAAAAAAAAeAAAAAAAAAAMAAAAAAAAAAAAAAAHAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAABAAAABAAAAAAAAABkZcOpAAAAAAMAAAAEAAAABQAAAAAAAAABAAAAAAAAAAAAAAAAAAAQAwAAAAAAAAAAAAAAAADgPwAAAAAAAPh/AAAAAAAA8D8AAAAAAgAAAAIAAAAAAAAAAQAAAAAAAAACAAAAAAAAAAAAAAABAAAAAAAAAAAAAAD/////uAEAABQAAAAAAAAADAAWAAYABQAIAAwADAAAAAADBAAYAAAAQAAAAAAAAAAAAAoAGAAMAAQACAAKAAAADAEAABAAAAABAAAAAAAAAAAAAAAPAAAAAAAAAAAAAAABAAAAAAAAAAgAAAAAAAAACAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAABAAAAAAAAAAYAAAAAAAAAAAAAAAAAAAAGAAAAAAAAAAIAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAgAAAAAAAAAKAAAAAAAAAABAAAAAAAAADAAAAAAAAAACAAAAAAAAAA4AAAAAAAAAAAAAAAAAAAAOAAAAAAAAAAAAAAAAAAAADgAAAAAAAAAAAAAAAAAAAA4AAAAAAAAAAQAAAAAAAAAAAAAAAcAAAABAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAUAAAAAAAAAAwAAAAAAAAAAAAAAAADwPwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP////8AAAAA",
    "base64",
  ),
  file: Buffer.from(
    "QVJST1cxAAD/////uAEAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAQAAACo////BAAAAAYAAABgAQAAGAEAAOgAAAC4AAAAXAAAABQAAAAQABgACAAGAAcADAAQABQAEAAAAAAAAQUUAAAANAAAABwAAAAEAAAAAAAAAAEAAABrAAAACAAIAAAABAAIAAAABAAAACD///8AAAABIAAAAOT+//8c////AAABDBQAAAAYAAAABAAAAAEAAAAQAAAAAwAAAGlkcwAM////RP///wAAAQIQAAAAGAAAAAQAAAAAAAAABAAAAGl0ZW0AAAAAfP///wAAAAFAAAAAdP///wAAAQMQAAAAGAAAAAQAAAAAAAAAAQAAAHMABgAIAAYABgAAAAAAAgCg////AAABAhAAAAAUAAAABAAAAAAAAAADAAAAYmlnANT///8AAAABQAAAAMz///8AAAECEAAAABwAAAAEAAAAAAAAAAEAAABuAAAACAAMAAgABwAIAAAAAAAAASAAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQUQAAAAHAAAAAQAAAAAAAAABAAAAHRleHQAAAAABAAEAAQAAAAAAAAA/////8AAAAAUAAAAAAAAAAwAGAAGAAUACAAMAAwAAAAAAgQAGAAAADgAAAAAAAAAAAAAAAgACAAAAAQACAAAABAAAAAMAB4AEAAEAAgADAAMAAAAYAAAACQAAAAYAAAAAgAAAAAAAAAAAAAAAAAGAAgABwAGAAAAAAAAAQMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAdAAAAAAAAACAAAAAAAAAAEwAAAAAAAAAAAAAAAQAAAAIAAAAAAAAAAAAAAAAAAAAMAAAAAAAAACi1L/0gDGEAAAAAAAABAAAAAgAAAAAAAAIAAAAAAAAAKLUv/SACEQAAYWIAAAAAAP/////QAQAAFAAAAAAAAAAMABgABgAFAAgADAAMAAAAAAMEABwAAAAYAQAAAAAAAAAAAAAMAB4AEAAEAAgADAAMAAAAIAEAACQAAAAYAAAAAgAAAAAAAAAAAAAAAAAGAAgABwAGAAAAAAAAAQ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAdAAAAAAAAACAAAAAAAAAAFQAAAAAAAAA4AAAAAAAAAAAAAAAAAAAAOAAAAAAAAAAdAAAAAAAAAFgAAAAAAAAAAAAAAAAAAABYAAAAAAAAACIAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAKQAAAAAAAACwAAAAAAAAAAAAAAAAAAAAsAAAAAAAAAAdAAAAAAAAANAAAAAAAAAAAAAAAAAAAADQAAAAAAAAACEAAAAAAAAA+AAAAAAAAAAAAAAAAAAAAPgAAAAAAAAAHQAAAAAAAAAAAAAABwAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAMAAAAAAAAACi1L/0gDGEAAAAAAAABAAAABAAAAAAAAAQAAAAAAAAAKLUv/SAEIQAAZGXDqQAAAAwAAAAAAAAAKLUv/SAMYQAAAwAAAAQAAAAFAAAAAAAAGAAAAAAAAAAotS/9IBiNAABYAQAQAwAAAAAAAAABAAfAAgAAAAAAABgAAAAAAAAAKLUv/SAYwQAAAAAAAAAA4D8AAAAAAAD4fwAAAAAAAPA/AAAAAAAAAAwAAAAAAAAAKLUv/SAMYQAAAAAAAAIAAAACAAAAAAAAEAAAAAAAAAAotS/9IBCBAAABAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAwAAAAAAAAAKLUv/SAMYQAAAAAAAAEAAAAAAAAAAAAA/////9ABAAAUAAAAAAAAAAwAGAAGAAUACAAMAAwAAAAAAwQAHAAAAOAAAAAAAAAAAAAAAAwAHgAQAAQACAAMAAwAAAAgAQAAJAAAABgAAAABAAAAAAAAAAAAAAAAAAYACAAHAAYAAAAAAAABDwAAAAAAAAAAAAAAEgAAAAAAAAAYAAAAAAAAABkAAAAAAAAAOAAAAAAAAAAAAAAAAAAAADgAAAAAAAAAAAAAAAAAAAA4AAAAAAAAABUAAAAAAAAAUAAAAAAAAAAAAAAAAAAAAFAAAAAAAAAAGQAAAAAAAABwAAAAAAAAAAAAAAAAAAAAcAAAAAAAAAAZAAAAAAAAAJAAAAAAAAAAEgAAAAAAAACoAAAAAAAAABkAAAAAAAAAyAAAAAAAAAAAAAAAAAAAAMgAAAAAAAAAAAAAAAAAAADIAAAAAAAAAAAAAAAAAAAAyAAAAAAAAAAVAAAAAAAAAAAAAAAHAAAAAQAAAAAAAAABAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAKLUv/SABCQAAAAAAAAAAAAgAAAAAAAAAKLUv/SAIQQAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAotS/9IAQhAAAFAAAAAAAACAAAAAAAAAAotS/9IAhBAAADAAAAAAAAAAAAAAAAAAAIAAAAAAAAACi1L/0gCEEAAAAAAAAAAPA/AAAAAAAAAAEAAAAAAAAAKLUv/SABCQAAAAAAAAAAAAgAAAAAAAAAKLUv/SAIQQAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAotS/9IAQhAAAAAAAAAAAA/////wAAAAAQAAAADAAUAAYACAAMABAADAAAAAAABABgAAAAQAAAAAQAAAACAAAAyAIAAAAAAADYAQAAAAAAABgBAAAAAAAAuAUAAAAAAADYAQAAAAAAAOAAAAAAAAAAAAAAAAEAAADIAQAAAAAAAMgAAAAAAAAAOAAAAAAAAACo////BAAAAAYAAABgAQAAGAEAAOgAAAC4AAAAXAAAABQAAAAQABgACAAGAAcADAAQABQAEAAAAAAAAQUUAAAANAAAABwAAAAEAAAAAAAAAAEAAABrAAAACAAIAAAABAAIAAAABAAAACD///8AAAABIAAAAOT+//8c////AAABDBQAAAAYAAAABAAAAAEAAAAQAAAAAwAAAGlkcwAM////RP///wAAAQIQAAAAGAAAAAQAAAAAAAAABAAAAGl0ZW0AAAAAfP///wAAAAFAAAAAdP///wAAAQMQAAAAGAAAAAQAAAAAAAAAAQAAAHMABgAIAAYABgAAAAAAAgCg////AAABAhAAAAAUAAAABAAAAAAAAAADAAAAYmlnANT///8AAAABQAAAAMz///8AAAECEAAAABwAAAAEAAAAAAAAAAEAAABuAAAACAAMAAgABwAIAAAAAAAAASAAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQUQAAAAHAAAAAQAAAAAAAAABAAAAHRleHQAAAAABAAEAAQAAAAQAgAAQVJST1cx",
    "base64",
  ),
};

const TEXTS = {
  json: Buffer.from('{"step": 10, "loss": 2.5, "learning_rate": 1e-4, "extra": {"a": [1, 2, NaN]}}'),
  state: Buffer.from('{"log_history":[{"step":10,"loss":2.5},{"step":20,"eval_loss":2}]}'),
  mlflow: Buffer.from("1772323200000 2.5 0\n1772323201000 2.25 1\n"),
  megatron: Buffer.from(" iteration 100/ 500 | consumed samples: 1024 | learning rate: 1.5E-05 | lm loss: 8.1E+00 |"),
  dataset: Buffer.from('{"_data_files":[{"filename":"data-0.arrow"},{"filename":"data-1.arrow"}],"_split":"train"}'),
  engine: Buffer.from("[INFO] [Rank 0] step=10, skipped=0, lr=[0.0002, 0.0002], mom=[(0.9, 0.95), (0.9, 0.95)]"),
  pipeline: Buffer.from("steps: 20 loss: 2.5312 iter time (s): 0.512 samples/sec: 62.500"),
};

function resealed(bytes: Buffer): Buffer {
  const body = bytes.subarray(12, bytes.length - 4);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(body.length));
  return Buffer.concat([length, masked(length), body, masked(body)]);
}

/** Each a whole file and what reads it. */
export const READERS: readonly [name: string, whole: Buffer, read: (bytes: Buffer) => unknown][] = [
  ["JSON line", TEXTS.json, (b) => stepRow(jsonFields(b.toString(), "test"), LINE)],
  [
    "trainer_state",
    TEXTS.state,
    (b) => trainerStateRows(b.toString(), "test").map(({ fields }) => stepRow(fields, LINE)),
  ],
  ["MLflow metrics", TEXTS.mlflow, (b) => mlflowRows(new Map([["loss", b.toString()]]), "test")],
  ["Megatron print", TEXTS.megatron, (b) => printedStep(b.toString())],
  ["event file", Buffer.concat([event(1, "loss", 2.5), event(2, "loss", 2)]), (b) => eventFileRows(b, "test")],
  ["event file, checksums made right", event(3, "loss", 1), (b) => eventFileRows(resealed(b), "test")],
  ["W&B file", wandbFile([history(1, { loss: "2.5" }), history(2, { loss: "2" })]), (b) => wandbRows(b, "test")],
  [
    "W&B file, checksums made right",
    history(1, { loss: "2.5", "optim.lr": "1e-4" }),
    (b) => wandbRows(wandbFile([b]), "test"),
  ],
  ["Parquet", Buffer.from(PARQUET, "base64"), (b) => allOf(parquetBytes(b, "test"))],
  ["Arrow stream", ARROW.stream, (b) => allOf(arrowBytes(b, "test"))],
  ["Arrow file, Zstandard", ARROW.file, (b) => allOf(arrowBytes(b, "test"))],
  ["state.json of a data set", TEXTS.dataset, (b) => filesOfState(b.toString(), "test")],
  ["metadata of a distributed checkpoint", CHECKPOINT[".metadata"], (b) => readCheckpointMetadata(b, "test")],
  [
    "tensor as torch saves it",
    tensorFile(),
    (b) => readTorchTensor(async (at, n) => within(b, at, n), b.length, "test"),
  ],
  ["DeepSpeed print, engine", TEXTS.engine, (b) => printedStep(b.toString())],
  ["DeepSpeed print, pipeline", TEXTS.pipeline, (b) => printedStep(b.toString())],
];

/** The first piece of the first file: from its beginning to the end of its ZIP file. */
function tensorFile(): Buffer {
  const whole = CHECKPOINT["__0_0.distcp"];
  return whole.subarray(0, whole.indexOf("PK\x05\x06") + 22);
}

function within(bytes: Buffer, at: number, length: number): Uint8Array {
  if (!(at >= 0 && at + length <= bytes.length)) throw new AssayError("FORMAT", "test: expected a whole file");
  return bytes.subarray(at, at + length);
}

function printedStep(line: string): unknown {
  const fields = printedFields(line);
  return fields && stepRow(fields, LINE);
}

async function allOf(rows: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of rows) count++;
  return count;
}

/** One to four edits: a byte set, some taken out, one put in. */
export function altered(whole: Buffer, source: Prng): Buffer {
  let bytes = Buffer.from(whole);
  for (let edits = 1 + source.below(4); edits > 0; edits--) {
    const at = source.below(bytes.length);
    const kind = source.below(3);
    if (kind === 0) bytes[at] = source.below(256);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + source.below(8))]);
    else bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([source.below(256)]), bytes.subarray(at)]);
    if (bytes.length < 20) bytes = Buffer.concat([bytes, Buffer.alloc(20)]);
  }
  return bytes;
}

/** @returns whether it was read; @throws whatever is no refusal in words */
export async function readOrRefused(read: (bytes: Buffer) => unknown, bytes: Buffer): Promise<"read" | "refused"> {
  try {
    await read(bytes);
    return "read";
  } catch (error) {
    if (error instanceof AssayError) return "refused";
    throw error;
  }
}
