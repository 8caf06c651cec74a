/** The published schema of mark files is the one the reader is made from; renew it with GOLDEN=write. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { markJsonSchema } from "../../../src/labs/marks/schemes/mark-file.js";

const PATH = new URL("../../../schema/mark.v1.json", import.meta.url);

it("schema/mark.v1.json is current", () => {
  const text = `${JSON.stringify(markJsonSchema(), null, 2)}\n`;
  if (process.env.GOLDEN === "write") writeFileSync(PATH, text);
  expect(readFileSync(PATH, "utf8")).toBe(text);
});
