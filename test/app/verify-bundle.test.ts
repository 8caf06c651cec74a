import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeBundle } from "../../src/app/bundle/bundle.js";
import { verifyBundle, verifyBundleZip } from "../../src/app/bundle/verify-bundle.js";
import { fromUtf8, utf8 } from "../../src/base/bytes.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { sha256Digest } from "../../src/base/digest.js";
import { checkBag, packBag, SIGNATURE_FILE } from "../../src/evidence/bag.js";
import { keyIdOf, publicKeyOf } from "../../src/evidence/ed25519.js";
import { unzipStrict, zip } from "../../src/evidence/zip.js";
import type { Finding } from "../../src/finding/finding.js";
import { REQUEST, rewrittenSample, SEED, STUDY, sampleBundle, sampleFinding, sampleInput } from "./sample-bundle.js";

type Bundle = Map<string, Uint8Array>;
const signed = sampleBundle();
const unsigned = sampleBundle(null);
const failed = (files: Bundle, options = {}) =>
  verifyBundle(files, options)
    .checks.filter((check) => !check.holds)
    .map((check) => `${check.name}: ${check.detail}`);

const withFinding = (change: Partial<Finding>) =>
  rewrittenSample({ "finding.json": canonicalJsonBytes({ ...sampleFinding(), ...change }) });

describe("a bundle that holds", () => {
  test("signed, as folder and as zip", () => {
    const keyId = keyIdOf(publicKeyOf(SEED));
    const report = verifyBundle(signed, { trustedKeys: [publicKeyOf(SEED)] });
    expect(report.checks.filter((check) => !check.holds)).toEqual([]);
    expect(report.checks.map((check) => check.name)).toEqual([
      ...["digests", "layout", "request", "finding", "canonical text", "coherence", "evidence", "validation study"],
      ...["signature", "trusted key"],
    ]);
    expect(report).toMatchObject({ holds: true, signedBy: { keyId, trusted: true } });
    expect(report.finding?.outcome).toBe("supports-hp");
    expect(verifyBundleZip(zip(signed))).toMatchObject({ holds: true, signedBy: { keyId, trusted: false } });
  });
  test("unsigned, which a reader who asks for a key does not accept", () => {
    expect(verifyBundle(unsigned)).toMatchObject({ holds: true, signedBy: null });
    expect(failed(unsigned, { trustedKeys: [publicKeyOf(SEED)] })).toEqual([expect.stringMatching(/^trusted key: /)]);
    const other = [publicKeyOf(new Uint8Array(32)), new Uint8Array(5)];
    expect(failed(signed, { trustedKeys: other })).toEqual([expect.stringMatching(/none of 2 trusted keys/)]);
  });
  test("the same input gives the same bytes", () => {
    expect(sampleBundle()).toEqual(signed);
    expect(zip(sampleBundle())).toEqual(zip(signed));
  });
  test("an inconclusive one", () => {
    const finding = sampleFinding(-2);
    expect(finding.outcome).toBe("inconclusive");
    expect(failed(rewrittenSample({ "finding.json": canonicalJsonBytes(finding) }))).toEqual([]);
  });
});

/** What verifyBundle would answer, with its first step taken first: a signature is checked only where digests hold. */
function caught(files: Bundle): boolean {
  try {
    checkBag(files);
  } catch {
    return true;
  }
  return !verifyBundle(files).holds;
}

