/**
 * Every page, for every role and circle, under both packs: what an entry says to a circle is on the pages of those who read
 * that circle and on no other. The pages are those that the site lists; the cases are random histories, sealed by number.
 */
import { describe, expect, test } from "vitest";
import type { EntryStatement } from "../../dist/office/docket/entry/entry-statement.js";
import { fold, rulesOf } from "../../dist/office/docket/fold/fold.js";
import { ENTRY_KINDS, ROLES, TIERS, type Tier } from "../../dist/office/docket/pack/names.js";
import { SHIPPED_PACKS, WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import {
  circleFor,
  encodeRecipient,
  RECIPIENT_FILE,
  readersOf,
  UNDERTAKING_FILE,
} from "../../dist/office/docket/seal/circle.js";
import { PART_BYTES_MAX } from "../../dist/office/docket/seal/contents.js";
import { type CaseView, view, type WholeCase } from "../../dist/office/docket/view/case-view.js";
import { mailOf } from "../../dist/office/docket/view/mail.js";
import { CASE_PAGES, ENTRY_PAGE } from "../../dist/web/docket/case-pages.js";
import { atomOf, calendarOf, timesOf } from "../../dist/web/docket/feeds.js";
import { history } from "../../materials/docket/histories.ts";

const planted = (tier: Tier, what: string, seq: number) => `PLANTED-${tier}-${what}-${seq}-`;
const HISTORIES = 3;

/** A random history in which entry n is sealed to circle n, counted round, with something of its own in each private place. */
function sealedCase(pack: (typeof SHIPPED_PACKS)[number], seed: string): WholeCase {
  const rules = rulesOf(pack, WEEKENDS_ONLY);
  const entries = history(rules, seed);
  const tierOf = (seq: number) => TIERS[seq % TIERS.length]!;
  const facts = entries.map(({ kind, facts: given, seq }) =>
    kind === "exhibit" ? { ...given, title: planted(tierOf(seq), "title", seq), tier: tierOf(seq) } : given,
  );
  const state = fold(rules, entries, entries.at(-1)!.received);
  for (const held of Object.values(state.exhibits)) held.tier = tierOf(held.seq);
  return {
    id: "2026-001",
    origin: "docket.example/2026-001",
    rehearsal: true,
    rules,
    state,
    records: entries.map((entry, seq) => ({
      type: "assay/docket-entry/v1",
      case: "2026-001",
      prev: null,
      bundle: `sha256:${"b".repeat(64)}`,
      issued: "2026-03-02T09:00:00Z",
      seen: null,
      ...entry,
      key: "k".repeat(64),
      tier: tierOf(seq),
      facts: facts[seq]!,
    })),
    digests: entries.map(({ statement }) => statement),
    said: entries.map(
      (_, seq) =>
        ({
          text: planted(tierOf(seq), "text", seq),
          attachments: [{ name: planted(tierOf(seq), "file", seq), digest: `sha256:${"f".repeat(64)}` }],
        }) as unknown as EntryStatement,
    ),
    parties: new Map([["k".repeat(64), { party: "Aldgate Labs", name: "counsel" }]]),
  };
}

/** Whatever is drawn from a view, each page under its name. */
function drawn(shown: CaseView, role: (typeof ROLES)[number]): Map<string, string> {
  const pages = new Map<string, string>();
  for (const { path, record, body } of CASE_PAGES) {
    const made = record(shown, {}, "")!;
    pages.set(`page ${path}`, String(body(made, shown)));
    pages.set(`twin ${path}`, JSON.stringify(made));
  }
  for (const { seq } of shown.entries) {
    const made = ENTRY_PAGE.record(shown, {}, String(seq))!;
    pages.set(`page entries/${seq}`, String(ENTRY_PAGE.body(made, shown)));
    pages.set(`twin entries/${seq}`, JSON.stringify(made));
  }
  pages.set("feed", atomOf("https://docket.example", "/feed.atom", "Docket", [shown]));
  pages.set("calendar", calendarOf(timesOf(shown), shown.stated.asOf));
  const mail = mailOf(shown, { role, since: -1, site: "https://docket.example" }, (text) => text);
  pages.set("mail", Buffer.from(mail.split("\r\n\r\n")[1]!, "base64").toString() + mail);
  return pages;
}

describe.each(SHIPPED_PACKS.map((pack) => [pack.data.id, pack] as const))("%s", (id, pack) => {
  const cases = Array.from({ length: HISTORIES }, (_, n) => sealedCase(pack, `circles ${id} ${n}`));

  test.each(ROLES)("the %s, in each circle, on each page", (role) => {
    for (const whole of cases)
      for (const [at, tier] of TIERS.entries()) {
        const pages = drawn(view(whole, tier), role);
        for (const [where, text] of pages)
          for (const narrower of TIERS.slice(at + 1))
            expect([where, tier, text.includes(`PLANTED-${narrower}-`)]).toEqual([where, tier, false]);
        // The search itself works: what this circle reads is there.
        for (const [seq] of whole.records.entries()) {
          const reads = TIERS.indexOf(TIERS[seq % TIERS.length]!) <= at;
          const found = pages.get(`page entries/${seq}`)!.includes(planted(TIERS[seq % TIERS.length]!, "text", seq));
          expect([seq, tier, found]).toEqual([seq, tier, reads]);
        }
      }
  });

  test("the histories have most kinds that the pack has, and each entry keeps its number in each circle", () => {
    const kinds = new Set(cases.flatMap(({ records }) => records.map(({ kind }) => kind)));
    const has = new Set(pack.data.moves.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThan(has.size / 2);
    expect([...kinds].every((kind) => ENTRY_KINDS.includes(kind))).toBe(true);
    for (const whole of cases)
      for (const tier of TIERS)
        expect(view(whole, tier).entries.map(({ seq }) => seq)).toEqual(whole.records.map(({ seq }) => seq));
  });
});

describe("who is sealed to", () => {
  const recipient = (n: number) => `age1${String.fromCharCode(97 + n).repeat(58)}`;
  const bytes = new Map<string, Uint8Array>();
  const joins = (
    role: (typeof ROLES)[number],
    tier: Tier,
    who: string,
    given: { employed?: boolean; undertaking?: boolean; key: number },
  ) => {
    const digest = `${tier} ${who} ${given.key}`;
    bytes.set(digest, encodeRecipient({ who, tier, recipient: recipient(given.key) }));
    return {
      kind: "club.joined" as const,
      role,
      facts: { tier, who, employedByParty: given.employed ?? false },
      attachments: [
        { name: RECIPIENT_FILE, digest },
        ...(given.undertaking === false ? [] : [{ name: UNDERTAKING_FILE, digest: "text" }]),
      ],
    };
  };
  const names = async (...entries: ReturnType<typeof joins>[]) =>
    (await readersOf(entries, async (digest) => bytes.get(digest) ?? null)).map(({ who, tier }) => `${tier} ${who}`);

  test("an employee of a party reads with the parties and in no narrower circle, under another word or another name", async () => {
    const employee = joins("respondent", "PARTIES", "A", { employed: true, key: 0 });
    expect(await names(employee)).toEqual(["PARTIES A"]);
    for (const tier of ["COUNSEL_EXPERTS", "ROOM_ONLY", "TRIBUNAL_ONLY"] as const) {
      const role = tier === "COUNSEL_EXPERTS" ? "examiner" : tier === "ROOM_ONLY" ? "inspector" : "registrar";
      expect(await names(joins(role, tier, "A", { employed: true, key: 0 }))).toEqual([]);
      expect(await names(employee, joins(role, tier, "A", { key: 1 }))).toEqual(["PARTIES A"]);
      expect(await names(employee, joins(role, tier, "B", { key: 0 }))).toEqual(["PARTIES A"]);
      expect(await names(employee, joins(role, tier, "B", { key: 1 }))).toEqual(["PARTIES A", `${tier} B`]);
    }
  });

  test("counsel joins by an undertaking that it signs; a role joins its own circles alone", async () => {
    expect(await names(joins("examiner", "COUNSEL_EXPERTS", "C", { key: 2, undertaking: false }))).toEqual([]);
    expect(await names(joins("complainant", "ROOM_ONLY", "C", { key: 2 }))).toEqual([]);
    expect(await names(joins("panel", "TRIBUNAL_ONLY", "C", { key: 2 }))).toEqual([]);
    expect(await names(joins("inspector", "ROOM_ONLY", "C", { key: 2 }))).toEqual(["ROOM_ONLY C"]);
  });

  test("recipients of two kinds never stand in one seal", () => {
    const readers = [
      { who: "escrow", tier: "TRIBUNAL_ONLY" as const, recipient: `age1pq1${"q".repeat(1950)}` },
      { who: "D", tier: "PARTIES" as const, recipient: recipient(3) },
    ];
    expect(() => circleFor(readers, "PARTIES")).toThrow("one kind");
    expect(circleFor(readers, "TRIBUNAL_ONLY").readers.length).toBe(1);
  });

  test("a part with what age adds to it stays below 64 MB", () => {
    // 16 bytes for each 64 KiB (C2SP age), 64 recipients of some 2 kB each, and a header.
    expect(PART_BYTES_MAX + 16 * Math.ceil(PART_BYTES_MAX / 65_536) + 64 * 2100 + 1000).toBeLessThan(64_000_000);
  });
});
