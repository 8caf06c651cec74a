/** The access ledger: published schemas, commitments (RFC 9901's own example), each refusal, and what an attacker tries. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { base64, concatBytes, utf8 } from "../../src/base/bytes.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { sha256Digest } from "../../src/base/digest.js";
import { prng } from "../../src/base/prng.js";
import {
  base64Url,
  commitmentOf,
  disclosureOf,
  openCommitments,
  readDisclosure,
} from "../../src/evidence/commitments.js";
import { encodeSignedStatement, toBeSigned } from "../../src/evidence/signed-statement.js";
import { ACCESS_REFUSALS, admitAccess } from "../../src/office/register/access/access-admission.js";
import { accessJsonSchema, encodeAccessStatement } from "../../src/office/register/access/access-statement.js";
import { acknowledgementJsonSchema, encodeAcknowledgement } from "../../src/office/register/access/acknowledgement.js";
import {
  ACCESS_KINDS,
  type AccessFields,
  type AccessKind,
  fieldsJsonSchema,
} from "../../src/office/register/access/fields.js";
import { standingOfGrant } from "../../src/office/register/access/ledger.js";
import { whoHad } from "../../src/office/register/access/opened-ledger.js";
import { makeFields, type OpenedFields, openFields } from "../../src/office/register/access/sealed-fields.js";
import { decodeRecord, encodeRecord } from "../../src/office/register/register-entry.js";
import { NOW, type Party, party, World } from "./world.js";

const DAY = 86_400;
const D = `sha256:${"a".repeat(64)}` as const;
const COPY = `sha256:${"c".repeat(64)}` as const;
const at = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
const owner = party("Northwind", ["owner"], []);
const other = party("Southwind", ["owner"], []);
const publisher = party("Eastwind", ["publisher"], ["*"]);
const stranger = party("Stranger", ["owner"], []);
const partner = party("Institute A", [], []);
const random = prng("test/access", "1");
const salt = () => Uint8Array.from({ length: 32 }, () => random.below(256));

const GRANT: AccessFields["access-grant"] = {
  asset: { kind: "model", name: "northwind/lm", digest: D },
  recipient: { name: "Institute A", publicKey: partner.pem },
  purpose: { kind: "joint-research", says: null },
  rights: ["download"],
  terms: { says: "evaluation only", document: null, uri: null },
  mark: { kind: "leak-code", recipient: "Institute A", secret: D },
  note: null,
  sealedTo: [`age1${"q".repeat(58)}`],
};
const DELIVERY: AccessFields["access-delivery"] = {
  asset: GRANT.asset,
  recipient: GRANT.recipient,
  right: "download",
  digest: COPY,
  handedOver: null,
  mark: GRANT.mark,
  note: null,
};
const SAMPLE: AccessFields = {
  "access-grant": GRANT,
  "access-delivery": DELIVERY,
  "access-receipt": { acknowledgement: "e30=" },
  "access-revocation": { reason: "the project ended" },
};
const PUBLIC = { issued: at(NOW), _sd: [commitmentOf("x")], _sd_alg: "sha-256" };
const PREDICATE: Record<AccessKind, object> = {
  "access-grant": { ...PUBLIC, until: at(NOW + DAY) },
  "access-delivery": { ...PUBLIC, grant: D },
  "access-receipt": { ...PUBLIC, grant: D, delivery: D },
  "access-revocation": { ...PUBLIC, grant: D },
};

describe("published schemas are the code's", () => {
  const check = (path: string, schema: unknown, sample: object) => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env.GOLDEN === "write" || !existsSync(path)) writeFileSync(path, text);
    expect(readFileSync(path, "utf8")).toBe(text);
    const validate = new Ajv2020({ strict: false }).compile(schema as object);
    expect(validate(sample), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...sample, surprise: 1 })).toBe(false);
  };
  test.each(ACCESS_KINDS)("%s: what anyone may read, and what is sealed", (kind) => {
    check(`schema/register/${kind}.v1.json`, accessJsonSchema(kind), PREDICATE[kind]);
    check(`schema/register/${kind}.fields.v1.json`, fieldsJsonSchema(kind), SAMPLE[kind]);
  });
  test("acknowledgement", () => {
    const says = { issued: at(NOW), grant: D, delivery: D, right: "download" as const, digest: COPY };
    const sample = JSON.parse(new TextDecoder().decode(encodeAcknowledgement(says)));
    check("schema/register/access-acknowledgement.v1.json", acknowledgementJsonSchema(), sample);
  });
});

describe("commitments", () => {
  test("RFC 9901, section 4.2.3: the example's disclosure has the example's digest", () => {
    const disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    expect(commitmentOf(disclosure)).toBe("X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    expect(readDisclosure(disclosure, "rfc")).toMatchObject({ name: "family_name", value: "Möbius" });
  });

  test("a commitment cannot be guessed without its salt, though its field has three values", () => {
    const { commitments } = makeFields("access-delivery", DELIVERY, salt);
    const guesses = ["download", "query", "inspect"].flatMap((right) =>
      // No salt, a salt of noughts, and every salt of one byte: all an attacker can go through.
      [
        new Uint8Array(16),
        new Uint8Array(32),
        ...Array.from({ length: 256 }, (_, i) => new Uint8Array(32).fill(i)),
      ].map((guess) => commitmentOf(disclosureOf(guess, "right", right))),
    );
    expect(guesses.some((guess) => commitments.includes(guess))).toBe(false);
    // Two entries that say the same share no commitment: equal fields cannot be told to be equal.
    const again = makeFields("access-delivery", DELIVERY, salt).commitments;
    expect(again.some((each) => commitments.includes(each))).toBe(false);
  });

  test("short salts, salts used twice, fields given twice and other values are refused", () => {
    const short = base64Url(utf8(JSON.stringify(["c2hvcnQ", "right", "query"])));
    expect(() => openCommitments([short], [commitmentOf(short)], "t")).toThrow(/salt of at least 16 bytes/);
    expect(() => disclosureOf(new Uint8Array(8), "right", "query")).toThrow(/salt/);
    const one = salt();
    const twice = [disclosureOf(one, "a", 1), disclosureOf(one, "b", 2)];
    expect(() => openCommitments(twice, twice.map(commitmentOf), "t")).toThrow(/a salt of its own/);
    const right = disclosureOf(salt(), "right", "query");
    expect(() => openCommitments([right, right], [commitmentOf(right)], "t")).toThrow(/each field once/);
    const swapped = disclosureOf(salt(), "right", "download");
    expect(() => openCommitments([swapped], [commitmentOf(right)], "t")).toThrow(/not what was committed to/);
  });

  test("the length of what is sealed does not tell one short text from another", () => {
    const length = (says: string) =>
      makeFields("access-grant", { ...GRANT, terms: { ...GRANT.terms, says } }, salt).plaintext.length;
    expect(length("a")).toBe(length("for evaluation at the institute's own site, by its own staff"));
  });
});

interface Made {
  bundle: Uint8Array;
  sealed: Uint8Array;
  plaintext: Uint8Array;
  statement: string;
}

/** As `app/register/access.ts` makes it, but "sealed" by nothing, so that no age is needed here. */
function made<K extends AccessKind>(
  by: Party,
  kind: K,
  fields: AccessFields[K],
  more: { until?: string; grant?: string; delivery?: string; issued?: number; commitments?: string[] } = {},
): Made {
  const { plaintext, commitments } = makeFields(kind, fields, salt);
  const sealed = concatBytes([utf8("age-encryption.org/v1\n"), plaintext]);
  const statement = encodeAccessStatement({
    kind,
    sealed: sha256Digest(sealed),
    issued: at(more.issued ?? NOW),
    commitments: more.commitments ?? commitments,
    until: more.until ?? (kind === "access-grant" ? at(NOW + 30 * DAY) : null),
    grant: (more.grant as typeof D | undefined) ?? null,
    delivery: (more.delivery as typeof D | undefined) ?? null,
  });
  const bundle = encodeSignedStatement(statement, by.sign(toBeSigned(statement)), by.id);
  return { bundle, sealed, plaintext, statement: sha256Digest(statement) };
}

