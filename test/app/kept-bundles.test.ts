/** Nothing old breaks when something new is said: bundles of the first form verify, whatever words and scales came since. */
import { expect, test } from "vitest";
import { makerOf } from "../../src/app/bundle/maker.js";
import { verifyBundle, verifyBundleZip } from "../../src/app/bundle/verify-bundle.js";
import { KNOWN_RULES } from "../../src/app/known-rules.js";
import { checkPages } from "../../src/app/pages/check-pages.js";
import { pageWriter } from "../../src/app/pages/write-page.js";
import { fromUtf8, utf8 } from "../../src/base/bytes.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { unzipStrict } from "../../src/evidence/zip.js";
import { incoherences } from "../../src/finding/coherence.js";
import type { Finding } from "../../src/finding/finding.js";
import { restated } from "../../src/finding/restate.js";
import { type KnownRules, rulesOf } from "../../src/finding/rules.js";
import { nameOf } from "../../src/finding/versioned.js";
import { keptBundles } from "./kept-bundles.js";
import { repacked, rewrittenSample, sampleFinding } from "./sample-bundle.js";

const KEPT = keptBundles("v1");
/** Of the second form: by the last version before the first screen was written anew, but for those made later. */
const SECOND = keptBundles("v2");
const LATER_MADE = [
  ...["canaries-named", "code", "common-origin", "common-origin-version-4"],
  ...[
    "endpoint",
    "marks-readings",
    "marks-ring",
    "marks-version-3",
    "membership",
    "permuted",
    "planted",
    "preferences",
    "preferences-states",
    "rotated",
    "traffic-version-8",
  ],
];

/** A new version of every list of questions, in other words, and of the scale, with other terms; the old ones stay. */
const LATER: KnownRules = {
  ...KNOWN_RULES,
  propositions: [
    ...KNOWN_RULES.propositions,
    ...KNOWN_RULES.propositions.map(({ table }) => {
      const entries = Object.fromEntries(
        Object.entries(table.entries).map(([id, words]) => [id, { ...words, hp: `${words.hp}, as put anew` }]),
      );
      const changed = { version: "3", entries };
      return { name: nameOf("3", changed), table: changed };
    }),
  ],
  scales: [
    ...KNOWN_RULES.scales,
    ...KNOWN_RULES.scales.map(({ table }) => {
      const bands = table.bands.map(({ above, term }) => ({
        above: above === null ? null : above + 1,
        term: `${term} (later)`,
      }));
      const changed = { ...table, id: "later-2031", bands };
      return { name: nameOf(changed.id, changed), table: changed };
    }),
  ],
};

/** The sample as a later version would state it. */
function sampleLater(): Finding {
  const finding = sampleFinding();
  const list = LATER.propositions.find(
    ({ name, table }) => name.version === "3" && table.entries[finding.proposition.id],
  )!;
  const like = {
    ...finding,
    type: "assay/finding/v2" as const,
    rules: { propositions: list.name, outcome: LATER.outcomes.at(-1)!.name, scale: LATER.scales.at(-1)!.name },
  };
  return restated(finding, like, LATER);
}

test("bundles of every laboratory are kept", () => {
  expect(KEPT.map(([name]) => name)).toEqual([
    "behaviour",
    "canaries",
    "harvest",
    "inheritance",
    "leak",
    "marks",
    "traffic",
    "weights",
  ]);
});

test.each(KEPT)("the kept bundle %s verifies, today and after words and scale have changed", (_name, zip) => {
  for (const known of [KNOWN_RULES, LATER]) {
    const report = verifyBundleZip(zip, { known });
    expect(report.checks.filter((check) => !check.holds)).toEqual([]);
    expect(report.findings.every((finding) => finding.type === "assay/finding/v1")).toBe(true);
  }
});

