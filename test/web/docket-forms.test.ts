/**
 * Forms of the workspace: each kind that a pack lets a role enter can be filled in by answering one question after the other,
 * as a person would, and what is answered is what was meant; facts that are made from files are those that commands make.
 */
import { describe, expect, test } from "vitest";
import { countersign, newSecret } from "../../dist/app/docket/act.js";
import { utf8 } from "../../dist/base/bytes.js";
import { canonicalJsonBytes } from "../../dist/base/canonical-json.js";
import { sha256Digest } from "../../dist/base/digest.js";
import { prng } from "../../dist/base/prng.js";
import { VERBS } from "../../dist/cli/commands/case/verbs.js";
import { localChain, roundAt } from "../../dist/evidence/drand.js";
import { zip } from "../../dist/evidence/zip.js";
import { panelPurpose } from "../../dist/office/docket/fold/guards.js";
import { faultOfFacts, schemaOfFacts } from "../../dist/office/docket/pack/facts.js";
import { ENTRY_KINDS, type EntryKind, type Role } from "../../dist/office/docket/pack/names.js";
import { SHIPPED_PACKS, WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import { drawLabels, drawPanel } from "../../dist/office/docket/plan/draw.js";
import { encodePlan, factsOfPlan, type TestPlan } from "../../dist/office/docket/plan/test-plan.js";
import type { CaseView } from "../../dist/office/docket/view/case-view.js";
import type { Field } from "../../dist/web/docket/forms/field.js";
import { answered, fieldsOf } from "../../dist/web/docket/forms/form.js";
import { player } from "../../materials/docket/court.ts";
import { sampleBundle } from "../app/sample-bundle.js";

const NOW = 1_780_000_000;
const D = (n: number) => `sha256:${String(n).padStart(64, "0")}`;
const beacon = localChain(new Uint8Array(32).fill(7));
const chain = { publicKey: beacon.publicKey, genesis: NOW - 600, period: 30 };

/** What a form reads of a case. @param entries kind and facts, numbered in their order */
function caseOf(entries: [EntryKind, Record<string, unknown>][] = []): CaseView {
  const shown = {
    entries: [["pack.adopted", { beacon: chain }] as const, ...entries].map(([kind, facts], seq) => {
      return { seq, kind, facts, statement: D(900 + seq) };
    }),
    exhibits: [{ exhibit: "E1", custody: [{}, {}] }],
    deadlines: [{ timer: "response" }, { timer: "response" }],
    stated: { panel: ["A. Moreau"], members: 1 },
  };
  return shown as unknown as CaseView;
}

/** Answers one question after the other until none is open. @param answer as typed, or the file that is chosen */
function filledIn(
  kind: EntryKind,
  view: CaseView,
  answer: (field: Field) => string | Uint8Array,
): ReturnType<typeof answered> & { asked: Field[] } {
  const typed: Record<string, string> = {};
  const chosen = new Map<string, { name: string; bytes: Uint8Array }>();
  for (let n = 0; n < 2000; n++) {
    const asked = fieldsOf(kind, view, typed);
    const open = asked.find(({ path }) => !(path in typed));
    if (!open) return { asked, ...answered(kind, view, typed, { chosen, tier: "PUBLIC", now: NOW }) };
    const given = answer(open);
    if (typeof given !== "string") chosen.set(open.path, { name: `${open.path}.file`, bytes: given });
    typed[open.path] = typeof given === "string" ? given : `${open.path}.file`;
  }
  throw new Error(`${kind} asks without end`);
}

/** As somebody types it who has these facts in mind. */
function from(facts: unknown): (field: Field) => string {
  return ({ path, input }) => {
    let value: unknown = facts;
    for (const part of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[part];
    if (input === "more") return value === undefined ? "no" : "yes";
    if (Array.isArray(value)) return value.join("\n");
    if (typeof value === "boolean") return value ? "yes" : "no";
    return value === undefined || value === null ? "" : String(value);
  };
}

/** Kinds whose facts come from files and from the case: tried by themselves below. */
const MADE = ["calendar", "key.enrolled", "key.replaced", "notice", "panel.drawn", "exhibit", "custody"] as const;
const MADE_OF_PLANS = ["plan.proposed", "plan.adopted", "beacon", "finding", "blind.opened"] as const;
const made = new Set<EntryKind>([...MADE, ...MADE_OF_PLANS]);

describe.each(SHIPPED_PACKS.map(({ data }) => [data.id, data] as const))("%s", (_, pack) => {
  const may = pack.moves.flatMap(({ kind, by }) => by.map((role): [EntryKind, Role] => [kind, role]));
  const table = [...new Map(may.map((each) => [each.join(" "), each])).values()];

  test.each(table)("%s by the %s has a form", (kind) => {
    // Entered with the case itself, by `assay case open`: nobody is asked for it in a case that is open.
    if (kind === "pack.adopted")
      return expect(pack.moves.filter((move) => move.kind === kind).every(({ once }) => once)).toBe(true);
    const { properties = {} } = schemaOfFacts(kind) as { properties?: object };
    const yes = (field: Field) => (field.input === "more" ? (/\.[1-9]$/.test(field.path) ? "no" : "yes") : "x");
    const { asked } = filledIn(kind, caseOf(), yes);
    expect(asked.length > 0 || Object.keys(properties).length === 0).toBe(true);
    // Each question has words of its own, none is asked as the name of a fact, nothing is asked for in a notation.
    for (const { label, hint } of asked) {
      expect(label).toMatch(/^[A-Z].* /);
      expect(`${label} ${hint ?? ""}`).not.toContain("JSON");
    }
    expect(new Set(asked.map(({ label }) => label)).size).toBe(asked.length);
  });
});

describe("what is answered is what was meant", () => {
  const plain = ENTRY_KINDS.filter((kind) => kind !== "pack.adopted" && !made.has(kind));

  test.each(
    VERBS.filter(({ kind }) => plain.includes(kind)).map(({ verb, kind, facts }) => [verb, kind, facts] as const),
  )("the example of %s", (_, kind, facts) => {
    expect(filledIn(kind, caseOf(), from(facts))).toMatchObject({ facts, against: [] });
  });

  test.each(plain.map((kind) => [kind] as const))("%s: any facts of its schema", (kind) => {
    const draw = prng("assay/docket-forms/v1", kind);
    for (let n = 0; n < 50; n++) {
      const facts = anyOf(schemaOfFacts(kind) as Schema, draw.below) as Record<string, unknown>;
      expect(faultOfFacts(kind, facts)).toBeNull();
      const { facts: back, against } = filledIn(kind, caseOf(), from(facts));
      expect([back, against]).toEqual([facts, []]);
    }
  });

  test("a question that is left open is named, and what does not fit is told under its question", () => {
    const nothing = filledIn("decision", caseOf(), () => "");
    expect(nothing.against).toEqual([
      "How does the panel decide?: not answered",
      "Issue 1. The question: not answered",
      "Issue 1. By which standard of proof?: not answered",
      "Issue 1. Is there an alternative explanation that is answered?: not answered",
      "Issue 1. Is it held for the complainant?: not answered",
      "Issue 1. The reasons in short: not answered",
      "Is there another issue, after 1?: not answered",
    ]);
    const wrong = filledIn("commitment.received", caseOf(), () => "nothing that was hashed");
    expect(wrong.against).toEqual([
      "Digests of what is committed to, one a line, as sha256:…: expected sha256: and 64 hexadecimal digits",
    ]);
    const number = filledIn("order", caseOf(), ({ input }) => (input === "line" ? "many" : ""));
    expect(number.against.some((each) => each.startsWith("What effect has the order?"))).toBe(true);
  });

  test("what names something of the case is chosen among it", () => {
    const finding = { finding: D(5), proposition: "weights/shared-ancestry", outcome: "supports-hp", slot: 2 };
    const view = caseOf([
      ["complaint", { suspect: D(1), reference: D(2) }],
      ["finding", finding],
      ["order", { models: [D(1)] }],
      ["question", { to: "examiner" }],
      ["settlement.offered", { terms: D(3) }],
      ["inspection.ordered", {}],
    ]);
    const choices = (kind: EntryKind, path: string, typed = {}) =>
      fieldsOf(kind, view, typed)
        .find((field) => field.path === path)!
        .choices.map(({ value }) => value);
    expect(choices("answer", "question")).toEqual([D(904)]);
    expect(choices("settlement.accepted", "offer")).toEqual([D(905)]);
    expect(choices("inspection.event", "order")).toEqual([D(906)]);
    expect(choices("order.lifted", "order")).toEqual([D(903)]);
    expect(choices("decision", "issues.0.findings")).toEqual([D(5)]);
    expect(choices("recomputed", "finding")).toEqual([D(5)]);
    expect(choices("order", "models").sort()).toEqual([D(1), D(2)]);
    expect(choices("unsealed", "exhibit")).toEqual(["E1"]);
    expect(choices("extension", "timer")).toEqual(["response"]);
    expect(choices("recusal.asked", "of")).toEqual(["A. Moreau"]);
  });
});

describe("what is made of files is what commands make", () => {
  const holder = player();
  const said = { party: "aldgate", name: "counsel", roles: ["complainant" as Role], publicKey: holder.publicKey };
  const enrolment = countersign("2026-001", said, holder.sign);
  const { secret, commitment } = newSecret();
  const plan: TestPlan = {
    type: "assay/test-plan/v1",
    case: "2026-001",
    runs: [{ id: "w-0", proposition: "weights/shared-ancestry", methods: ["weights/unit-labels 4"], slot: 0 }],
    contents: [
      { kind: "suspect", maker: "the respondent" },
      { kind: "independent", maker: "the custodian" },
    ],
    labels: { beacon: { chain: "local", round: 40 }, secret: commitment, rule: "fisher-yates/hmac-sha256/v1" },
    software: { name: "assay", version: "1", commit: "c" },
  };
  const adopted: [EntryKind, Record<string, unknown>] = ["plan.adopted", factsOfPlan(plan)];
  const signature = beacon.sign(40);
  const file =
    (bytes: Uint8Array, more: Record<string, string> = {}) =>
    (field: Field) =>
      field.input === "file" ? bytes : (more[field.path] ?? "");
  const checked = (kind: EntryKind, view: CaseView, answer: Parameters<typeof filledIn>[2]) => {
    const { facts, attachments, against } = filledIn(kind, view, answer);
    expect([kind, against, faultOfFacts(kind, facts)]).toEqual([kind, [], null]);
    return { facts, names: attachments.map(({ name }) => name) };
  };

  test("a calendar, a key, its replacement", () => {
    const calendar = canonicalJsonBytes(WEEKENDS_ONLY.data);
    expect(checked("calendar", caseOf(), file(calendar))).toEqual({
      facts: { calendar: sha256Digest(calendar) },
      names: ["calendar.json"],
    });
    const written = utf8(`${JSON.stringify(enrolment)}\n`);
    expect(checked("key.enrolled", caseOf(), file(written)).facts).toEqual(enrolment);
    const other = player();
    const view = caseOf([
      ["key.enrolled", { ...countersign("2026-001", { ...said, publicKey: other.publicKey }, other.sign) }],
    ]);
    const [old] = fieldsOf("key.replaced", view, {}).find(({ path }) => path === "old")!.choices;
    expect(old!.text).toContain("aldgate, counsel");
    const { facts } = checked("key.replaced", view, file(written, { old: old!.value, reason: "lost" }));
    const { publicKey, countersignature } = enrolment;
    expect(facts).toEqual({ old: other.keyId, publicKey, countersignature, reason: "lost" });
  });

  test("a draw of the panel, from its notice to the names", () => {
    const bytes = utf8(`${secret}\n`);
    expect(checked("notice", caseOf(), () => "no").facts).toEqual({});
    const { facts } = checked("notice", caseOf(), file(bytes, { draw: "yes" }));
    expect(facts).toEqual({ draw: { round: roundAt(chain, NOW + 3600), secret: commitment } });
    const answers: Record<string, string> = {
      list: "A. Moreau\nB. Osei\n\nC. Lindqvist",
      "excluded.0": "yes",
      "excluded.0.who": "B. Osei",
      "excluded.0.because": "advised the complainant",
      "excluded.1": "no",
      signature,
    };
    const drawn = checked("panel.drawn", caseOf([["notice", facts]]), file(bytes, answers)).facts;
    const left = ["A. Moreau", "C. Lindqvist"];
    expect(drawn).toMatchObject({
      list: ["A. Moreau", "B. Osei", "C. Lindqvist"],
      excluded: [{ who: "B. Osei", because: "advised the complainant" }],
      drawn: drawPanel(left, 1, panelPurpose(left), signature, secret),
    });
    const none = filledIn("panel.drawn", caseOf(), file(bytes, answers));
    expect(none.against).toEqual(["No draw of the panel was announced: the notice does so."]);
  });

  test("exhibits and their custody", () => {
    const about = { exhibit: "E2", title: "A log", kind: "log", speaksFor: "neither" };
    const carried = checked("exhibit", caseOf(), file(utf8("log"), { ...about, carried: "yes" }));
    expect(carried.facts).toEqual({ ...about, tier: "PUBLIC", carried: true, root: sha256Digest(utf8("log")) });
    expect(carried.names).toEqual(["exhibited.file"]);
    const named = checked("exhibit", caseOf(), file(utf8(""), { ...about, carried: "no", root: D(4) }));
    expect(named).toEqual({ facts: { ...about, tier: "PUBLIC", carried: false, root: D(4) }, names: [] });
    const event = { exhibit: "E1", event: "received", rehash: D(4), purpose: "examination" };
    expect(checked("custody", caseOf(), from(event)).facts).toEqual({ ...event, seq: 2 });
  });

  test("a plan, its round, a finding, its labels", () => {
    const bytes = encodePlan(plan);
    expect(checked("plan.proposed", caseOf(), file(bytes))).toEqual({
      facts: { plan: sha256Digest(bytes) },
      names: ["plan.json"],
    });
    expect(checked("plan.adopted", caseOf(), file(bytes)).facts).toEqual(factsOfPlan(plan));
    expect(checked("beacon", caseOf([adopted]), from({ signature })).facts).toEqual({ round: 40, signature });
    const bundle = zip(sampleBundle());
    const planned = checked("finding", caseOf([adopted]), file(bundle, { run: "w-0" }));
    expect(planned.facts).toMatchObject({ run: "w-0", slot: 0, bundle: sha256Digest(bundle) });
    expect(planned.names).toEqual(["finding.zip"]);
    const outside = checked("finding", caseOf(), file(bundle, { run: "outside" })).facts;
    expect(outside).toMatchObject({ run: null, slot: null, proposition: "weights/shared-ancestry" });
    expect(filledIn("finding", caseOf(), file(utf8("no bundle"), { run: "outside" })).against).toHaveLength(1);
    const view = caseOf([adopted, ["beacon", { round: 40, signature }]]);
    const labels = drawLabels(factsOfPlan(plan).contents, sha256Digest(bytes), signature, secret);
    expect(checked("blind.opened", view, file(utf8(secret))).facts).toEqual({ secret, labels });
    const wrong = filledIn("blind.opened", view, file(utf8("secret")));
    expect(wrong.against).toEqual(["secret.file: expected 64 hexadecimal digits"]);
  });
});

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** Facts drawn from a schema. */
function anyOf(schema: Schema, below: (n: number) => number): unknown {
  if (schema.anyOf) return anyOf(schema.anyOf[below(schema.anyOf.length)]!, below);
  if ("const" in schema) return schema.const;
  if (schema.enum) return schema.enum[below(schema.enum.length)];
  if (schema.type === "null") return null;
  if (schema.type === "boolean") return below(2) === 1;
  if (schema.type === "integer")
    return (schema.minimum ?? 0) + below(Math.min(1000, (schema.maximum ?? 1000) - (schema.minimum ?? 0) + 1));
  if (schema.type === "array") {
    const least = schema.minItems ?? 0;
    const length = least + below(Math.min(3, (schema.maxItems ?? 3) - least) + 1);
    const list = Array.from({ length }, () => anyOf(schema.items!, below));
    return schema.items!.type === "object" ? list : [...new Set(list)];
  }
  if (schema.type === "object") {
    const kept = Object.entries(schema.properties ?? {}).filter(
      ([name]) => schema.required?.includes(name) || below(2) === 1,
    );
    // That it is a day stands in no schema.
    return Object.fromEntries(
      kept.map(([name, of]) => [name, /^(on|noticed)$/.test(name) ? "2026-12-25" : anyOf(of, below)]),
    );
  }
  const hexOf = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join("");
  if (schema.pattern === undefined) return `Words ${below(1000)}`;
  if (/sha256/.test(schema.pattern)) return `sha256:${hexOf(64)}`;
  if (/A-Z/.test(schema.pattern)) return ["EUR", "GBP", "CHF"][below(3)];
  return String(1 + below(1000));
}
