/** Names of statement types: computed from the plain name by another implementation's rule, and every earlier name read. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../src/base/bytes.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { BUNDLE_PREDICATE_TYPES } from "../../src/evidence/bundle-statement.js";
import { commitmentOf } from "../../src/evidence/commitments.js";
import { encodeSignedStatement, toBeSigned } from "../../src/evidence/signed-statement.js";
import { TYPE_NAMESPACE, typeUri, typeUris } from "../../src/evidence/type-name.js";
import {
  accessPredicateTypes,
  decodeAccessStatement,
  encodeAccessStatement,
} from "../../src/office/register/access/access-statement.js";
import { encodeAcknowledgement, openAcknowledgement } from "../../src/office/register/access/acknowledgement.js";
import { ACCESS_KINDS } from "../../src/office/register/access/fields.js";
import { KIND_NAMES, KINDS } from "../../src/office/register/declarations/kinds.js";
import { decodeDeclaration, encodeDeclaration } from "../../src/office/register/declarations/statement.js";
import { SAMPLES } from "./samples.js";
import { model, party } from "./world.js";

const D = `sha256:${"a".repeat(64)}` as const;
const EARLIER = "https://assay.example/";
const NAMES = [
  "bundle",
  "training",
  ...KIND_NAMES.filter((kind) => kind !== "training-run"),
  "authority-policy",
  ...ACCESS_KINDS,
  "access-acknowledgement",
  "audit-entry",
  "inspection-entry",
];

/** The statement as it was written before types had names of their own. */
function asBefore(bytes: Uint8Array, name: string): Uint8Array {
  const value = JSON.parse(fromUtf8(bytes, "test"));
  return canonicalJsonBytes({ ...value, predicateType: `${EARLIER}${name}/v1` });
}

test("RFC 9562, appendix A.4: the example of a name-based UUID has the example's value", () => {
  const uuid5 = (space: string, name: string) => {
    const bytes = createHash("sha1")
      .update(Buffer.from(space.replaceAll("-", ""), "hex"))
      .update(name)
      .digest();
    bytes[6] = (bytes[6]! & 0x0f) | 0x50;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  expect(uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");
  for (const name of NAMES) expect(typeUri(`${name}/v1`)).toBe(`urn:uuid:${uuid5(TYPE_NAMESPACE, `${name}/v1`)}`);
  expect(new Set(NAMES.map((name) => typeUri(`${name}/v1`))).size).toBe(NAMES.length);
});

test("the documented table is the code's; a name in it never changes", () => {
  const rows = [...NAMES.map((name) => `${name}/v1`), "origin/v2"].map(
    (name) => `| \`${name}\` | \`${typeUri(name)}\` |`,
  );
  const path = "docs/statement-types.md";
  const text = readFileSync(path, "utf8");
  const table = `| name | type |\n| --- | --- |\n${rows.join("\n")}\n`;
  const from = text.indexOf("| name | type |");
  if (process.env.GOLDEN === "write") writeFileSync(path, `${text.slice(0, from)}${table}`);
  expect(text.slice(from)).toBe(table);
});

describe("statements under the earlier names are read as before", () => {
  test.each(KIND_NAMES.filter((kind) => kind !== "training-run"))("%s", (kind) => {
    const bytes = encodeDeclaration({ subject: model("northwind/lm"), kind, predicate: SAMPLES[kind] });
    expect(fromUtf8(bytes, "test")).toContain(KINDS[kind].predicateTypes[0]);
    expect(decodeDeclaration(asBefore(bytes, kind), "test")).toEqual(decodeDeclaration(bytes, "test"));
  });
  test("training-run, whose build type is ours", () => {
    const bytes = encodeDeclaration({
      subject: model("northwind/lm"),
      kind: "training-run",
      predicate: SAMPLES["training-run"],
    });
    const [now, before] = typeUris("training/v1");
    const earlier = utf8(fromUtf8(bytes, "test").replace(now, before));
    expect(earlier).not.toEqual(bytes);
    expect(decodeDeclaration(earlier, "test").kind).toBe("training-run");
  });
  test.each(ACCESS_KINDS)("%s", (kind) => {
    const under = kind === "access-grant" ? null : D;
    const until = kind === "access-grant" ? "2026-12-01T00:00:00Z" : null;
    const bytes = encodeAccessStatement({
      ...{ kind, sealed: D, issued: "2026-11-01T00:00:00Z", commitments: [commitmentOf("x")], until },
      ...{ grant: under, delivery: kind === "access-receipt" ? D : null },
    });
    expect(fromUtf8(bytes, "test")).toContain(accessPredicateTypes(kind)[0]);
    expect(decodeAccessStatement(asBefore(bytes, kind), "test")).toEqual(decodeAccessStatement(bytes, "test"));
  });
  test("a recipient's acknowledgement, under its own signature", () => {
    const recipient = party("Institute A", [], []);
    const says = { issued: "2026-11-01T00:00:00Z", grant: D, delivery: D, right: "download" as const, digest: D };
    const earlier = asBefore(encodeAcknowledgement(says), "access-acknowledgement");
    const bundle = encodeSignedStatement(earlier, recipient.sign(toBeSigned(earlier)), recipient.id);
    expect(openAcknowledgement(bundle, "test").says).toEqual(says);
  });
  test("a bundle's signature: fixtures/bundles/v1/weights is signed under it (kept-bundles.test.ts)", () => {
    expect(BUNDLE_PREDICATE_TYPES).toEqual(typeUris("bundle/v1"));
  });
});
