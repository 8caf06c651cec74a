/** Declarations: published schemas, statements as one text, signatures on three curves, hostile bytes. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { parseEcdsaKey } from "../../src/evidence/ecdsa-key.js";
import { typeUri } from "../../src/evidence/type-name.js";
import { openDeclarationBundle } from "../../src/office/register/declarations/declaration-bundle.js";
import { KIND_NAMES, type Kind, kindJsonSchema } from "../../src/office/register/declarations/kinds.js";
import { decodeDeclaration, encodeDeclaration } from "../../src/office/register/declarations/statement.js";
import { parseModelCard } from "../../src/office/register/exchange/model-card.js";
import { ORIGIN_V2, SAMPLES } from "./samples.js";
import { bundleOf, model, party } from "./world.js";

const subject = model("northwind/lm");

describe.each(KIND_NAMES)("%s", (kind: Kind) => {
  const path = `schema/register/${kind}.v1.json`;
  const schema = kindJsonSchema(kind);
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (process.env.GOLDEN === "write" || !existsSync(path)) writeFileSync(path, text);

  test("the published schema is the code's, and another implementation agrees with it", () => {
    expect(readFileSync(path, "utf8")).toBe(text);
    const validate = new Ajv2020({ strict: false }).compile(schema as object);
    const sample = JSON.parse(JSON.stringify(SAMPLES[kind]));
    expect(validate(sample), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...sample, surprise: 1 })).toBe(false);
    const { [Object.keys(sample)[0]!]: _, ...less } = sample;
    expect(validate(less)).toBe(false);
  });

  test("a statement has one text, and comes back as it was", () => {
    const bytes = encodeDeclaration({ subject, kind, predicate: SAMPLES[kind] });
    const back = decodeDeclaration(bytes, "test");
    expect(back.subject).toEqual(subject);
    expect(JSON.parse(JSON.stringify(back.predicate))).toEqual(JSON.parse(JSON.stringify(SAMPLES[kind])));
    expect(encodeDeclaration(back)).toEqual(bytes);
    const spaced = utf8(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 1));
    expect(() => decodeDeclaration(spaced, "test")).toThrow(/canonical/);
  });
});

describe("origin, version 2", () => {
  const text = (predicate: unknown) =>
    new TextDecoder().decode(encodeDeclaration({ subject, kind: "origin", predicate: predicate as typeof ORIGIN_V2 }));
  const type = (predicate: unknown) => JSON.parse(text(predicate)).predicateType;

  test("the published schema is the code's", () => {
    const path = "schema/register/origin.v2.json";
    const schema = `${JSON.stringify(kindJsonSchema("origin", 2), null, 2)}\n`;
    if (process.env.GOLDEN === "write" || !existsSync(path)) writeFileSync(path, schema);
    expect(readFileSync(path, "utf8")).toBe(schema);
    expect(new Ajv2020({ strict: false }).compile(JSON.parse(schema))(JSON.parse(JSON.stringify(ORIGIN_V2)))).toBe(
      true,
    );
  });

  test("what version 1 can say is written as version 1; what it cannot is none of its", () => {
    const { trainingHardware: _, ...less } = ORIGIN_V2;
    const { evidence: __, ...place } = less.trainingPlace;
    expect(type({ ...less, trainingPlace: place })).toBe(typeUri("origin/v1"));
    expect(type(less)).toBe(typeUri("origin/v2"));
    expect(type({ ...ORIGIN_V2, trainingPlace: place })).toBe(typeUri("origin/v2"));
    const back = decodeDeclaration(utf8(text(ORIGIN_V2)), "test");
    expect(JSON.parse(JSON.stringify(back.predicate))).toEqual(ORIGIN_V2);
    const asFirst = utf8(text(ORIGIN_V2).replace(typeUri("origin/v2"), typeUri("origin/v1")));
    expect(() => decodeDeclaration(asFirst, "test")).toThrow(/SCHEMA|trainingHardware|evidence|Unrecognized/);
  });

  test.each([
    [
      "attested without an attestation",
      { tier: "attested", exhibits: [{ form: "document", digest: `sha256:${"a".repeat(64)}`, says: "x" }] },
    ],
    ["documented with nothing to show", { tier: "documented" }],
    [
      "an attestation that binds nothing",
      { tier: "attested", exhibits: [{ form: "snp-report", digest: `sha256:${"a".repeat(64)}`, says: "x" }] },
    ],
    ["a tier of one's own", { tier: "certain" }],
  ])("%s is refused", (_, evidence) => {
    expect(() => text({ ...ORIGIN_V2, trainingHardware: { ...ORIGIN_V2.trainingHardware, evidence } })).toThrow(
      /evidence/,
    );
  });

  test("hardware stands within the declared place of training; evidence is of what is declared", () => {
    const items = [{ name: "H100", count: 1, countries: ["US"] }];
    expect(() => text({ ...ORIGIN_V2, trainingHardware: { status: "declared", items } })).toThrow(/place of training/);
    expect(() => text({ ...ORIGIN_V2, dataLaw: { status: "unknown", evidence: { tier: "stated" } } })).toThrow(
      /declared alone/,
    );
    expect(() => text({ ...ORIGIN_V2, trainingHardware: { status: "unknown", items } })).toThrow(/items/);
  });
});

test.each(["P-256", "P-384", "P-521"] as const)(
  "a signature on %s holds under its key alone, and over every byte",
  (curve) => {
    const [own, other] = [party("own", ["publisher"], ["*"], curve), party("other", ["publisher"], ["*"], curve)];
    const bundle = bundleOf(own, { subject, kind: "origin", predicate: SAMPLES.origin });
    const key = parseEcdsaKey(own.pem, "own");
    expect(openDeclarationBundle(bundle, "test").verify(key)).toBe(true);
    expect(openDeclarationBundle(bundle, "test").verify(parseEcdsaKey(other.pem, "other"))).toBe(false);
    for (let at = 0; at < bundle.length; at += 7) {
      const changed = bundle.slice();
      changed[at]! ^= 1;
      let holds = false;
      try {
        holds = openDeclarationBundle(changed, "test").verify(key);
      } catch {
        // Refused before the signature was looked at.
      }
      expect(holds).toBe(false);
    }
  },
);

test("what is malformed is refused with its place", () => {
  const value = JSON.parse(
    new TextDecoder().decode(encodeDeclaration({ subject, kind: "origin", predicate: SAMPLES.origin })),
  );
  const decode = (change: (v: typeof value) => void) => {
    const copy = structuredClone(value);
    change(copy);
    return () => decodeDeclaration(canonicalJsonBytes(copy), "test");
  };
  expect(decode((v) => (v.predicate.providerSeat.countries = ["gb"]))).toThrow(/providerSeat\.countries/);
  expect(decode((v) => (v.predicate.dataLaw = { status: "declared" }))).toThrow(/countries/);
  expect(decode((v) => (v.predicateType = "https://example.org/other"))).toThrow(/known predicate/);
  expect(decode((v) => (v.subject[0].name = "nоrthwind/lm"))).toThrow(/name/); // a Cyrillic o
  expect(decode((v) => (v.subject[0].name = "../etc/passwd"))).toThrow(/name/);
  expect(decode((v) => (v.subject[0].uri = "javascript:alert(1)"))).toThrow(/uri/);
  expect(decode((v) => v.subject.push(v.subject[0]))).toThrow(/subject/);
  expect(decode((v) => (v.predicate.issued = "2026-13-01T00:00:00Z"))).toThrow(/issued/);
  expect(decode((v) => (v.predicate.sources = [{ url: 'https://x.example/"onmouseover=1' }]))).toThrow(/sources/);
  expect(() => decodeDeclaration(new Uint8Array(2 * 1024 * 1024), "test")).toThrow(/at most/);
  expect(() => decodeDeclaration(utf8('{"a":1,"a":2}'), "test")).toThrow(/twice/);
  const evaluation = structuredClone(SAMPLES.evaluation);
  evaluation.claims[0]!.passed = false;
  expect(() => encodeDeclaration({ subject, kind: "evaluation", predicate: evaluation })).toThrow(/follow from/);
});

test("model cards: front matter as the hub writes it", () => {
  const card = parseModelCard(
    utf8(
      "---\nlicense: other\nlicense_name: llama3\nlicense_link: https://x.example/l\nbase_model:\n- a/b\n- c/d\ndatasets: e/f\nlanguage: [en, fr]\ntags: [x]\n---\ntext",
    ),
    "card",
  );
  expect(card).toMatchObject({
    licence: "llama3",
    bases: ["a/b", "c/d"],
    relation: "merge",
    datasets: ["e/f"],
    languages: ["en", "fr"],
    left: ["license", "tags.0"],
  });
  expect(parseModelCard(utf8("no front matter"), "card")).toBeNull();
  expect(() => parseModelCard(utf8("---\na: [\n---\n"), "card")).toThrow(/YAML/);
  const bomb = `---\na: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghij"
    .split("")
    .map((c, i) => `${c}: &${c} [${`*${"abcdefghij"[i]},`.repeat(9)}]`)
    .join("\n")}\n---\n`;
  expect(() => parseModelCard(utf8(bomb), "card")).toThrow(/alias/i);
  // A field of another shape is named, and the rest is read.
  expect(parseModelCard(utf8("---\nlicense: {a: 1}\ndatasets: [x/y, {name: z}]\n---\n"), "card")).toMatchObject({
    licence: null,
    datasets: ["x/y"],
    left: ["license.a", "datasets.1.name"],
  });
});