class Ledger extends World {
  readonly opened = new Map<number, OpenedFields>();
  readonly plain = new Map<string, Uint8Array>();
  constructor() {
    super([owner, other, publisher]);
  }
  enterAccess(entry: Made, received = NOW) {
    const judged = admitAccess(this.index, entry.bundle, entry.sealed, received);
    if (judged.admitted) {
      this.index.add(decodeRecord(encodeRecord(judged.record), "test"), null);
      this.plain.set(entry.statement, entry.plaintext);
      const at = this.index.access.statement(entry.statement)!;
      this.opened.set(at.index, openFields(entry.plaintext, at.record, "test"));
    }
    return judged;
  }
  grant(more: Partial<AccessFields["access-grant"]> = {}, received = NOW): Made {
    const entry = made(owner, "access-grant", { ...GRANT, ...more }, { issued: received });
    expect(this.enterAccess(entry, received)).toMatchObject({ admitted: true });
    return entry;
  }
  deliver(grant: Made, more: Partial<AccessFields["access-delivery"]> = {}, received = NOW): Made {
    const entry = made(
      owner,
      "access-delivery",
      { ...DELIVERY, ...more },
      { grant: grant.statement, issued: received },
    );
    expect(this.enterAccess(entry, received)).toMatchObject({ admitted: true });
    return entry;
  }
  acknowledge(grant: Made, delivery: Made, by: Party, digest: string = COPY): Made {
    const statement = encodeAcknowledgement({
      issued: at(NOW),
      grant: grant.statement,
      delivery: delivery.statement,
      right: "download",
      digest,
    });
    const signed = encodeSignedStatement(statement, by.sign(toBeSigned(statement)), by.id);
    return made(
      owner,
      "access-receipt",
      { acknowledgement: base64(signed) },
      { grant: grant.statement, delivery: delivery.statement },
    );
  }
  who(digest: string, before: number | null = null) {
    return whoHad(this.index.access, this.opened, { digest, before, now: NOW, log: { origin: "x", size: 1 } });
  }
}

