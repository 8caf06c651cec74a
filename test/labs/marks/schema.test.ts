/** The published schema of mark files is the one the reader is made from; renew it with GOLDEN=write. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { markJsonSchema, parseMark } from "../../../src/labs/marks/schemes/mark-file.js";

const PATH = new URL("../../../schema/mark.v1.json", import.meta.url);

it("schema/mark.v1.json is current", () => {
  const text = `${JSON.stringify(markJsonSchema(), null, 2)}\n`;
  if (process.env.GOLDEN === "write") writeFileSync(PATH, text);
  expect(readFileSync(PATH, "utf8")).toBe(text);
});

it("a share of nearly nothing under one of two keys, whose law would take days, is refused", () => {
  const of = (alpha: number) => ({
    ...{ type: "assay/mark/v1", name: "two keys", scheme: "dual-gumbel", variant: "vllm" },
    ...{ key: 42, vocabulary: 1000, parameters: { alpha } },
  });
  for (const alpha of [0, 0.001, 0.1, 0.999, 1]) expect(() => parseMark(of(alpha), "m")).not.toThrow();
  for (const alpha of [1e-9, 0.9999, -0.1, 2]) expect(() => parseMark(of(alpha), "m")).toThrow(/alpha/);
});
