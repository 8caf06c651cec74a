/** An expert's report: refused while an item is empty, claims too much or has a number of its own; signed, checked, printed. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCaseFolder } from "../../dist/app/docket/case-folder.js";
import {
  checkVerdict,
  decisionOf,
  draftOfVerdict,
  faultsOfVerdict,
  signVerdict,
  verdictOf,
} from "../../dist/app/docket/verdict.js";
import type { Signer } from "../../dist/app/register/declare.js";
import { utf8 } from "../../dist/base/bytes.js";
import { canonicalJsonBytes } from "../../dist/base/canonical-json.js";
import { sha256Digest, sha256Hex } from "../../dist/base/digest.js";
import { parseEcdsaKey } from "../../dist/evidence/ecdsa-key.js";
import { encodeSignedStatement, toBeSigned } from "../../dist/evidence/signed-statement.js";
import { printPdf } from "../../dist/host/print-pdf.js";
import { encodeRecord } from "../../dist/office/docket/entry/docket-record.js";
import { combinedTest } from "../../dist/report/combined-test.js";
import { decimal } from "../../dist/report/figure-words.js";
import { emptyOpinion, faultsOfOpinion, ITEM_IDS, ITEMS, type Opinion } from "../../dist/report/verdict/opinion.js";
import { withAttachments } from "../../dist/report/verdict/pdf-attachments.js";
import type { Verdict } from "../../dist/report/verdict/verdict.js";
import { verdictFigures } from "../../dist/report/verdict/verdict-figures.js";
import { SECTIONS } from "../../dist/report/verdict/verdict-page.js";
import { parseCheckpoint } from "../../dist/tlog/checkpoint.js";
import { leafHash } from "../../dist/tlog/merkle-hash.js";
import { verifyInclusion } from "../../dist/tlog/merkle-proof.js";
import { parseNote } from "../../dist/tlog/signed-note.js";
import { STATED_COURSES } from "../../materials/docket/courses.ts";
import { type Court, player } from "../../materials/docket/court.ts";
import { STUDY, STUDY_BYTES, sampleFinding } from "./sample-bundle.js";

const home = mkdtempSync(join(tmpdir(), "assay-verdict-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const written: Opinion = {
  ...emptyOpinion(),
  ...Object.fromEntries(
    ITEM_IDS.filter((id) => ITEMS[id].required).map((id) => [id, `What the expert says on ${id}.`]),
  ),
};
let court: Court;
let verdict: Verdict;
/** A signature over whatever files: what another program may have signed. */
const signedOver = (html: Uint8Array, json: Uint8Array, by: Signer): Uint8Array => {
  const subject = Object.entries({ "verdict.html": html, "verdict.json": json });
  const statement = canonicalJsonBytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: subject.map(([name, bytes]) => ({ name, digest: { sha256: sha256Hex(bytes) } })),
    predicateType: "https://assay.example/verdict/v1",
    predicate: {},
  });
  return encodeSignedStatement(statement, by.sign(toBeSigned(statement)), by.keyId);
};
const with_ = (opinion: Partial<Opinion>): Verdict => ({ ...verdict, opinion: { ...written, ...opinion } });

beforeAll(async () => {
  court = await STATED_COURSES.reversed(home);
  verdict = await verdictOf(court.open, written, "PUBLIC", court.at);
});

describe("a signature is refused", () => {
  test("while any item is empty", () => {
    for (const id of ITEM_IDS) {
      const faults = faultsOfVerdict(with_({ [id]: "  " }));
      expect([id, faults.length]).toEqual([id, ITEMS[id].required ? 1 : 0]);
    }
    expect(faultsOfVerdict(with_({}))).toEqual([]);
    expect(() => signVerdict(with_({ duty: "" }), player())).toThrow(
      "verdict sign: refused: Duty to the tribunal (duty) is empty",
    );
  });

  test.each([
    "The weights match.",
    "This proves copying.",
    "The suspect was identified.",
    "It is likely copied.",
    "The model was not derived from it.",
  ])("for words that claim too much: %s", (said) => {
    for (const id of ["conclusions", "qualifications", "rangeOfOpinion"] as const)
      expect(faultsOfVerdict(with_({ [id]: said }))[0]).toContain("which no test supports");
  });

  test("for a number that stands in no finding, and not for one that does", () => {
    const finding = sampleFinding();
    const faults = (conclusions: string) =>
      faultsOfOpinion({ ...written, conclusions }, [finding], [12]).map(({ says }) => says);
    for (const wrong of ["1,000,000 times more probable", "99.9 %", "a ratio of 10^9", "about 7341 units", "−77.1"])
      expect([wrong, faults(wrong).length]).toEqual([wrong, 1]);
    const { cap } = finding.strength!;
    for (const right of [
      `at least 10^${cap.log10LR.toFixed(2)}`,
      "log10 p −41.25",
      "61 of 64 units",
      "entry 12",
      "exhibit E1, slot-0, version v2, sha256:0123",
      "of 40 families",
    ])
      expect([right, faults(right)]).toEqual([right, []]);
  });
});