test.each(KEPT)("each page of the kept bundle %s is what its renderer writes of its finding", async (name, zip) => {
  const files = unzipStrict(zip);
  const keyId = verifyBundle(files).signedBy?.keyId ?? null;
  const checks = await checkPages(files, keyId);
  // No version before wrote bundles of harvest; this one's page was made for the fixture.
  const expected = name === "harvest" ? { holds: false, checked: false } : { holds: true };
  for (const check of checks.filter(({ name }) => name.startsWith("page"))) expect(check).toMatchObject(expected);
  expect(checks.at(-1)).toMatchObject({ name: "instructions", holds: true });
});

test("an edited page of a kept bundle does not hold, though every list was rewritten", async () => {
  const [, zip] = KEPT.find(([name]) => name === "leak")!;
  const files = unzipStrict(zip);
  const page = fromUtf8(files.get("data/page.html")!, "page");
  const edited = repacked(files, { "page.html": utf8(page.replace("moderately strong", "verily, very strong")) });
  expect(verifyBundle(edited).holds).toBe(true);
  expect((await checkPages(edited, null))[0]).toMatchObject({ name: "page", holds: false });
  expect((await checkPages(edited, null))[0]!.checked).toBeUndefined();
});

test.each(SECOND)(
  "the bundle %s of the second form holds by the renderer that is kept of its pages",
  async (name, zip) => {
    const files = unzipStrict(zip);
    const report = verifyBundle(files);
    const checks = [...report.checks, ...(await checkPages(files, report.signedBy?.keyId ?? null))];
    expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(checks.at(-2)!.detail).toMatch(
      LATER_MADE.includes(name) ? /as / : /as the renderer of commit e456004 writes them/,
    );
  },
);

test("an edited page of the second form does not hold: the package that it names is known to have written otherwise", async () => {
  const files = unzipStrict(SECOND.find(([name]) => name === "leak")![1]);
  const page = fromUtf8(files.get("data/page.html")!, "page");
  const edited = repacked(files, { "page.html": utf8(page.replace("moderately strong", "verily, very strong")) });
  expect(verifyBundle(edited).holds).toBe(true);
  const [check] = await checkPages(edited, null);
  expect(check).toMatchObject({ name: "page", holds: false });
  expect(check!.checked).toBeUndefined();
});

test.each(LATER_MADE)(
  "an edited page of %s does not hold, whatever older renderers know of its question",
  async (name) => {
    const files = unzipStrict(SECOND.find(([each]) => each === name)![1]);
    const page = fromUtf8(files.get("data/page.html")!, "page");
    const edited = repacked(files, { "page.html": utf8(page.replace("Observations", "Observation")) });
    expect((await checkPages(edited, null))[0]).toMatchObject({ name: "page", holds: false });
  },
);

test("a page holds by a kept renderer, whichever package is named, and one bundle by one renderer", async () => {
  const files = unzipStrict(SECOND.find(([name]) => name === "traffic")![1]);
  const at9 = (path: string) =>
    utf8(fromUtf8(files.get(path)!, path).replaceAll(makerOf(files)!.digest, `sha256:${"9".repeat(64)}`));
  const renamed = new Map(files).set("bag-info.txt", at9("bag-info.txt"));
  const other = repacked(renamed, { "HOW-TO-VERIFY.txt": at9("data/HOW-TO-VERIFY.txt") });
  expect((await checkPages(other, null)).filter(({ holds }) => !holds)).toEqual([]);
  // The second page as this version writes it: honest by itself, yet no one version wrote both.
  const write = await pageWriter(files.get("data/request.json")!, null);
  const at = "findings/2/";
  const study = files.get(`data/${at}validation.json`) ?? null;
  const { page } = write({ finding: files.get(`data/${at}finding.json`)!, study });
  const mixed = repacked(other, { [`${at}page.html`]: utf8(page) });
  expect((await checkPages(mixed, null)).filter(({ holds }) => !holds)).toMatchObject([{ checked: false }]);
});

test("a finding is held against its own words and scale and no others", () => {
  const later = sampleLater();
  expect(incoherences(later, LATER)).toEqual([]);
  expect(later.proposition.hp).toMatch(/as put anew$/);
  expect(later.strength!.term).toMatch(/\(later\)$/);
  // The old words under the new names, and the new words under the old ones.
  const old = sampleFinding();
  expect(incoherences({ ...later, proposition: old.proposition }, LATER).join()).toMatch(/words of the proposition/);
  expect(incoherences({ ...later, strength: old.strength }, LATER).join()).toMatch(/not on the scale/);
  expect(incoherences({ ...old, proposition: later.proposition }, LATER).join()).toMatch(/words of the proposition/);
  expect(restated(later, old, LATER)).toEqual(old);
});