describe("admission: each refusal has its reason", () => {
  test("every reason of the list is met", () => {
    const seen = new Set<string>();
    const refused = (judged: ReturnType<Ledger["enterAccess"]>, reason: keyof typeof ACCESS_REFUSALS) => {
      expect(judged.admitted ? "admitted" : judged.reason, judged.admitted ? "" : judged.says).toBe(reason);
      seen.add(reason);
    };
    const l = new Ledger();
    const grant = made(owner, "access-grant", GRANT);
    refused(l.enterAccess({ ...grant, bundle: grant.bundle.slice(1) }), "malformed");
    refused(l.enterAccess({ ...grant, sealed: utf8("in plain words") }), "malformed");
    refused(l.enterAccess({ ...grant, sealed: concatBytes([grant.sealed, utf8(" ")]) }), "sealed");
    refused(l.enterAccess(made(stranger, "access-grant", GRANT)), "unknown-key");
    refused(l.enterAccess(made({ ...stranger, id: owner.id }, "access-grant", GRANT)), "signature");
    refused(l.enterAccess(made(publisher, "access-grant", GRANT)), "role");
    expect(l.enterAccess(grant).admitted).toBe(true);
    refused(l.enterAccess(grant), "replay");
    // Signed anew by another key, or dated anew by the same: the commitments give it away.
    const { commitments } = l.index.access.entries[0]!.record;
    refused(l.enterAccess(made(other, "access-grant", GRANT, { commitments })), "copied");
    refused(l.enterAccess(made(other, "access-grant", GRANT, { commitments: [commitments[3]!] })), "copied");
    refused(l.enterAccess(made(owner, "access-grant", GRANT, { issued: NOW - 2 * DAY })), "backdated");
    refused(l.enterAccess(made(owner, "access-grant", GRANT, { issued: NOW + 2 * DAY })), "date");
    refused(l.enterAccess(made(owner, "access-grant", GRANT, { until: at(NOW) })), "expired");
    const under = { grant: grant.statement };
    refused(l.enterAccess(made(owner, "access-delivery", DELIVERY, { grant: D })), "no-such-grant");
    refused(l.enterAccess(made(other, "access-delivery", DELIVERY, under)), "not-own");
    refused(l.enterAccess(made(other, "access-revocation", { reason: "x" }, under)), "not-own");
    refused(l.enterAccess(made(owner, "access-delivery", DELIVERY, { ...under, issued: NOW - 60 })), "backdated");
    const later = NOW + 31 * DAY;
    refused(l.enterAccess(made(owner, "access-delivery", DELIVERY, { ...under, issued: later }), later), "expired");
    const delivery = l.deliver(grant);
    const receipt = (of: string) => made(owner, "access-receipt", SAMPLE["access-receipt"], { ...under, delivery: of });
    refused(l.enterAccess(receipt(grant.statement)), "no-such-grant");
    expect(l.enterAccess(receipt(delivery.statement)).admitted).toBe(true);
    refused(l.enterAccess(receipt(delivery.statement)), "acknowledged");
    expect(l.enterAccess(made(owner, "access-revocation", { reason: "x" }, under)).admitted).toBe(true);
    refused(l.enterAccess(made(owner, "access-delivery", DELIVERY, under)), "revoked");
    refused(l.enterAccess(made(owner, "access-revocation", { reason: "y" }, under)), "revoked");
    const another = l.grant();
    l.index.add(decodeRecord(canonicalJsonBytes({ type: "later/v1", of: another.statement }), "later"), null);
    refused(l.enterAccess(made(owner, "access-delivery", DELIVERY, { grant: another.statement })), "foreign");
    // The clock is the business of who appends (log-time.test.ts).
    expect([...seen, "clock"].sort()).toEqual(Object.keys(ACCESS_REFUSALS).sort());
  });

  test("the log's record says nothing of a private field", () => {
    const l = new Ledger();
    l.grant();
    const text = new TextDecoder().decode(encodeRecord(l.index.access.entries[0]!.record));
    for (const secret of ["Institute", "northwind/lm", D.slice(7), "evaluation", "download", "leak-code", partner.id])
      expect(text).not.toContain(secret);
  });

  test("what was given may be acknowledged after the grant has ended", () => {
    const l = new Ledger();
    const grant = l.grant();
    const delivery = l.deliver(grant);
    expect(l.enterAccess(made(owner, "access-revocation", { reason: "x" }, { grant: grant.statement })).admitted).toBe(
      true,
    );
    expect(l.enterAccess(l.acknowledge(grant, delivery, partner))).toMatchObject({ admitted: true });
  });
});

