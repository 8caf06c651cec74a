/**
 * Five questions of a reader who sees the first screen alone, one finding of each question of each laboratory: who, what,
 * how strong, how often is it wrong and on what was that measured, what is not said. Committed answers
 * (golden/first-screens.json, `GOLDEN=write` renews them) stand word for word on the page and in the terminal's summary,
 * and are held against the finding itself, not against the code that writes the screen.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { parseStudy } from "../../src/app/studies.js";
import { summary } from "../../src/cli/summary.js";
import { unzipStrict } from "../../src/evidence/zip.js";
import { decodeFinding } from "../../src/finding/codec.js";
import type { Finding } from "../../src/finding/finding.js";
import { ratio } from "../../src/report/figure-words.js";
import { firstScreen } from "../../src/report/first-screen.js";
import { renderPage } from "../../src/report/page.js";
import type { PageInput } from "../../src/report/page-input.js";
import { ALL, pageInput } from "./fixtures.js";
import { shownBy } from "./shown-by.js";

interface Answers {
  who: string[];
  what: string;
  howStrong: string;
  howOftenWrong: string;
  notSaid: string[];
}

const golden = fileURLToPath(new URL("./golden/first-screens.json", import.meta.url));
const bundles = fileURLToPath(new URL("../../fixtures/bundles/", import.meta.url));
/** Of the second form those that bring out what none of the first does: a question, an outcome, names. */
const OF_SECOND = [
  ...["behaviour", "weights", "common-origin", "canaries-named", "code"],
  ...["endpoint", "membership", "permuted", "planted", "preferences", "rotated"],
];

function inputs(): Record<string, PageInput> {
  const found: Record<string, PageInput> = {};
  for (const [name, finding] of Object.entries(ALL))
    if (name !== "hostile" && name !== "large") found[`made by hand, ${name}`] = pageInput(finding);
  const first = readdirSync(`${bundles}v1`).map((file) => ["v1", file.replace(".zip.gz", "")] as const);
  for (const [form, bundle] of [...first, ...OF_SECOND.map((name) => ["v2", name] as const)]) {
    const files = unzipStrict(new Uint8Array(gunzipSync(readFileSync(`${bundles}${form}/${bundle}.zip.gz`))));
    for (const [path, bytes] of files) {
      if (!/^data\/(findings\/\d+\/)?finding\.json$/.test(path)) continue;
      const finding = decodeFinding(bytes, path);
      const study = files.get(path.replace("finding.json", "validation.json"));
      const number = /\d+/.exec(path)?.[0];
      const name = `${form === "v1" ? "" : "second form, "}${bundle}, ${finding.proposition.id}${number ? `, ${number}` : ""}`;
      found[name] = {
        finding,
        ...shownBy(finding),
        validation: study ? parseStudy(study, path) : null,
        reproduce: { command: "assay examine" },
        signed: null,
      };
    }
  }
  return found;
}

const flat = (text: string) => text.replace(/\s+/g, " ").trim();

function onPage(input: PageInput): string {
  const { document } = parseHTML(renderPage(input));
  return flat(document.querySelector(".app-conclusion")!.textContent ?? "");
}

function inTerminal({ finding, proposition: { words }, view, measuredOn, studiedBefore }: PageInput): string {
  return flat(summary({ finding, words, about: view.about?.(finding) ?? null, measuredOn, studiedBefore }));
}

function answersOf({ finding, proposition: { words }, view, measuredOn, studiedBefore }: PageInput): Answers {
  const screen = firstScreen({ finding, words, about: view.about?.(finding) ?? null, measuredOn, studiedBefore });
  return {
    who: [screen.names, ...screen.rows.flatMap(({ values }) => values)].map(flat),
    what: flat(screen.headline),
    howStrong: flat(screen.strength ?? screen.why ?? ""),
    howOftenWrong: finding.outcome === "refused" ? "" : flat(`${screen.errors.says}`),
    notSaid: [...screen.notSaid],
  };
}

/** Names that the finding's observations give, read from them here and not through the laboratory's view. */
function named({ outcome, observations, subject }: Finding): string[] {
  const seen = (observations ?? {}) as { named?: string[]; accounts?: { account: string }[] | number };
  const supported = outcome === "supports-hp";
  if (supported && seen.named) return seen.named.slice(0, 6);
  if (supported && Array.isArray(seen.accounts)) return seen.accounts.slice(0, 6).map(({ account }) => account);
  return Object.values(subject).flatMap((part) => (typeof part === "object" ? [part.name] : []));
}