test("rules that are not known here are not checked, and not called incoherent", () => {
  const later = sampleLater();
  const report = verifyBundle(rewrittenSample({ "finding.json": canonicalJsonBytes(later) }));
  const coherence = report.checks.find(({ name }) => name === "coherence")!;
  expect(report.holds).toBe(false);
  expect(coherence).toMatchObject({ holds: false, checked: false });
  expect(coherence.detail).toMatch(/^rules not known here: propositions 3 \(sha256:[0-9a-f]{64}\), scale later-2031/);
  expect(report.checks.filter((check) => !check.holds)).toEqual([coherence]);
  expect(rulesOf(later, KNOWN_RULES)).toHaveProperty("unknown");
});

test("a known version with another digest is not that version", () => {
  const later = sampleLater();
  if (later.type !== "assay/finding/v2") throw new Error("expected the second form");
  const name = { ...LATER.scales[0]!.name, digest: `sha256:${"0".repeat(64)}` as const };
  expect(rulesOf({ ...later, rules: { ...later.rules, scale: name } }, LATER)).toHaveProperty("unknown");
});

/** What stands in findings that exist. A line is added for a new version; none is ever changed. */
test("no table is changed under its name", () => {
  const names = [KNOWN_RULES.propositions, KNOWN_RULES.outcomes, KNOWN_RULES.scales].map((of) =>
    of.map(({ name }) => `${name.version} ${name.digest}`),
  );
  expect(names).toMatchInlineSnapshot(`
    [
      [
        "4 sha256:1ffbe9af026871f470080b3bbb4367f771e1daee96cc70a01c26bab099902b9c",
        "3 sha256:9e09940ce00fce9f9146998191bfce1a51c9306f38051914fe95e66bb31200e8",
        "2 sha256:c1bfa9614316d6b426a9b7b3f251df09ea2d18938f0567b63e4a4aff3afbcc17",
        "2 sha256:5ada713dc284a849184e6bcca93db85f5b4c497469287537d80b33c1404944ce",
        "1 sha256:b2779f8ef4b749de51d6e998cd1e0d198471d0b2741a8dee8142776fb4c235f3",
        "3 sha256:366be16cff0a6cb51225a535afd8e34266ab72db4573f3f0d8c052477e628314",
        "2 sha256:bd93f11bf2531636f8ea656907c9ed43a6b4cf43b2472a561408e1b9dd52f8f7",
        "1 sha256:c495d8ddebf93f23c62c9d75720aabbd9d9c5746edc7e75b8b1dc8a63b9f9000",
        "3 sha256:3d60c9bbd67028d776b53858ee2f03e150ad76582398bdad81e7bba2bf29f53b",
        "2 sha256:7c78ecdbc4e1aa0be7c1129072b926ab640a976f5a2f3cb6d94b5d87eaaad985",
        "1 sha256:1a29e42258e803003f5a50b088bdc92585fa402ff69ce297cc2509e51ad5d990",
        "3 sha256:d66a2cfab23cad63ac94e22cca6fe8b016d6089ec73bedfcf37cd0b16ad4ae3d",
        "2 sha256:068aa844e8abfee0782dc3662588d95a57744dd780803e344cadeb25d8e3ab96",
        "2 sha256:0cd4f3f74b5307fbced528c9eedea102c4ff6dc3bce52fe4dd665a27fd4bf1e0",
      ],
      [
        "2 sha256:61a25c03e1cf5b25517d0cefb043415e3ec36c18e036660b8b034b0862135836",
      ],
      [
        "enfsi-2015 sha256:c60d1248a677f9cd55a7f7dc1588e70d457b1bdf511d98dbbc95c3c5398b4e1e",
      ],
    ]
  `);
});
