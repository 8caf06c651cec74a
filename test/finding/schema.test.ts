/** The published JSON Schemas are those that the code validates by; renew them with GOLDEN=write. */
import { readFileSync, writeFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { findingJsonSchema } from "../../src/finding/codec.js";
import { ALL } from "../report/fixtures.js";

test.each(["v1", "v2"] as const)("the published schema of form %s is the code's", (form) => {
  const path = `schema/finding.${form}.json`;
  const text = `${JSON.stringify(findingJsonSchema(form), null, 2)}\n`;
  if (process.env.GOLDEN === "write") writeFileSync(path, text);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("another implementation of JSON Schema accepts findings and refuses what is none", () => {
  const ajv = new Ajv2020({ strict: false });
  const validate = {
    v1: ajv.compile(findingJsonSchema("v1") as object),
    v2: ajv.compile(findingJsonSchema("v2") as object),
  };
  for (const finding of Object.values(ALL)) {
    const form = finding.type === "assay/finding/v1" ? "v1" : "v2";
    expect(validate[form](JSON.parse(JSON.stringify(finding)))).toBe(true);
  }
  expect(validate.v1({ type: "assay/finding/v1" })).toBe(false);
  expect(validate.v2({ type: "assay/finding/v2" })).toBe(false);
});
