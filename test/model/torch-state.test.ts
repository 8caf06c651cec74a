/**
 * What torch.save (2.8) wrote, in both of its forms, read as data: values where they lie, ties, transposed views, what is
 * left out by name, and a pickle that would run a command. Altered files bring tensors within the file or one AssayError:
 * 6,000 by default, 250,000 a part with SLOW=1 FUZZ_PART=1 (to 4); seeded.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AssayError } from "../../src/base/error.js";
import { prng } from "../../src/base/prng.js";
import { readTorchState } from "../../src/model/formats/torch-state.js";
import { processorMs } from "../processor-time.js";

const PART = process.env.FUZZ_PART ?? "1";
const COUNT = process.env.SLOW ? 250_000 : 6_000;
const file = (name: string) => new Uint8Array(readFileSync(`test/model/torch/${name}`));

function stateOf(bytes: Uint8Array, name = "m.bin") {
  const read = async (at: number, length: number) => {
    if (at < 0 || at + length > bytes.length) throw new AssayError("FORMAT", `${name}: past its end`);
    return bytes.subarray(at, at + length);
  };
  return readTorchState(read, bytes.length, name);
}

test.each(["state.zip.bin", "state.legacy.bin"])("%s: values, ties, views, and what is left out", async (name) => {
  const bytes = file(name);
  const { tensors, unread } = await stateOf(bytes);
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const floats = (of: string) => {
    const { offsetBytes, sizeBytes } = named.get(of)!;
    return [...new Float32Array(bytes.slice(offsetBytes, offsetBytes + sizeBytes).buffer)];
  };
  const eighths = Array.from({ length: 12 }, (_, i) => i / 8);
  expect(floats("rows")).toEqual(eighths);
  expect(named.get("tied")).toEqual({ ...named.get("rows"), name: "tied" });
  expect(named.get("columns")).toMatchObject({ shape: [3, 4], byColumns: true });
  expect(floats("columns")).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11].map((i) => i / 8));
  expect(named.get("half")).toMatchObject({ dtype: "F16", shape: [3], elements: 3, sizeBytes: 6 });
  expect(named.get("brain")).toMatchObject({ dtype: "BF16", shape: [2, 2] });
  expect(floats("first")).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(floats("second")).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  expect(named.get("count")).toMatchObject({ dtype: "I64", shape: [], elements: 1 });
  expect(Object.fromEntries(unread.map((each) => [each.name, each.why]))).toEqual({
    part: expect.stringMatching(/overlaps another/),
    strided: expect.stringMatching(/stored row by row/),
    quantised: expect.stringMatching(/plain array.*_rebuild_qtensor/),
  });
});

test("a trainer's file, a program's object, a pickle that would run a command", async () => {
  expect((await stateOf(file("trainer.pt"))).tensors.map(({ name }) => name)).toEqual(["rows"]);
  await expect(stateOf(file("object.pt"))).rejects.toThrow(/expected a dict of tensors/);
  expect((await stateOf(file("calls.bin"))).tensors.map(({ name }) => name)).toEqual(["rows"]);
});

test("altered files bring tensors within the file, or one AssayError", async () => {
  const names = ["state.zip.bin", "state.legacy.bin", "trainer.pt", "calls.bin", "object.pt"];
  const seeds = names.map(file);
  const source = prng("test/torch-state", PART);
  let slowest = 0;
  const counts = { read: 0, refused: 0 };
  for (let n = 0; n < COUNT; n++) {
    const whole = seeds[n % seeds.length]!;
    const bytes = whole.slice(0, source.below(20) === 0 ? source.below(whole.length) : whole.length);
    // A place in the pickle or in the lists of the ZIP file, or anywhere.
    for (let edits = 1 + source.below(4); edits > 0 && bytes.length > 0; edits--) {
      const at = source.below(bytes.length);
      if (source.below(4) === 0) bytes.copyWithin(at, source.below(bytes.length), source.below(bytes.length));
      else bytes[at] = source.below(3) === 0 ? [0, 0xff, 0x28, 0x2e, 0x71, 0x95][source.below(6)]! : source.below(256);
    }
    const spent = await processorMs(async () => {
      try {
        for (const { offsetBytes, sizeBytes, elements } of (await stateOf(bytes)).tensors) {
          if (offsetBytes < 0 || offsetBytes + sizeBytes > bytes.length || !Number.isSafeInteger(elements))
            throw new Error(`${n}: a tensor outside of the file`);
        }
        counts.read++;
      } catch (error) {
        if (!(error instanceof AssayError)) throw new Error(`${n}: ${(error as Error).stack}`);
        expect(error.message).not.toMatch(/\n/);
        counts.refused++;
      }
    });
    slowest = Math.max(slowest, spent);
  }
  if (process.env.SLOW) console.log(`torch-state: part ${PART}, ${JSON.stringify(counts)}, slowest ${slowest} ms`);
  expect(slowest).toBeLessThan(1_000);
  expect(counts.read).toBeGreaterThan(COUNT / 100);
});