describe("who had this digest before that date?", () => {
  test("by the asset's digest every copy, by a marked copy's digest that copy, by another nothing", () => {
    const l = new Ledger();
    const grant = l.grant();
    l.deliver(grant);
    l.enterAccess(l.acknowledge(grant, l.deliver(grant, { digest: D }), partner, D));
    expect(l.who(D).access[0]!.deliveries.map(({ digest }) => digest)).toEqual([COPY, D]);
    expect(l.who(COPY).access[0]!.deliveries).toMatchObject([{ digest: COPY, acknowledged: null }]);
    expect(l.who(D).access[0]!.deliveries[1]!.acknowledged).toMatchObject({ entry: 4 });
    expect(l.who(`sha256:${"0".repeat(64)}`).access).toEqual([]);
    expect(l.who(D).faults).toEqual([]);
  });

  test("the date is the log's; what is only said to have been earlier is told apart", () => {
    const l = new Ledger();
    const grant = l.grant();
    l.deliver(grant, { handedOver: "2020-01-01T00:00:00Z" }, NOW + 60);
    l.deliver(grant, {}, NOW + 120);
    expect(l.who(D, NOW + 61).access[0]!.deliveries).toMatchObject([{ before: "logged" }]);
    expect(l.who(D, NOW + 60).access[0]!.deliveries).toMatchObject([{ before: "claimed" }]);
    expect(l.who(D, Date.parse("2019-01-01") / 1000).access).toEqual([]);
    // Granted and not given is told apart from both.
    expect(l.who(D, NOW + 1).access[0]!.deliveries).toMatchObject([{ before: "claimed" }]);
    const unused = new Ledger();
    unused.grant();
    expect(unused.who(D)).toMatchObject({ access: [{ recipient: "Institute A", deliveries: [] }] });
  });

  test("standing at the date asked about: in force, expired, revoked", () => {
    const l = new Ledger();
    const grant = l.grant();
    const state = l.index.access.grant(grant.statement)!;
    l.enterAccess(
      made(owner, "access-revocation", { reason: "x" }, { grant: grant.statement, issued: NOW + 5 * DAY }),
      NOW + 5 * DAY,
    );
    expect([NOW, NOW + 5 * DAY - 1, NOW + 5 * DAY].map((t) => standingOfGrant(state, t))).toEqual([
      "in force",
      "in force",
      "revoked",
    ]);
    const lapsed = l.index.access.grant(l.grant().statement)!;
    expect([NOW + 30 * DAY - 1, NOW + 30 * DAY].map((t) => standingOfGrant(lapsed, t))).toEqual([
      "in force",
      "expired",
    ]);
  });

  test("what is sealed to others is counted, never passed over", () => {
    const l = new Ledger();
    l.deliver(l.grant());
    l.opened.delete(2);
    expect(l.who(D)).toMatchObject({ sealedToOthers: 1, access: [{ deliveries: [] }] });
  });
});

