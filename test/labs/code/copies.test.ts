/** Copies of a source tree, one a recipient: places in either form, plans and their draws, exact tails, the commands. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { verifyBundle } from "../../../src/app/bundle/verify-bundle.js";
import { recompute } from "../../../src/app/recompute.js";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { prng } from "../../../src/base/prng.js";
import { readMarkedRecipients } from "../../../src/evidence/recipients.js";
import { committedCopies, formsOf, readCopies } from "../../../src/labs/code/copies/plan.js";
import { readPlaces } from "../../../src/labs/code/copies/reading.js";
import type { SiteKind } from "../../../src/labs/code/copies/sites.js";
import { traceCopies } from "../../../src/labs/code/copies/trace.js";
import { written } from "../../../src/labs/code/copies/written.js";
import { drawCopies, planCopies, writeCopy } from "../../../src/labs/code/desk/copies.js";
import { readSites } from "../../../src/labs/code/host/grammars.js";
import { treeOf } from "../../../src/labs/code/host/source-tree.js";
import { copyOf, shownPlaces, variantTree } from "../../../src/labs/code/host/variant-tree.js";
import { log10BinomialTail } from "../../../src/stats/exact-tails.js";
import { ask, bundleOf, studiesOf } from "../../asked.js";
import { EARLY, policyIn, proofIn, ROUND, SIGNATURE } from "../../dated.js";
import { pythonProgram, renamed, writeTree } from "./programs.js";

const root = mkdtempSync(join(tmpdir(), "assay-copies-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SAMPLES: Readonly<Record<string, { text: string; kinds: SiteKind[] }>> = {
  python: {
    text: `def f(x, y, limit):
    if not (x and limit):
        y = 1000 if x is not None else 20
        z = f(x < y, 0 < len(x), y == 10, x in ("b", "a"), f"{x > 10}")
    else:
        z = not x in [1, 2] or x is y
    if x > limit:
        return z
    elif x: return 64
    return y[x > 3 : 0xff]
`,
    kinds: [
      "choice",
      "choice",
      "number",
      "denied",
      "number",
      "order",
      "order",
      "equal",
      "number",
      "members",
      "denied",
      "members",
      "order",
      "number",
      "order",
      "number",
    ],
  },
  typescript: {
    text: `function f(a: "left" | "right", x: number): number {
  for (let i = 0; i < 10; i++) { if (!x) { --x; } else { x += 2; } }
  const y = a === "left" && (x > 0 || !a) ? 100 : x;
  return \`\${x > 10}\` + (y ? 1n : 12n);
}`,
    kinds: [
      "members",
      "order",
      "number",
      "step",
      "choice",
      "step",
      "sum",
      "choice",
      "equal",
      "order",
      "number",
      "choice",
    ],
  },
  rust: {
    text: `fn f(x: u32, t: (u32, u32)) -> u32 {
    let mut n = 100u32;
    if x.max(n) > 10 { n = n + 16; } else { n -= 1; }
    println!("{}", 10 > x);
    match x { 7 | 3 => t.0, _ if let Some(y) = g(12) => y, _ => n }
}`,
    kinds: ["choice", "order", "number", "sum", "number", "sum", "members", "number"],
  },
  go: {
    text: `package p

func f(x int, s string) int {
	if n := len(s); n > 10 {
		x += 2
	} else {
		x = x - 64
	}
	if s == "a" && x < len(s) {
		return 1
	} else {
		switch x {
		case 20, 11:
			return 2
		}
	}
	return x
}
`,
    kinds: ["order", "number", "sum", "sum", "number", "choice", "equal", "members", "number", "number"],
  },
  cpp: {
    text: `template <int N = 16> int f(std::vector<int> &v, A<(N > 3)> a) {
  for (auto it = v.begin(); it != v.end(); ++it) { n++; }
  if constexpr (N > 10) { return 1; } else { return 0x20; }
  if (v.size() > 100) { n--; } else { n = v.empty() ? 10L : 12; }
  return s == "x" || 3 <= n;
}`,
    kinds: [
      "step",
      "step",
      "order",
      "number",
      "number",
      "choice",
      "order",
      "number",
      "step",
      "choice",
      "number",
      "order",
    ],
  },
};

const fileOf = (path: string, text: string) => ({ path, bytes: utf8(text), digest: sha256Digest(utf8(text)) });
const ours = treeOf(
  "ours",
  [0, 1, 2].map((i) => fileOf(`part${i}.py`, pythonProgram(`claimant ${i}`, 14))),
);

describe("places", () => {
  for (const [grammar, { text, kinds }] of Object.entries(SAMPLES))
    test(`of ${grammar} are found and nothing beside them, and are read back in any forms`, async () => {
      const sites = (await readSites(text, grammar as "go"))!;
      expect(sites.map(({ kind }) => kind)).toEqual(kinds);
      const plain = written(text, sites, () => 0).text;
      const source = prng("test/copies", grammar);
      for (let round = 0; round < 20; round++) {
        const forms = sites.map(() => source.below(2) as 0 | 1);
        const copy = written(text, sites, (i) => forms[i]!);
        const back = (await readSites(copy.text, grammar as "go"))!;
        expect(new Map(back.map(({ start, form }) => [start, form]))).toEqual(
          new Map(sites.map((_, i) => [copy.starts[i], forms[i]])),
        );
        expect(written(copy.text, back, () => 0).text).toBe(plain);
      }
    });

  test("a text in the forms it has is itself", async () => {
    for (const [grammar, { text }] of Object.entries(SAMPLES)) {
      const sites = (await readSites(text, grammar as "go"))!;
      expect(written(text, sites, (i) => sites[i]!.form).text).toBe(text);
    }
  });

  test("a copy is read under other names, and another program shows nothing", async () => {
    const variants = await variantTree(ours);
    expect(variants.kinds.length).toBeGreaterThan(100);
    const source = prng("test/copies", "forms");
    const forms = Uint8Array.from(variants.kinds, () => source.below(2));
    const { files, asAsked } = await copyOf(variants, forms);
    expect(asAsked).toBe(forms.length);
    const disguised = treeOf(
      "theirs",
      [...files].map(([path, text]) => fileOf(`in/${path}`, renamed(text))),
    );
    const reading = readPlaces(variants.placed, await shownPlaces(disguised));
    const read = reading.filter((said) => said !== null).length;
    expect(read).toBeGreaterThan(forms.length / 2);
    expect(reading.filter((said, i) => said === forms[i]).length).toBe(read);
    const other = treeOf("other", [fileOf("a.py", pythonProgram("somebody else", 14))]);
    const none = readPlaces(variants.placed, await shownPlaces(other));
    expect(none.filter((said) => said !== null).length).toBeLessThan(10);
  });
});

describe("a plan", () => {
  const said = {
    secret: "5e".repeat(32),
    round: null,
    name: "kit",
    original: ours.root,
    places: 64,
    recipients: ["a", "b"],
  };
  const text = (plan: object) => utf8(JSON.stringify(plan));
  test("is the one that was committed to, or an error", () => {
    const plan = committedCopies(said);
    expect(readCopies(text(plan), "plan")).toEqual(plan);
    for (const changed of [{ recipients: ["a", "c"] }, { places: 63 }, { secret: "5f".repeat(32) }, { round: 7 }])
      expect(() => readCopies(text({ ...plan, ...changed }), "plan")).toThrow(/expected the plan of commitment/);
    expect(() => committedCopies({ ...said, recipients: ["a", "a"] })).toThrow(/distinct recipients/);
    expect(() => readCopies(text({ ...plan, method: { ...plan.method, version: "0" } }), "plan")).toThrow(
      /by version 1/,
    );
    expect(() => formsOf(committedCopies({ ...said, round: 123 }))).toThrow(/signature of round 123 first/);
  });
  test("names its recipients to the access ledger", () => {
    const plan = committedCopies(said);
    expect(readMarkedRecipients(text(plan), "plan")).toEqual({ key: said.secret, recipients: ["a", "b"] });
  });
});

test("tails are those of fair coins over 10,000 keys, the smaller of two counts paid twice", () => {
  const kinds = Array.from({ length: 60 }, (_, i): SiteKind => (i % 3 === 0 ? "number" : "order"));
  const source = prng("test/copies", "suspect");
  const reading = kinds.map(() => source.below(2) as 0 | 1);
  const below = [0, 0];
  for (let key = 0; key < 10_000; key++) {
    const plan = committedCopies({
      secret: sha256Digest(utf8(`key ${key}`)).slice(7),
      round: null,
      name: "kit",
      original: ours.root,
      places: kinds.length,
      recipients: ["one"],
    });
    const [traced] = traceCopies(plan.recipients, formsOf(plan), reading, kinds);
    if (traced!.log10P <= -1) below[0]!++;
    if (traced!.log10P <= -2) below[1]!++;
  }
  // Two counts that hang together, each on whole numbers: below the level, and not far below.
  expect(below[0]).toBeLessThan(1000 + 3 * 30);
  expect(below[0]).toBeGreaterThan(500);
  expect(below[1]).toBeLessThan(100 + 3 * 10);
  const all = traceCopies(["x"], () => Uint8Array.from(reading), reading, kinds)[0]!;
  expect(all.log10P).toBeCloseTo(log10BinomialTail(60, 60, 0.5) + Math.log10(2), 9);
});

describe("the commands", () => {
  test("name the recipient whose copy it is, with a proof that dates the plan before its round; the bundle recomputes", async () => {
    writeTree(at("ours"), Object.fromEntries(ours.files.map(({ path, bytes }) => [path, bytes])));
    writeTree(at("ours"), { "data.txt": "kept", ".git/HEAD": "ref" });
    writeFileSync(at("names.txt"), `${Array.from({ length: 50 }, (_, i) => `recipient ${i}`).join("\n")}\n`);
    const plan = await planCopies({ tree: at("ours"), recipients: at("names.txt"), out: at("plan"), round: ROUND });
    await expect(
      writeCopy({ tree: at("ours"), plan: at("plan"), recipient: "recipient 1", out: at("early") }),
    ).rejects.toThrow(/signature of round 123 first/);
    await drawCopies(at("plan"), SIGNATURE, at("PLAN.json"));
    const made = await writeCopy({
      tree: at("ours"),
      plan: at("PLAN.json"),
      recipient: "recipient 1",
      out: at("kept", "copy"),
    });
    expect(made).toMatchObject({ files: 3, places: plan.places, asDrawn: plan.places });
    expect(readFileSync(at("kept", "copy", "data.txt"), "utf8")).toBe("kept");
    expect(() => readFileSync(at("kept", "copy", ".git", "HEAD"))).toThrow();
    const studies = await studiesOf("examine code-copy");
    const options = { original: at("ours"), plan: at("PLAN.json") };
    const dated = { ...options, committed: proofIn(root, plan), policy: policyIn(root) };
    const examined = await ask("examine code-copy", [at("kept", "copy")], dated, { studies });
    const [finding] = examined.findings;
    expect(finding).toMatchObject({ outcome: "supports-hp", observations: { named: ["recipient 1"] } });
    expect(JSON.stringify(finding)).not.toContain(plan.secret);

    const undated = (await ask("examine code-copy", [at("kept", "copy")], options, { studies })).findings[0];
    expect(undated).toMatchObject({ outcome: "uncalibrated", strength: null, observations: { named: [] } });
    const late = { ...dated, committed: proofIn(root, plan, "late", [EARLY, EARLY + 600]) };
    expect((await ask("examine code-copy", [at("kept", "copy")], late, { studies })).findings[0]!.outcome).toBe(
      "uncalibrated",
    );
    // The owner's own tree is nobody's copy.
    const original = (await ask("examine code-copy", [at("ours")], dated, { studies })).findings[0];
    expect(original).toMatchObject({ outcome: "inconclusive", observations: { named: [] } });
    await expect(ask("examine code-copy", [at("ours")], { ...dated, original: at("kept", "copy") })).rejects.toThrow(
      /expected the tree sha256:/,
    );

    const files = await bundleOf("examine code-copy", examined, studies);
    expect(verifyBundle(files).holds).toBe(true);
    const checks = await recompute(files, {
      inputs: [root, at("kept")],
      home: at("home"),
      keyId: null,
      onProgress: () => {},
    });
    expect(checks.filter((check) => !check.holds)).toEqual([]);
  });
});
