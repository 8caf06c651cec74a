/** The published JSON Schema is the one that the code validates by; renew it with GOLDEN=write. */
import { readFileSync, writeFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { findingJsonSchema } from "../../src/finding/codec.js";
import { ALL } from "../report/fixtures.js";

const path = "schema/finding.v1.json";
const text = `${JSON.stringify(findingJsonSchema(), null, 2)}\n`;
if (process.env.GOLDEN === "write") writeFileSync(path, text);

test("the published schema is the code's", () => {
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("another implementation of JSON Schema accepts findings and refuses what is none", () => {
  const validate = new Ajv2020({ strict: false }).compile(findingJsonSchema() as object);
  for (const finding of Object.values(ALL)) expect(validate(JSON.parse(JSON.stringify(finding)))).toBe(true);
  expect(validate({ type: "assay/finding/v1" })).toBe(false);
});