const all = inputs();
if (process.env.GOLDEN === "write")
  writeFileSync(
    golden,
    `${JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, input]) => [name, answersOf(input)])), null, 2)}\n`,
  );
const committed = JSON.parse(readFileSync(golden, "utf8")) as Record<string, Answers>;

test("every question of every laboratory that has a kept finding is asked", () => {
  const laboratories = new Set(Object.values(all).map(({ finding }) => finding.proposition.id.split("/")[0]));
  expect([...laboratories].sort()).toEqual([
    "behaviour",
    "code",
    "marks",
    "membership",
    "preferences",
    "traffic",
    "weights",
  ]);
  expect(Object.keys(committed)).toEqual(Object.keys(all));
});

describe.each(Object.entries(all))("first screen: %s", (name, input) => {
  const { finding } = input;
  const answers = committed[name]!;
  const screens = [onPage(input), inTerminal(input)];

  test("answers the five questions as committed, on the page and in the terminal", () => {
    const parts = [...answers.who, answers.what, answers.howOftenWrong, ...answers.notSaid];
    for (const screen of screens) {
      for (const part of parts) expect(screen).toContain(part);
      if (finding.strength) expect(screen).toContain(answers.howStrong);
      else expect(plain(screen)).toContain(plain(answers.howStrong));
    }
  });

  test("the answers are the finding's own", () => {
    for (const one of named(finding)) expect(answers.who.join(" | ")).toContain(one);
    if (finding.strength) {
      const { low, high } = finding.strength.log10LR;
      const nearest = (low ?? 0) > 0 ? low! : -(high ?? 0);
      expect(answers.howStrong).toContain(ratio(nearest));
      expect(answers.howStrong).toContain(finding.strength.term);
      expect(answers.howStrong).toContain(ratio(Math.abs(finding.strength.cap.log10LR)));
    } else expect(plain(answers.howStrong)).toContain(plain(finding.reason));
    if (finding.errorRate && finding.outcome !== "refused") {
      expect(screens[0]).toContain(`${finding.errorRate.falsePositives} of ${finding.errorRate.families} families`);
      // The method of the weights findings made by hand is none of the laboratory's.
      if (finding.method.id !== "weights") {
        // A finding of an earlier version of a method says nothing of what this version was measured on.
        const { measuredOn } = input;
        if (measuredOn !== null) expect(answers.howOftenWrong).toContain(`Measured on ${measuredOn}.`);
      }
    }
    expect(answers.notSaid.length).toBeGreaterThan(1);
  });

  test("a test's own p does not stand above what the study can carry", () => {
    if (!finding.strength) return;
    expect(screens[0]).not.toMatch(/10 to the power|10\^|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/);
  });

  test("says nothing that belongs to another laboratory", () => {
    const [laboratory] = finding.proposition.id.split("/");
    const others: Record<string, RegExp> = {
      weights: /wrote or published|accounts are|canar/i,
      behaviour: /wrote or published|independent initialisation|canar/i,
      marks: finding.proposition.id === "marks/leak" ? /wrote or published|independence/i : /independence|initialis/i,
      traffic: /independence|initialis|wrote or published/i,
      code: /initialis|accounts are|canar|ancestral/i,
      membership: /initialis|accounts are|ancestral|wrote or published/i,
      preferences: /initialis|accounts are|canar|wrote or published/i,
    };
    if (finding.type === "assay/finding/v2" || laboratory !== "marks")
      for (const screen of screens) expect(screen).not.toMatch(others[laboratory!]!);
  });

  test("opens no other explanation where nothing was seen", () => {
    if (finding.outcome !== "inconclusive") return;
    expect(renderPage(input)).not.toContain("The suspect was made from the reference.");
    expect(screens[1]).not.toContain("What else could explain it");
  });
});

/** Powers are drawn on a page and typed in a terminal: a reason is held by its letters. */
function plain(text: string): string {
  return text
    .replace(/to the power/g, "")
    .replace(/[^A-Za-z]+/g, " ")
    .trim();
}

test("each sentence that is said to prevent a misreading stands on a page", () => {
  const doc = readFileSync(fileURLToPath(new URL("../../validation/first-screens.md", import.meta.url)), "utf8");
  const pages = Object.values(all).map((input) => flat(parseHTML(renderPage(input)).document.body.textContent ?? ""));
  const rows = doc.split("\n").filter((line) => line.startsWith("| ") && line.includes('"'));
  expect(rows.length).toBeGreaterThan(12);
  for (const row of rows)
    for (const [, sentence] of row.matchAll(/"([^"]+)"/g))
      expect(
        pages.some((page) => page.includes(sentence!)),
        sentence!,
      ).toBe(true);
});
