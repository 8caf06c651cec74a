/** The file of states: what is written is read, and what is not such a file is refused in one line. */
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { centredGram, readStates, type States, writeStates } from "../../src/transcript/states-file.js";

const N = 16;
const rows = Array.from({ length: N }, (_, i) => Float64Array.from({ length: 3 }, (_, k) => Math.sin(7 * i + 3 * k)));
const states: States = {
  model: "onnx:sha256:00",
  promptsDigest: `sha256:${"0".repeat(64)}`,
  purposes: Array.from({ length: N }, (_, i) => (i % 2 ? "plain" : null)),
  chat: false,
  width: 3,
  grams: [centredGram(rows), centredGram(rows.map((row) => row.map(() => 4)))],
};
const written = fromUtf8(writeStates(states), "states");

test("what is written is read, to 32 bits; it holds no state", () => {
  const read = readStates(utf8(written), "s");
  expect({ ...read, grams: [] }).toEqual({ ...states, grams: [] });
  for (const [l, gram] of read.grams.entries())
    for (const [i, value] of gram.entries()) expect(value).toBe(Math.fround(states.grams[l]![i]!));
  expect([...read.grams[0]!].reduce((a, b) => Math.max(a, b))).toBe(1);
});

const changed = (change: (file: Record<string, unknown> & { layers: string[] }) => unknown): string => {
  const file = JSON.parse(written);
  return JSON.stringify(change(file) ?? file);
};
const layer = (values: readonly number[]) => {
  const bytes = new DataView(new ArrayBuffer(2 * N * (N + 1)));
  for (const [i, value] of values.entries()) bytes.setFloat32(4 * i, value, true);
  return Buffer.from(bytes.buffer).toString("base64");
};

describe("hostile files", () => {
  test.each([
    ["nothing", "", /s/],
    ["another file", "{}", /at type/],
    ["no JSON", "{", /s/],
    ["a list", "[]", /top/],
    ["another form", changed((f) => ({ ...f, type: "assay/states/v2" })), /at type/],
    ["more than it has", changed((f) => ({ ...f, weights: [1] })), /top/],
    ["last tokens", changed((f) => ({ ...f, pool: "last" })), /at pool/],
    ["no layers", changed((f) => ({ ...f, layers: [] })), /at layers/],
    ["too many layers", changed((f) => ({ ...f, layers: Array(513).fill("") })), /at layers/],
    ["a width that is none", changed((f) => ({ ...f, width: 1.5 })), /at width/],
    ["a short layer", changed((f) => ({ ...f, layers: [f.layers[0]!.slice(4)] })), /layer 0: expected 544 bytes/],
    ["no base64", changed((f) => ({ ...f, layers: ["!".repeat(f.layers[0]!.length)] })), /layer 0/],
    ["not a number", changed((f) => ({ ...f, layers: [layer([Number.NaN])] })), /from -1 to 1/],
    ["infinite", changed((f) => ({ ...f, layers: [layer([Number.POSITIVE_INFINITY])] })), /from -1 to 1/],
    ["too large", changed((f) => ({ ...f, layers: [layer([1.5])] })), /from -1 to 1/],
    ["a square below nought", changed((f) => ({ ...f, layers: [layer([-1])] })), /squares from 0/],
    ["not centred", changed((f) => ({ ...f, layers: [layer([1])] })), /common mean/],
    [
      "few prompts",
      changed((f) => ({ ...f, prompts: { ...(f.prompts as object), purposes: Array(15).fill(null) } })),
      /16 to 1024 prompts/,
    ],
    [
      "many prompts",
      changed((f) => ({ ...f, prompts: { ...(f.prompts as object), purposes: Array(1025).fill(null) } })),
      /16 to 1024 prompts/,
    ],
    ["a name twice", written.replace('"pool":"mean"', '"pool":"mean","pool":"mean"'), /s/],
  ])("%s", (_, text, message) => {
    let error: unknown;
    try {
      readStates(utf8(text), "s");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(AssayError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });
});