test("a rate or a ratio stands in a finding wherever it is written; years and ages of experience need not", () => {
  const faults = (qualifications: string) =>
    faultsOfOpinion({ ...written, qualifications }, [sampleFinding()], []).map(({ says }) => says);
  for (const wrong of ["right in 99.9 % of cases", "99 per cent certain", "I put it at 10^9", "5000 times as good"])
    expect([wrong, faults(wrong).length]).toEqual([wrong, 1]);
  for (const right of ["Since 1998; 27 years of practice, 412 reports.", "61 of 64 units, 40 families"])
    expect([right, faults(right)]).toEqual([right, []]);
});

/** By the tables of the PDF alone: the newest first, each object where a table says that it begins. */
function attachedTo(pdf: Uint8Array): { name: string; text: string }[] {
  const text = Buffer.from(pdf).toString("latin1");
  const objects = new Map<number, number>();
  let root = 0;
  for (let at = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)![1]); at > 0; ) {
    const tail = text.slice(at);
    const [, sections, trailer] = /^xref\n([\s\S]*?)trailer\s*<<([\s\S]*?)>>\s*startxref/.exec(tail)!;
    for (const [, first, rows] of sections!.matchAll(/^(\d+) \d+\s*\n((?:\d{10} \d{5} [fn] ?\n)+)/gm))
      rows!
        .trimEnd()
        .split("\n")
        .forEach((row, n) => {
          if (!objects.has(Number(first) + n)) objects.set(Number(first) + n, Number(row.slice(0, 10)));
        });
    root ||= Number(/\/Root (\d+)/.exec(trailer!)![1]);
    at = Number(/\/Prev (\d+)/.exec(trailer!)?.[1] ?? 0);
  }
  const object = (n: number) => {
    const from = text.slice(objects.get(n)!);
    expect(from.startsWith(`${n} 0 obj`)).toBe(true);
    return from.slice(0, from.indexOf("endobj"));
  };
  const specs = /\/AF \[([^\]]*)\]/.exec(object(root))![1]!.matchAll(/(\d+) 0 R/g);
  return [...specs].map(([, spec]) => {
    const [, name] = /\/UF \(([^)]*)\)/.exec(object(Number(spec)))!;
    const stream = object(Number(/\/EF <<\/F (\d+) 0 R/.exec(object(Number(spec)))![1]));
    const length = Number(/\/Length (\d+)/.exec(stream)![1]);
    const body = stream.slice(stream.indexOf("stream\n") + 7).slice(0, length);
    return { name: name!, text: Buffer.from(body, "latin1").toString("utf8") };
  });
}