describe("several findings of one examination", () => {
  const [part] = sampleInput().parts;
  const other = { ...part!, finding: sampleFinding(-2), page: "<p>The other.</p>", validation: null, figures: [] };
  const both = makeBundle({ ...sampleInput(), parts: [part!, other] });
  /** Rewritten as a whole, so that every digest holds. */
  const packed = (change: (payload: Bundle) => void, count: string | null) => {
    const payload: Bundle = new Map();
    for (const [path, bytes] of both) if (path.startsWith("data/")) payload.set(path.slice(5), bytes);
    change(payload);
    const first = { "Assay-Finding": sha256Digest(payload.get("finding.json")!) };
    return packBag(payload, count === null ? first : { ...first, "Assay-Findings": count });
  };
  test("hold together, each checked under its number", () => {
    const report = verifyBundle(both);
    expect(report.checks.filter((check) => !check.holds)).toEqual([]);
    expect(report.findings.map((f) => f.outcome)).toEqual(["supports-hp", "inconclusive"]);
    expect(report.checks.map((check) => check.name)).toContain("coherence 2");
    expect(fromUtf8(both.get("data/HOW-TO-VERIFY.txt")!, "")).toContain("data/findings/N/");
  });
  test.each<[string, (payload: Bundle) => void, string | null, RegExp]>([
    ["one taken away", (p) => p.delete("findings/2/finding.json") && p.delete("findings/2/page.html"), "2", /holds 1/],
    ["one taken away, and its page left", (p) => void p.delete("findings/2/finding.json"), "2", /there is no/],
    ["a count that is not stated", () => {}, null, /speaks of one findings/],
    ["a gap", (p) => void p.set("findings/4/finding.json", utf8("{}")), "3", /without a gap/],
    ["a number written otherwise", (p) => void p.set("findings/03/page.html", utf8("")), "3", /without a gap/],
    ["another text in the second", (p) => void p.set("findings/2/finding.json", utf8("{}")), "2", /^finding 2: /m],
    [
      "a stronger outcome in the second",
      (p) => void p.set("findings/2/finding.json", canonicalJsonBytes({ ...other.finding, outcome: "supports-hp" })),
      "2",
      /^coherence 2: /m,
    ],
  ])("%s", (_what, change, count, message) => {
    expect(failed(packed(change, count)).join("\n")).toMatch(message);
  });
});

describe("nothing can be changed unseen", () => {
  test("the shortcut of these tests is the verifier's own first step", () => {
    const files = new Map(signed).set("data/page.html", utf8("<p>Another page</p>"));
    expect(failed(files)[0]).toMatch(/^digests: data\/page\.html: expected sha256/);
  });
  test.each([...signed.keys()])(
    "a flipped byte in %s",
    (path) => {
      const original = signed.get(path)!;
      const flipped = original.slice();
      const files = new Map(signed).set(path, flipped);
      const bits = path.startsWith("data/") ? 1 : 8;
      for (let at = 0; at < original.length; at++)
        for (let bit = 0; bit < bits; bit++) {
          flipped[at] = original[at]! ^ (1 << (bits === 1 ? at % 8 : bit));
          if (!caught(files)) expect.fail(`byte ${at}, bit ${bit}`);
          flipped[at] = original[at]!;
        }
      expect(caught(files)).toBe(false);
    },
    60_000,
  );
  test("a flipped byte anywhere in the zip", () => {
    const original = zip(signed);
    const flipped = original.slice();
    for (let at = 0; at < original.length; at++) {
      flipped[at] = original[at]! ^ (1 << (at % 8));
      if (verifyBundleZip(flipped).holds) expect.fail(`byte ${at}`);
      flipped[at] = original[at]!;
    }
    expect(new Map(unzipStrict(flipped))).toEqual(signed);
  }, 60_000);
  test("a byte cut or added at the end of any file", () => {
    for (const [path, bytes] of signed) {
      expect(caught(new Map(signed).set(path, bytes.slice(0, -1))), path).toBe(true);
      expect(caught(new Map(signed).set(path, Uint8Array.from([...bytes, 10]))), path).toBe(true);
    }
  });
  test("a file removed, added, renamed or put in the place of another", () => {
    for (const [path, bytes] of signed) {
      const less = new Map(signed);
      less.delete(path);
      expect(verifyBundle(less).holds, `without ${path}`).toBe(false);
      for (const name of [`${path}x`, path.toUpperCase(), `data/${path}`, `../${path}`]) {
        expect(verifyBundle(new Map(less).set(name, bytes)).holds, `${path} as ${name}`).toBe(false);
        expect(verifyBundle(new Map(signed).set(name, bytes)).holds, `${path} again as ${name}`).toBe(false);
      }
      for (const [other, others] of signed) {
        if (other <= path) continue;
        expect(caught(new Map(signed).set(path, others).set(other, bytes)), `${path} and ${other}`).toBe(true);
      }
    }
  }, 30_000);
  test("a signature taken off, exchanged, or taken from another bundle", () => {
    const stripped = new Map(signed);
    stripped.delete(SIGNATURE_FILE);
    expect(failed(stripped)).toEqual([expect.stringMatching(/^signature: .*yet there is no signature/)]);
    const other = sampleBundle(new Uint8Array(32).fill(9));
    const exchanged = new Map(signed).set(SIGNATURE_FILE, other.get(SIGNATURE_FILE)!);
    expect(failed(exchanged)).toEqual([expect.stringMatching(/^signature: .*about other files/)]);
    const added = new Map(unsigned).set(SIGNATURE_FILE, signed.get(SIGNATURE_FILE)!);
    expect(failed(added)).toEqual([expect.stringMatching(/^signature: /)]);
  });
});

