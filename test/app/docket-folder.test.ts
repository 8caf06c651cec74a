/** A case as a folder: writers at once, custody for other tools, an order of the register that rests on an entry. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { enterAct } from "../../dist/app/docket/act.js";
import { bundleOfCase } from "../../dist/app/docket/case-bundle.js";
import { openCaseFolder } from "../../dist/app/docket/case-folder.js";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { canonicalJsonBytes } from "../../dist/base/canonical-json.js";
import { sha256Digest } from "../../dist/base/digest.js";
import { caseUco } from "../../dist/office/docket/custody/case-uco.js";
import { WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import { settledCourse } from "../../materials/docket/courses.ts";
import type { Court } from "../../materials/docket/court.ts";
import { fileCase } from "../../materials/docket/folders.ts";

const home = mkdtempSync(join(tmpdir(), "assay-docket-folder-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("writers at once: each entry that was acknowledged is there, and who came second is told so", async () => {
  const parties = { complainant: "Aldgate Labs", respondent: "Meridian Cloud" };
  const { folder, players } = await fileCase(home, "w", { ...parties, at: null });
  const before = (await openCaseFolder(folder)).records.length;
  const act = { kind: "preservation", role: "registrar", facts: {} } as const;
  const done = await Promise.allSettled(
    Array.from({ length: 5 }, (_, n) =>
      enterAct({ folder, signer: players.registrar, at: null }, { ...act, text: `order ${n}` }),
    ),
  );
  const { records } = await openCaseFolder(folder);
  const entered = done.flatMap((each) =>
    each.status === "fulfilled" && each.value.admitted ? [each.value.record] : [],
  );
  expect(entered.length).toBeGreaterThan(0);
  expect(records.length).toBe(before + entered.length);
  for (const { seq, statement } of entered) expect(records[seq]!.statement).toBe(statement);
  for (const each of done) if (each.status === "rejected") expect(String(each.reason)).toContain("only writer");
});

test("a calendar and a replaced key come in by the folder, and the calendar counts from then on", async () => {
  const parties = { complainant: "Aldgate Labs", respondent: "Meridian Cloud" };
  const { folder, players } = await fileCase(home, "c", { ...parties, at: null });
  const year = String(new Date().getUTCFullYear());
  const data = { ...WEEKENDS_ONLY.data, id: "holidays/v1", holidays: [{ day: `${year}-12-25`, name: "a holiday" }] };
  const bytes = canonicalJsonBytes(data);
  const facts = { calendar: sha256Digest(bytes) };
  const by = { folder, signer: players.registrar, at: null };
  const act = { kind: "calendar", role: "registrar", facts } as const;
  await expect(enterAct(by, act)).rejects.toThrow("calendar");
  expect(await enterAct(by, { ...act, attachments: [{ name: "calendar.json", bytes }] })).toMatchObject({
    admitted: true,
  });
  expect((await openCaseFolder(folder)).state.calendar).toBe(facts.calendar);
  expect((await verifyCase(await bundleOfCase(folder, "PUBLIC", 4e9))).checks.filter(({ holds }) => !holds)).toEqual(
    [],
  );
});

test("custody for other tools: each event an action with its record, the same bytes twice", async () => {
  const court: Court = await settledCourse(join(home, "custody"));
  // The settled case has none of its own: an exhibit, received, then derived.
  const open = await court.case();
  const D = (digit: string) => `sha256:${digit.repeat(64)}`;
  const at = { key: open.records[0]!.key, statement: D("0"), received: 1_772_442_000 };
  const exhibit = (name: string, root: string) => ({ exhibit: name, title: "A model", kind: "model", root });
  const entries = [
    { ...at, seq: 40, kind: "exhibit", facts: exhibit("E1", D("1")) },
    {
      ...at,
      seq: 41,
      kind: "custody",
      facts: { exhibit: "E1", event: "received", seq: 0, rehash: D("1"), purpose: "p" },
    },
    { ...at, seq: 42, kind: "exhibit", facts: exhibit("E2", D("2")) },
    {
      ...at,
      seq: 43,
      kind: "custody",
      facts: { exhibit: "E2", event: "derived", seq: 0, rehash: D("2"), purpose: "stripped", from: "E1" },
    },
  ];
  const holders = new Map([...open.keys.all].map(([id, { party, name }]) => [id, { party, name }]));
  const graph = caseUco(open.file, entries, holders);
  const nodes = graph["@graph"];
  const actions = nodes.filter((node) => node["@type"] === "case-investigation:InvestigativeAction");
  expect(actions.map((node) => node["uco-core:name"])).toEqual(["entered", "received", "entered", "derived"]);
  const records = nodes.filter((node) => node["@type"] === "case-investigation:ProvenanceRecord");
  expect(records.map((node) => node["case-investigation:exhibitNumber"])).toEqual(["E1", "E1", "E2", "E2"]);
  // Every action yields its record, and every reference is in the graph under a UUID of version 5.
  const ids = new Set(named(nodes));
  for (const id of ids) expect(id).toMatch(/^kb:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  for (const [, id] of JSON.stringify(graph["@graph"]).matchAll(/"@id":"(kb:[^"]+)"/g)) expect(ids.has(id!)).toBe(true);
  expect(actions[3]!["uco-action:object"]).toEqual([
    { "@id": nodes.find((n) => n["uco-core:name"] === "A model")!["@id"] },
  ]);
  expect(actions[1]!["case-investigation:wasInformedBy"]).toEqual([{ "@id": actions[0]!["@id"] }]);
  expect(JSON.stringify(caseUco(open.file, entries, holders))).toBe(JSON.stringify(graph));
});

/** Names of what has a type, parts within others too: no part is without one. */
function named(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(named);
  if (typeof value !== "object" || value === null || "@value" in value) return [];
  const { "@id": id, "@type": type, ...rest } = value as Record<string, unknown>;
  expect(typeof id).toBe("string");
  return [...(type === undefined ? [] : [id as string]), ...Object.values(rest).flatMap(named)];
}