describe("the report", () => {
  test("lays open custody, event by event, and how entries are proved to be in the log", async () => {
    const saved = join(home, "saved");
    await court.save(saved);
    const open = await openCaseFolder(saved);
    const drawn = await verdictOf(open, written, "PUBLIC", court.at);
    const { document } = parseHTML(new TextDecoder().decode(draftOfVerdict(drawn).html));
    const rows = (id: string) => [
      ...document.querySelectorAll(`section[aria-labelledby="${id}"] section > table > tbody > tr`),
    ];
    const events = open.records.filter(({ kind }) => kind === "custody");
    expect(drawn.custody.map(({ entry }) => entry)).toEqual(events.map(({ seq }) => seq));
    expect(events.length).toBeGreaterThan(0);
    for (const { entry, received, event } of drawn.custody) {
      const row = document.querySelector(`section[aria-labelledby="custody"]`)!.textContent!;
      for (const each of [String(entry), received, event]) expect(row).toContain(each);
    }
    expect(rows("log").length).toBeGreaterThan(drawn.log!.proofs.length - 1);
    // Each proof leads from the record's own bytes to the root that the checkpoint states.
    const head = parseCheckpoint(parseNote(utf8(drawn.log!.checkpoint)).text);
    for (const { entry, hashes } of drawn.log!.proofs) {
      const proof = hashes.map((each) => Buffer.from(each, "base64"));
      const leaf = leafHash(encodeRecord(open.records[entry]!));
      const given = { index: entry, size: head.size, leaf, root: head.root };
      expect([entry, verifyInclusion({ ...given, proof })]).toEqual([entry, true]);
      if (proof.length > 0) expect(verifyInclusion({ ...given, proof: proof.slice(1) })).toBe(false);
    }
    expect(drawn.log!.proofs.map(({ entry }) => entry)).toEqual(
      expect.arrayContaining([...drawn.findings, ...drawn.exhibits, drawn.decision!].map(({ entry }) => entry)),
    );
    const { decision, proof } = JSON.parse(new TextDecoder().decode(decisionOf(drawn)!));
    expect([decision.outcome, proof.entry]).toEqual([drawn.decision!.outcome, drawn.decision!.entry]);
    const captions = [...document.querySelectorAll("figcaption")].map((each) => each.textContent!.trim());
    expect(captions).toEqual([
      "Figure 1. Custody of the exhibits over time",
      `Figure 2. How entry ${open.records.length - 1} is proved to be in the log`,
    ]);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("draws of a carried finding what its study and its strength allow, each drawing with ids of its own", () => {
    const says = sampleFinding();
    const found = { ...verdict.findings[0]!, says };
    const study = { summary: STUDY, digest: sha256Digest(STUDY_BYTES) };
    const figures = verdictFigures({
      ...verdict,
      findings: [
        { ...found, study: null },
        { ...found, study: { ...study, nullLog10P: [-0.1, -3, -0.5], positiveLog10P: [-2, -50] } },
        { ...found, study: { ...study, nullLog10P: [-0.1, -3], positiveLog10P: [] } },
      ],
    });
    const own = figures.filter(({ finding }) => finding !== null);
    expect(own.map(({ name, section }) => [name, section])).toEqual([
      ["finding-2-validation-distribution", "validation"],
      ["finding-2-validation-recalibration", "validation"],
      ["finding-3-validation-distribution", "validation"],
      ...[1, 2, 3].flatMap((n) => [
        [`finding-${n}-strength-waterfall`, "evaluation"],
        [`finding-${n}-strength-ruler`, "evaluation"],
      ]),
    ]);
    const table = (name: string) => own.find((each) => each.name === name)!.figure.table.rows;
    // Of two related and three unrelated cases those at -2 and -3 stand in the wrong order, and share a step.
    expect(table("finding-2-validation-recalibration")).toEqual([
      ["−0.10", "−0.50", "unrelated alone"],
      ["−2.00", "−3.00", "0.18"],
      ["−50.00", "−50.00", "related alone"],
    ]);
    const { cap, log10LR } = says.strength!;
    const steps = table("finding-1-strength-waterfall");
    expect(steps[0]).toEqual(["the test alone, at most", "0.00", decimal(-combinedTest(says)!.log10P, 2)]);
    expect(steps[1]!.slice(0, 2)).toEqual(["not permitted by the study", decimal(cap.log10LR, 2)]);
    expect(steps.at(-1)).toEqual(["stated, at least", "0.00", decimal(log10LR.low!, 2)]);
    const ids = figures.flatMap(({ figure }) => [...figure.svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("names on its cover each exhibit's digest and, for a camera too, the case with its last entry's digest", () => {
    const [cover] = new TextDecoder().decode(draftOfVerdict(verdict).html).split('<nav aria-labelledby="contents">');
    expect(verdict.exhibits.length).toBeGreaterThan(0);
    for (const { root } of verdict.exhibits) expect(cover).toContain(root);
    expect(cover).toMatch(/<svg [^>]*role="img" aria-label="Code with the case, [^"]+"/);
    expect(cover).toContain(
      `case ${verdict.case} of ${verdict.origin}, entry ${verdict.head!.entry}, ${verdict.head!.record}`,
    );
  });

  test("has every section and item, and a draft says so; what is open is named", () => {
    const { html } = draftOfVerdict({ ...verdict, opinion: emptyOpinion() });
    const { document } = parseHTML(new TextDecoder().decode(html));
    const headings = [...document.querySelectorAll("section > h2")].map((each) => each.textContent!.trim());
    expect(headings).toEqual(SECTIONS.map(([, title], n) => `${n + 1} ${title}`));
    const text = document.body.textContent!;
    expect(text).toContain("Draft, not signed");
    expect(text.match(/to be written/g)).toHaveLength(ITEM_IDS.filter((id) => ITEMS[id].required).length);
    expect(text).toContain("not done under accreditation");
    expect(document.querySelectorAll("script").length).toBe(0);
  });

  test("says of each finding what the case says, and of the plan what was run", () => {
    expect(verdict.findings).toHaveLength(6);
    expect(verdict.findings.filter(({ about }) => about === "suspect")).toHaveLength(2);
    expect(verdict.runs.every(({ done }) => done)).toBe(true);
    expect(verdict.findings.every(({ says }) => says === null)).toBe(true);
    expect(new TextDecoder().decode(draftOfVerdict(verdict).html)).toContain("Its bundle is not carried with the case");
  });

  test("is checked offline: one byte of page, data or signature, or another key, and it does not hold", () => {
    const expert = player();
    const signed = signVerdict(verdict, expert);
    const key = parseEcdsaKey(expert.publicKey, "key");
    expect(checkVerdict(signed, key)).toEqual([]);
    expect(checkVerdict(signed, parseEcdsaKey(player().publicKey, "key"))).not.toEqual([]);
    const other = signVerdict(with_({ conclusions: "Something else." }), expert);
    expect(checkVerdict({ ...signed, json: other.json }, key)).not.toEqual([]);
    expect(checkVerdict({ ...signed, html: other.html }, key)).not.toEqual([]);
    const html = Uint8Array.from(signed.html);
    html[html.length >> 1]! ^= 1;
    expect(checkVerdict({ ...signed, html }, key)).not.toEqual([]);
  });

  test("data that were signed and are no report are said to be so, with the place, whatever of them is bent", () => {
    const expert = player();
    const key = parseEcdsaKey(expert.publicKey, "key");
    const { html, json } = signVerdict(verdict, expert);
    const signed = (data: unknown) => {
      const bytes = utf8(JSON.stringify(data));
      return { html, json: bytes, signature: signedOver(html, bytes, expert) };
    };
    const data = JSON.parse(new TextDecoder().decode(json)) as Record<string, unknown>;
    expect(checkVerdict(signed(data), key)).toEqual(["the files are not those that were signed"]);
    const bent: unknown[] = [null, 7, [], "x", {}, { ...data, type: "another" }];
    for (const member of Object.keys(data).filter((name) => name !== "type"))
      for (const value of [undefined, 7.5, "x", [{}]]) bent.push({ ...data, [member]: value });
    let refused = 0;
    for (const each of bent)
      try {
        // Some members may be any text: the page then says otherwise.
        expect(checkVerdict(signed(each), key)).toContain("the page does not say what its data say");
      } catch (error) {
        expect([(error as { code?: string }).code, (error as Error).message]).toEqual([
          "SCHEMA",
          expect.stringMatching(/^verdict\.json: [^\n]+$/),
        ]);
        refused++;
      }
    expect(refused).toBeGreaterThan(60);
    expect(checkVerdict(signed({ ...data, type: "assay/verdict/v1" }), key)[0]).toContain("another version");
    expect(() => checkVerdict({ ...signed(data), json: utf8("{") }, key)).toThrow("verdict.json");
  }, 60_000);

  test("the command says so in one line, with status 2", async () => {
    const expert = player();
    const folder = join(home, "bent");
    mkdirSync(folder);
    const { html } = signVerdict(verdict, expert);
    const json = utf8('{"type":"assay/verdict/v3","findings":7}');
    writeFileSync(join(folder, "verdict.html"), html);
    writeFileSync(join(folder, "verdict.json"), json);
    writeFileSync(join(folder, "verdict.sig"), signedOver(html, json, expert));
    writeFileSync(join(folder, "expert.pub"), expert.publicKey);
    const ran = spawnSync(
      process.execPath,
      ["dist/command/main.js", "verdict", "check", folder, "--public-key", join(folder, "expert.pub")],
      { encoding: "utf8" },
    );
    expect([ran.status, ran.stdout]).toEqual([2, ""]);
    expect(ran.stderr).toMatch(/^assay: verdict\.json: at case: [^\n]+\n$/);
  }, 60_000);

  test.skipIf(!existsSync("/usr/bin/chromium"))(
    "prints as a tagged PDF with an outline",
    async () => {
      const path = join(home, "verdict.html");
      writeFileSync(path, draftOfVerdict(verdict).html);
      const pdf = Buffer.from((await printPdf(path))!).toString("latin1");
      expect(pdf.startsWith("%PDF-")).toBe(true);
      expect(pdf).toMatch(/\/MarkInfo\s*<<[^>]*\/Marked true/);
      expect(pdf).toContain("/Outlines");
      const files = [
        { name: "verdict.json", bytes: draftOfVerdict(verdict).json },
        { name: "decision.json", bytes: decisionOf(verdict)! },
      ];
      const whole = withAttachments(Buffer.from(pdf, "latin1"), files);
      expect(Buffer.from(whole.subarray(0, pdf.length)).toString("latin1")).toBe(pdf);
      expect(attachedTo(whole)).toEqual(
        files.map(({ name, bytes }) => ({ name, text: new TextDecoder().decode(bytes) })),
      );
      expect(() => withAttachments(whole, files)).toThrow("expected a print with one cross-reference table");
      expect(() => withAttachments(Buffer.from("%PDF-1.7"), files)).toThrow("expected a print");
    },
    60_000,
  );
});