describe("an owner who lies is found by whoever opens", () => {
  const faults = (change: (l: Ledger, grant: Made) => void) => {
    const l = new Ledger();
    change(l, l.grant());
    return l.who(D).faults.join("; ");
  };
  test("given to another, of another thing, by another right, another digest without a mark", () => {
    expect(faults((l, g) => l.deliver(g, { recipient: { name: "B", publicKey: null } }))).toMatch(/to another than/);
    expect(faults((l, g) => l.deliver(g, { asset: { ...GRANT.asset, digest: COPY } }))).toMatch(/another thing/);
    expect(faults((l, g) => l.deliver(g, { right: "query" }))).toMatch(/right that was not granted: query/);
    expect(faults((l, g) => l.deliver(g, { mark: null }))).toMatch(/no mark says why/);
    expect(faults((l, g) => l.deliver(g))).toBe("");
  });

  test("a forged receipt: by the owner's own key, or for another delivery", () => {
    expect(faults((l, g) => l.enterAccess(l.acknowledge(g, l.deliver(g), owner)))).toMatch(
      /not signed by the recipient/,
    );
    expect(faults((l, g) => l.enterAccess(l.acknowledge(g, l.deliver(g), { ...owner, id: partner.id })))).toMatch(
      /not signed/,
    );
    expect(faults((l, g) => l.enterAccess(l.acknowledge(g, l.deliver(g), partner, D)))).toMatch(/of something else/);
    const moved = faults((l, g) => {
      const [one, two] = [l.deliver(g), l.deliver(g)];
      const honest = l.acknowledge(g, one, partner);
      const { fields } = openFields(honest.plaintext, admitted(l, honest), "t");
      l.enterAccess(
        made(owner, "access-receipt", fields as AccessFields["access-receipt"], {
          grant: g.statement,
          delivery: two.statement,
        }),
      );
    });
    expect(moved).toMatch(/of something else/);
    expect(faults((l, g) => l.enterAccess(l.acknowledge(g, l.deliver(g), partner)))).toBe("");
  });

  const admitted = (l: Ledger, entry: Made) => {
    const judged = admitAccess(l.index, entry.bundle, entry.sealed, NOW);
    if (!judged.admitted) throw new Error(judged.says);
    return judged.record;
  };

  test("sealed fields that are not those committed to", () => {
    const l = new Ledger();
    const honest = made(owner, "access-delivery", DELIVERY, { grant: l.grant().statement });
    const record = admitted(l, honest);
    const others = makeFields("access-delivery", { ...DELIVERY, digest: D }, salt).plaintext;
    expect(() => openFields(others, record, "t")).toThrow(/not what was committed to/);
    const less = JSON.parse(new TextDecoder().decode(honest.plaintext));
    less.disclosures.pop();
    expect(() => openFields(utf8(JSON.stringify(less)), record, "t")).toThrow(/7 commitments, 6 fields/);
    expect(() => openFields(utf8("{}"), record, "t")).toThrow(/expected sealed fields/);
    expect(() => openFields(utf8("not json"), record, "t")).toThrow(/expected JSON/);
  });
});
