/** Distributed checkpoints: tensors gathered from pieces of two processes, and what is refused; no pickle runs anything. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CHECKPOINT } from "../../materials/audit/checkpoint-files.ts";
import { compareModels } from "../../src/app/audit/rerun-run.js";
import { FileReader } from "../../src/host/files.js";
import { allTensors, readTensorBytes, readTensorValues } from "../../src/host/model/tensor-files.js";
import { Kernel } from "../../src/kernels/kernel.js";
import { PickleCall, readPickle } from "../../src/model/formats/pickle.js";

const home = mkdtempSync(join(tmpdir(), "assay-checkpoint-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function folder(name: string, changed: Partial<Record<keyof typeof CHECKPOINT, Buffer>> = {}): string {
  const path = join(home, name);
  mkdirSync(path);
  for (const [file, bytes] of Object.entries({ ...CHECKPOINT, ...changed })) writeFileSync(join(path, file), bytes);
  return path;
}

test("pieces by rows and by columns are the tensor that torch had, read whole or in any stretch", async () => {
  const tensors = await allTensors(folder("whole"));
  expect([...tensors.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ["model.w", "F32", [3, 2]],
    ["model.c", "BF16", [2, 3]],
  ]);
  const [reader, kernel] = [new FileReader(), new Kernel()];
  for (const tensor of tensors.values()) {
    expect([...(await readTensorValues(reader, kernel, tensor))]).toEqual([0, 1, 2, 3, 4, 5]);
    const width = tensor.sizeBytes / 6;
    const whole = await readTensorBytes(reader, tensor, 0, tensor.sizeBytes);
    for (let from = 0; from < 6; from++)
      for (let end = from + 1; end <= 6; end++)
        expect(await readTensorBytes(reader, tensor, from * width, (end - from) * width)).toEqual(
          whole.slice(from * width, end * width),
        );
  }
  await reader.close();
  const [a, b] = [folder("a"), folder("b")];
  expect(await compareModels(a, b)).toMatchObject({ tensors: 2, same: 2, differ: [], missing: [], more: [] });
});

test("one changed value is found in the tensor in which it lies", async () => {
  const changed = Buffer.from(CHECKPOINT["__1_0.distcp"]);
  const four = Buffer.alloc(8);
  four.writeFloatLE(4);
  four.writeFloatLE(5, 4);
  changed[changed.indexOf(four) + 3]! ^= 0x80;
  const comparison = await compareModels(folder("honest"), folder("changed", { "__1_0.distcp": changed }));
  expect(comparison).toMatchObject({ tensors: 2, same: 1, differ: [{ name: "model.w", most: 8 }] });
});

test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
  ["a file outside the folder", (b) => renamed(b, "__0_0.distcp", "/etc/passwd!"), /files beside it/],
  ["a type that is not read", (b) => renamed(b, "float32", "uint999"), /a type that is not read/],
  [
    "an operation that runs something",
    (b) => Buffer.concat([b.subarray(0, b.length - 1), Buffer.from("i.")]),
    /operation/,
  ],
  ["half of it", (b) => b.subarray(0, b.length / 2), /a whole pickle|near byte/],
])("metadata with %s is refused in one line", async (name, change, expected) => {
  const path = folder(name, { ".metadata": change(CHECKPOINT[".metadata"]) });
  await expect(allTensors(path)).rejects.toThrow(expected);
});

function renamed(bytes: Buffer, from: string, to: string): Buffer {
  const out = Buffer.from(bytes);
  out.write(to, out.indexOf(from), "latin1");
  return out;
}

test("a piece of another shape than the metadata says is refused", async () => {
  const path = folder("swapped", { "__1_0.distcp": CHECKPOINT["__0_0.distcp"] });
  await expect(allTensors(path)).rejects.toThrow(/expected/);
});

test("what a pickle would call comes out as a name with its arguments", () => {
  // os.system("echo") in protocol 2, as pickle.dumps of a __reduce__ writes it.
  const bytes = Buffer.from("\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R.", "latin1");
  const value = readPickle(bytes, "test");
  expect(value).toBeInstanceOf(PickleCall);
  expect(value).toMatchObject({ of: "posix.system", args: ["echo"] });
});