describe("a bundle rewritten as a whole, with digests that hold", () => {
  const strength = sampleFinding().strength!;
  const errorRate = sampleFinding().errorRate!;
  const tests = sampleFinding().tests;
  const pair = sampleFinding().subject;
  const stranger = sha256Digest(utf8("stranger"));
  test.each<[string, Partial<Finding>, RegExp]>([
    [
      "a stronger term",
      { strength: { ...strength, term: "extremely strong support" } },
      /the term for this strength is/,
    ],
    [
      "a higher strength",
      { strength: { ...strength, log10LR: { low: 7, high: 9 }, term: "extremely strong support" } },
      /above its cap/,
    ],
    [
      "a higher cap",
      {
        strength: {
          ...strength,
          log10LR: { low: 7, high: 7 },
          cap: { ...strength.cap, log10LR: 7 },
          term: "extremely strong support",
        },
      },
      /above what the false-positive bound permits/,
    ],
    ["an error rate too good", { errorRate: { ...errorRate, upper95: 1e-6 } }, /not the Clopper–Pearson bound/],
    ["counts of another study", { errorRate: { ...errorRate, nulls: 9999 } }, /does not state the study's counts/],
    ["support without the p", { tests: [{ ...tests[0]!, log10P: -5.9 }] }, /above 10\^-6/],
    ["support without a combined test", { tests: tests.slice(0, 2) }, /no test "combined"/],
    ["another outcome", { outcome: "inconclusive" }, /reaches α, yet the outcome is inconclusive/],
    ["the other side of a one-sided question", { outcome: "supports-hd" }, /one-sided/],
    ["strength where none is", { outcome: "uncalibrated" }, /yet a strength is stated/],
    [
      "other words",
      { proposition: { ...sampleFinding().proposition, hp: "the suspect was copied" } },
      /words of the proposition/,
    ],
    ["a reason that says too much", { reason: "The weights match." }, /which no test supports/],
    ["evidence of something else", { evidence: [stranger] }, /which is no input of the request/],
    ["evidence of one side", { evidence: [REQUEST.inputs[0]!.root] }, /without having read it/],
    [
      "another subject",
      { subject: { ...pair, suspect: { name: "x", kind: "model", root: stranger } } as Finding["subject"] },
      /speaks of/,
    ],
    [
      "another study",
      { method: { ...sampleFinding().method, validation: { page: "x", digest: stranger } } },
      /the finding names/,
    ],
    [
      "another scale",
      { strength: { ...strength, scale: { id: "mine", digest: stranger } } },
      /not on the scale enfsi-2015/,
    ],
  ])("%s", (_what, change, message) => {
    expect(failed(withFinding(change)).join("\n")).toMatch(message);
  });
  test.each<[string, Record<string, Uint8Array | null>, RegExp]>([
    ["no request", { "request.json": null }, /request: .*there is no data\/request\.json/],
    ["a request in other words", { "request.json": utf8(JSON.stringify(REQUEST, null, 1)) }, /canonical JSON/],
    ["a finding in other words", { "finding.json": utf8(JSON.stringify(sampleFinding())) }, /canonical text: /],
    ["a finding that is none", { "finding.json": utf8("{}") }, /finding: data\/finding\.json: at/],
    ["another study file", { "validation.json": canonicalJsonBytes({ ...STUDY, page: "other" }) }, /the study carried/],
    ["a file more", { "notes.txt": utf8("") }, /no bundle has: data\/notes\.txt/],
    ["a figure without numbers", { "figures/nulls.csv": null }, /stands without/],
    ["no page", { "page.html": null }, /layout: there is no data\/page\.html/],
  ])("%s", (_what, changes, message) => {
    expect(failed(rewrittenSample(changes)).join("\n")).toMatch(message);
  });
  test("a cap that the study carried does not permit", () => {
    const positives = { ...STUDY.positives, foundFamilies: 2 };
    const weaker = canonicalJsonBytes({ ...STUDY, positives });
    const method = { ...sampleFinding().method, validation: { page: STUDY.page, digest: sha256Digest(weaker) } };
    const finding = canonicalJsonBytes({ ...sampleFinding(), method });
    const files = rewrittenSample({ "finding.json": finding, "validation.json": weaker });
    expect(failed(files)).toEqual([expect.stringMatching(/^validation study: .*above what the study permits/)]);
  });
  test("without the study's file the finding's own counts are checked", () => {
    const report = verifyBundle(rewrittenSample({ "validation.json": null }));
    expect(report.holds).toBe(true);
    expect(report.checks.find((check) => check.name === "validation study")?.detail).toMatch(/^not carried/);
  });
  test("and no more than that: a page that says something else holds until a key or the inputs are asked for", () => {
    const files = rewrittenSample({ "page.html": utf8("<p>Something else.</p>") });
    expect(verifyBundle(files).holds).toBe(true);
    expect(verifyBundle(files, { trustedKeys: [publicKeyOf(SEED)] }).holds).toBe(false);
  });
});

describe("whatever the bytes are, the answer is a report", () => {
  const path = fc.oneof(
    fc.constantFrom(...signed.keys()),
    fc.string(),
    fc.constantFrom("__proto__", "data", "data/", "../x"),
  );
  const json = fc.json({ maxDepth: 3 }).map(utf8);
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 99 }), fc.string({ unit: "binary" }).map(utf8), json);
  test("random files, alone and over a bundle", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(path, bytes), { minLength: 1, maxLength: 8 }), (entries) => {
        expect(verifyBundle(new Map(entries)).holds).toBe(false);
        expect(typeof verifyBundle(new Map([...signed, ...entries])).holds).toBe("boolean");
      }),
      { numRuns: 300 },
    );
  });
  test("hostile JSON in every place that JSON is read", () => {
    const hostile = [
      "[".repeat(100_000),
      "1e999",
      '{"__proto__":1}',
      '"\\ud800"',
      "null",
      '{"type":"assay/finding/v1"}',
      "\u0000",
    ];
    for (const text of hostile)
      for (const name of ["finding.json", "request.json", "validation.json"])
        expect(verifyBundle(rewrittenSample({ [name]: utf8(text) })).holds).toBe(false);
    for (const text of hostile) expect(verifyBundle(new Map(signed).set(SIGNATURE_FILE, utf8(text))).holds).toBe(false);
  });
  test("random bytes as a zip", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => !verifyBundleZip(noise).holds));
  });
  test("an empty map", () => {
    expect(verifyBundle(new Map())).toMatchObject({ holds: false, finding: null, signedBy: null });
  });
});

test("HOW-TO-VERIFY says what digests show and what not", () => {
  const text = (files: Bundle) => fromUtf8(files.get("data/HOW-TO-VERIFY.txt")!, "");
  expect(text(unsigned)).toMatch(/This bundle is not signed.*--recompute/s);
  expect(text(signed)).toContain(keyIdOf(publicKeyOf(SEED)));
  expect(text(signed)).toContain("sha256sum -c manifest-sha256.txt");
});
