/**
 * A study's ps, which pages draw: each of a method that has a p, and each above 0 and at most 1. A statistic that is held
 * against a bound has none, and its rank among the study's own families is no p.
 */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseStudy } from "../../src/app/studies.js";

const folder = new URL("../../validation/", import.meta.url);
/** Methods whose findings rest on a p. A study of another, or of a new one that is not named here, may hold none. */
const WITH_P = new Set([
  "behaviour/substituted",
  "code/recipient-copy",
  "marks/canary",
  "marks/inherited",
  "marks/leak",
  "marks/present",
  "membership/canary",
  "membership/exchangeability",
  "membership/order",
  "preferences/planted",
  "weights/aligned-units",
  "weights/init-anchor",
  "weights/permuted-units",
  "weights/rotated-units",
  "weights/unit-labels",
]);
const studies = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) }))
  .map((file) => ({ ...file, study: JSON.parse(Buffer.from(file.bytes).toString()) }))
  .filter(({ study }) => Array.isArray(study.nullLog10P));

test("every kept study's ps are ps of a method that has one", () => {
  expect(studies.length).toBeGreaterThan(30);
  for (const { name, study } of studies) {
    const ps: number[] = [...study.nullLog10P, ...study.positiveLog10P];
    const outside = ps.filter((log10P) => !(Number.isFinite(log10P) && log10P <= 0));
    expect(outside, name).toEqual([]);
    if (!WITH_P.has(study.method)) expect(ps, `${name}: ${study.method} has no p`).toEqual([]);
  }
});

test("a study that holds a p above 1, or none that is a number, is not read", () => {
  const { name, study } = studies.find(({ study }) => study.nullLog10P.length > 0)!;
  const read = (log10P: unknown) =>
    parseStudy(new TextEncoder().encode(JSON.stringify({ ...study, nullLog10P: [log10P] })), name);
  expect(read(-1.5).nullLog10P).toEqual([-1.5]);
  expect(() => read(0.01)).toThrow();
  expect(() => read(null)).toThrow();
});
