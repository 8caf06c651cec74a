/** Hugging Face's own reader of GGUF headers (npm @huggingface/gguf) and ours agree, on a file that llama.cpp's Python wrote. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { gguf } from "@huggingface/gguf";
import { expect, test } from "vitest";
import { parseGgufHeader } from "../../src/model/formats/gguf.js";
import { temporary } from "../host/temporary.js";

const at = temporary();

test("tensors, offsets and metadata", async () => {
  const { file } = JSON.parse(readFileSync("test/model/gguf-vectors.json", "utf8"));
  const bytes = new Uint8Array(Buffer.from(file.bytes, "base64"));
  await writeFile(at("tiny.gguf"), bytes);
  const theirs = await gguf(at("tiny.gguf"), { allowLocalFile: true });
  const ours = parseGgufHeader(bytes, bytes.length, "tiny.gguf")!;
  expect(ours.dataOffsetBytes).toBe(Number(theirs.tensorDataOffset));
  expect(ours.tensors.map((t) => [t.name, t.shape, t.typeNumber, t.offsetBytes - ours.dataOffsetBytes])).toEqual(
    theirs.tensorInfos.map((t) => [t.name, t.shape.map(Number).reverse(), t.dtype, Number(t.offset)]),
  );
  const metadata = theirs.metadata as Record<string, unknown>;
  for (const [key, value] of ours.entries) {
    const other = metadata[key];
    // Arrays that nothing here needs are kept as their lengths.
    if (typeof value === "object" && "array" in value) expect(value.array, key).toBe((other as unknown[]).length);
    else expect(value, key).toEqual(typeof other === "bigint" ? Number(other) : other);
  }
});
