/** The model pact: each article that obliges has its query and the reverse; the mapping to law; diffs of drafts. */
import { expect, test } from "vitest";
import { shippedPack } from "../../../src/office/docket/packs/shipped.js";
import { diffPacts } from "../../../src/office/pact/diff.js";
import model from "../../../src/office/pact/model/model-pact-v1.json" with { type: "json" };
import { MAPPING, MODEL_PACT } from "../../../src/office/pact/model/shipped.js";
import { readPact } from "../../../src/office/pact/schema/pact.js";

const { data } = MODEL_PACT;

test("the model pact is never changed under its name", () => {
  expect([data.id, MODEL_PACT.digest]).toEqual([
    "model-pact/v1",
    "sha256:a34083ecf61421e7afdc03eebfaaed2e47ee3c580200dd8395788391450e02f7",
  ]);
});

test("every obligation of the text has its query, and every query its text", () => {
  for (const { id, text, looksFor, cannotSee, query } of data.obligations) {
    // A duty is said with "shall"; what is looked for names the log that the query reads.
    expect([id, / shall/.test(text)]).toEqual([id, true]);
    expect([id, query.needs.length > 0, looksFor.length > 40, cannotSee.length > 20]).toEqual([id, true, true, true]);
    const logs = new Set([query.occasion, ...query.needs].map(({ log }) => log));
    const words = {
      register: /register|ledger|declar/,
      audit: /run's log|challenge|run /,
      docket: /case/,
      pact: /pact's log|grant|ask|incident/,
    };
    for (const log of logs) expect([id, log, words[log].test(looksFor)]).toEqual([id, log, true]);
  }
  // No article says "shall" without a query; rights, measures and arbitration oblige through other articles.
  for (const { text } of [...data.measures, ...data.inspections])
    expect(text).not.toMatch(/laborator(y|ies) shall|party shall/);
});

test("times in the text are those of the query", () => {
  for (const { id, text, query } of data.obligations) {
    const { due } = query;
    const said =
      "days" in due ? (due.days === 0 ? null : `${due.days} days`) : "hours" in due ? `${due.hours} hours` : null;
    if (said !== null) expect([id, text.includes(said)]).toEqual([id, true]);
    for (const { attribute, is, value } of query.occasion.where)
      if (attribute === "flop") expect([id, is, value, text.includes("10^25")]).toEqual([id, "at-least", 1e25, true]);
  }
  for (const { kind, text, filter, perYear, admitHours } of data.inspections) {
    if (filter)
      expect([kind, text.includes(`${filter.hours} hours`), text.includes("three quarters"), filter.share]).toEqual([
        kind,
        true,
        true,
        { of: 3, in: 4 },
      ]);
    expect([kind, perYear, admitHours > 0]).toEqual([
      kind,
      { routine: 2, clarification: 12, challenge: 3 }[kind],
      true,
    ]);
  }
  for (const { id, text, rung, afterDays } of data.measures) {
    if (rung !== null) expect([id, text.includes(`rung ${rung} or higher`)]).toEqual([id, true]);
    if (afterDays > 0) expect([id, text.includes(`${afterDays} days`)]).toEqual([id, true]);
  }
});

test("articles are numbered 1 to 18; the arbitration clause names a pack that ships", () => {
  const articles = new Set(
    [...data.obligations, ...data.inspections, ...data.measures].map(({ article }) => Number(article)),
  );
  for (let i = 1; i <= 17; i++) expect(articles.has(i)).toBe(true);
  expect(shippedPack(data.arbitration.pack)).toBeDefined();
  expect(data.arbitration.text).toContain("article 18");
});

test("each row of the mapping names obligations that exist, a source and a day; none claims what no log shows", () => {
  for (const row of MAPPING.rows) {
    for (const id of row.obligations) expect([row.id, MODEL_PACT.obligations.has(id)]).toEqual([row.id, true]);
    expect([row.id, row.how === "none"]).toEqual([row.id, row.obligations.length === 0]);
    expect(row.source).toMatch(/secondary|legislation/);
  }
  expect(MAPPING.says).toMatch(/^Not advice/);
  const laws = MAPPING.rows.map(({ law }) => law).join("\n");
  for (const law of [/EU AI Act/, /Code of practice/, /AB 2013/, /SB 53/, /Korea/, /China/]) expect(laws).toMatch(law);
});

test("a diff says what changes and for whom, and where text and query parted", () => {
  expect(diffPacts(MODEL_PACT, MODEL_PACT).changes).toEqual([]);
  const draft = structuredClone(model) as typeof model;
  draft.id = "model-pact/v2";
  draft.obligations[0]!.query.due = { days: 14, from: "occasion" };
  draft.obligations[1]!.text = draft.obligations[1]!.text.replace("30 days", "20 days");
  draft.obligations[1]!.query.due = { days: 20, from: "occasion" };
  draft.obligations[2]!.binds = ["lab", "state"];
  draft.obligations[3]!.reservable = false;
  draft.obligations.pop();
  draft.inspections[2]!.perYear = 5;
  draft.leavingMonths = 24;
  draft.arbitration.pack = "udrp/v1";
  const { changes } = diffPacts(MODEL_PACT, readPact(draft));
  const of = (id: string) => changes.find((each) => each.id === id)!;
  expect(of("register-models")).toMatchObject({
    change: "changed",
    for: ["lab"],
    apart: true,
    says: ["time shorter: 30 days → 14 days"],
  });
  expect(of("describe-data")).toMatchObject({
    apart: false,
    says: ["its text changed", "time shorter: 30 days → 20 days"],
  });
  expect(of("say-descent")).toMatchObject({ for: ["lab", "state"], says: ["binds state now"] });
  expect(of("evaluate").says).toEqual(["can be reserved no more"]);
  expect(of("comply-with-orders")).toMatchObject({ change: "removed", for: ["lab", "state"] });
  expect(of("challenge")).toMatchObject({ what: "inspection", says: ["perYear: 3 → 5"] });
  expect(of("terms").says).toEqual(["leavingMonths: 12 → 24"]);
  expect(of("arbitration").says).toEqual(["pack: expedited-ai-ip/v1 → udrp/v1"]);
  // The other way round the same things change.
  expect(
    diffPacts(readPact(draft), MODEL_PACT)
      .changes.map(({ id }) => id)
      .sort(),
  ).toEqual(changes.map(({ id }) => id).sort());
});
