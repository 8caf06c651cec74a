/** The repository's own small model through the plain forward pass: what a runtime has to give of the same weights. */
import { readFileSync } from "node:fs";
import { logits } from "../../materials/weights/forward.ts";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { textEncoder } from "../../src/model/beside/text-encoder.js";

const DEMO = "fixtures/demo/base";

/** Tokens of a prompt, of the whole text, and logits after each of the latter. */
export async function demoLogits(prompt: string, text: string) {
  const { encode } = textEncoder(readFileSync(`${DEMO}/tokenizer.json`), "tokenizer.json");
  const whole = Array.from(encode(text));
  const { reading } = await openModel(DEMO);
  if (reading.kind !== "model") throw new Error(reading.reason);
  const files = new FileReader();
  const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
  const { data, columns } = await logits(reading.model, (tensor) => compute.load(tensor.matrix), whole);
  await files.close();
  const before = encode(prompt).length;
  return { before, whole, rows: whole.map((_, i) => data.subarray(i * columns, (i + 1) * columns)) };
}
