/**
 * Random edits of pages and figures, manifests rewritten so that every digest holds: how many does plain `verify` miss?
 * Material: the bundles under fixtures/bundles, as they are and with pages written anew by this version.
 * node validation/page-edits.study.ts [--edits 10000] [--minutes 60] [--write]: ends at whichever comes first
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { makeBundle } from "../dist/app/bundle/bundle.js";
import { findingCount, findingFolder } from "../dist/app/bundle/bundle-layout.js";
import { verifyBundle } from "../dist/app/bundle/verify-bundle.js";
import { checkPagesBy, type Writer, writerOf } from "../dist/app/pages/check-pages.js";
import { pageWriter } from "../dist/app/pages/write-page.js";
import { sha256Hex } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import { packBag, readBagInfo } from "../dist/evidence/bag.js";
import { decodeRequest } from "../dist/evidence/request.js";
import { unzipStrict } from "../dist/evidence/zip.js";
import { decodeFinding } from "../dist/finding/codec.js";

type Bundle = Map<string, Uint8Array>;
interface Material {
  laboratory: string;
  form: "as kept" | "as written today";
  files: Bundle;
}

const { values } = parseArgs({
  options: {
    edits: { type: "string", default: "10000" },
    seed: { type: "string", default: "page-edits-1" },
    minutes: { type: "string", default: "60" },
    write: { type: "boolean" },
  },
});
const EDITS = Number(values.edits);
const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const bytesOf = (value: string) => new TextEncoder().encode(value);

/** Signed bundles are left out: a rewritten one fails by its signature, whatever its page says. */
async function materials(): Promise<Material[]> {
  const folder = "fixtures/bundles/v1";
  const found: Material[] = [];
  for (const file of readdirSync(folder)) {
    const files: Bundle = unzipStrict(new Uint8Array(gunzipSync(readFileSync(`${folder}/${file}`))));
    const laboratory = file.replace(".zip.gz", "");
    if (laboratory === "harvest") continue;
    const today = await anew(files);
    const kept: Material[] = files.has("signature.dsse.json") ? [] : [{ laboratory, form: "as kept", files }];
    found.push(...kept, { laboratory, form: "as written today", files: today });
  }
  return found;
}

async function anew(files: Bundle): Promise<Bundle> {
  const request = files.get("data/request.json")!;
  const write = await pageWriter(request, null);
  const parts = Array.from({ length: findingCount(files.keys())! }, (_, n) => {
    const at = `data/${findingFolder(n)}`;
    const [finding, study] = [files.get(`${at}finding.json`)!, files.get(`${at}validation.json`) ?? null];
    const written = write({ finding, study });
    return {
      finding: decodeFinding(finding, "finding"),
      page: written.page,
      validation: study,
      figures: written.figures,
    };
  });
  return makeBundle({ parts, request: decodeRequest(request, "request") });
}

const random = prng("validation/page-edits", values.seed);
const pick = <T>(from: readonly T[]): T => from[random.below(from.length)]!;
const WORDS = [
  "not",
  "very",
  "strong",
  "weak",
  "no",
  "all",
  "extremely strong support",
  "1",
  "0.001",
  "reference",
  "suspect",
  "never",
];
const HIDDEN = [
  "<p hidden>The two models are the same.</p>",
  '<span class="govuk-visually-hidden">It is certain.</span>',
  "<!-- the accused is guilty -->",
  '<p style="position:absolute;left:-9999px">one in a billion</p>',
  "<script>document.title='Guilty'</script>",
  "<style>.app-conclusion p{display:none}</style>",
  "\u200b",
  "\u202e",
  " ",
];

/** Places where a regular expression finds something, one of them at random. */
function at(source: string, pattern: RegExp): { from: number; to: number } | null {
  const found = [...source.matchAll(pattern)];
  if (found.length === 0) return null;
  const hit = pick(found);
  return { from: hit.index, to: hit.index + hit[0].length };
}
const put = (source: string, { from, to }: { from: number; to: number }, by: string) =>
  source.slice(0, from) + by + source.slice(to);

/** Each kind changes a text; null where there is nothing of the kind in it. */
const IN_TEXT: Record<string, (source: string) => string | null> = {
  "a word": (s) => {
    const p = at(s, /(?<=>[^<]*)\b[A-Za-z]{2,}\b(?=[^<>]*<)/g);
    return p && put(s, p, pick(WORDS));
  },
  "a word put in": (s) => {
    const p = at(s, /(?<=>[^<]*) (?=[^<>]*<)/g);
    return p && put(s, p, ` ${pick(WORDS)} `);
  },
  "a word left out": (s) => {
    const p = at(s, /(?<=>[^<]*)\b[A-Za-z]{2,}\b (?=[^<>]*<)/g);
    return p && put(s, p, "");
  },
  "a figure of a number": (s) => {
    const p = at(s, /(?<=>[^<]*)\d(?=[^<>]*<)/g);
    return p && put(s, p, String((Number(s[p.from]) + 1 + random.below(9)) % 10));
  },
  "an attribute": (s) => {
    const p = at(s, /(?<==")[^"<>]+(?=")/g);
    return p && put(s, p, pick(["#", "hidden", "javascript:0", "govuk-tag--red", `${s.slice(p.from, p.to)}x`]));
  },
  "an attribute put in": (s) => {
    const p = at(s, /(?<=<[a-z]+)(?=[ >])/g);
    return p && put(s, p, pick([' hidden=""', ' title="certain"', ' aria-hidden="true"', ' style="display:none"']));
  },
  "hidden text": (s) => {
    const p = at(s, /(?<=<\/(?:p|h2|h3|li|td|dd|div)>)/g);
    return p && put(s, p, pick(HIDDEN));
  },
  "an element left out": (s) => {
    const p = at(s, /<(p|li|td|h2)\b[^>]*>[^<]*<\/\1>/g);
    return p && put(s, p, "");
  },
  "two elements exchanged": (s) => {
    const found = [...s.matchAll(/<(p|li|td|dd)\b[^>]*>[^<]*<\/\1>/g)];
    if (found.length < 2) return null;
    const [i, j] = [random.below(found.length), random.below(found.length)].sort((a, b) => a - b) as [number, number];
    const [a, b] = [found[i]!, found[j]!];
    if (a[0] === b[0]) return null;
    return s.slice(0, a.index) + b[0] + s.slice(a.index + a[0].length, b.index) + a[0] + s.slice(b.index + b[0].length);
  },
  "the style sheet": (s) => {
    const from = s.indexOf("<style>") + 7;
    const p = at(s.slice(from, s.indexOf("</style>")), /[{};]/g);
    return p && put(s, { from: from + p.from, to: from + p.to }, "{display:none}");
  },
  "a drawing in the page": (s) => {
    const p = at(s, /(?<= (?:x|y|cx|cy|width|height|d|x1|x2|y1|y2|transform)="[^"]*)\d(?=[^"]*")/g);
    return p && put(s, p, String((Number(s[p.from]) + 1 + random.below(9)) % 10));
  },
  "a byte": (s) => {
    const i = random.below(s.length);
    return put(s, { from: i, to: i + 1 }, String.fromCharCode(97 + random.below(26)));
  },
  "its head or end": (s) =>
    pick([
      (t: string) => `\ufeff${t}`,
      (t: string) => `${t}\n`,
      (t: string) => t.replaceAll("\n", "\r\n"),
      (t: string) => `${t}${pick(HIDDEN)}`,
      (t: string) => t.normalize("NFD"),
    ])(s),
};

const IN_DRAWING: Record<string, (source: string) => string | null> = {
  "a number": (s) => {
    const p = at(s, /\d/g);
    return p && put(s, p, String((Number(s[p.from]) + 1 + random.below(9)) % 10));
  },
  "a line": (s) => {
    const p = at(s, /[^\n]+\n/g);
    return p && put(s, p, "");
  },
  "a byte": (s) => {
    const i = random.below(Math.max(1, s.length));
    return put(s, { from: i, to: i + 1 }, pick(["x", " ", "9"]));
  },
};

/** One edit of one page with its figures; null where it would have changed nothing. */
function edit({ files }: Material, all: readonly Material[]): { kind: string; payload: Bundle } | null {
  const payload: Bundle = new Map(
    [...files].filter(([path]) => path.startsWith("data/")).map(([path, bytes]) => [path.slice(5), bytes]),
  );
  const folder = findingFolder(random.below(findingCount(files.keys())!));
  const page = `${folder}page.html`;
  const drawings = [...payload.keys()].filter((path) => path.startsWith(`${folder}figures/`));
  const way = random.below(10);
  if (way < 6) return inside(payload, page, "page", IN_TEXT);
  if (way < 8 && drawings.length > 0) return inside(payload, pick(drawings), "figure file", IN_DRAWING);
  if (way === 8) {
    const other = pick(all).files;
    const from = pick([...other.keys()].filter((path) => path.endsWith("page.html")));
    return replaced(payload, page, other.get(from)!, "page of another finding");
  }
  if (drawings.length === 0) return null;
  const name = pick(drawings).replace(/\.(svg|csv)$/, "");
  const others = [
    ...new Set(
      [...payload.keys()].filter((path) => path.includes("figures/")).map((path) => path.replace(/\.(svg|csv)$/, "")),
    ),
  ].filter((each) => each !== name);
  if (random.below(2) === 0 && others.length > 0) {
    const other = pick(others);
    const changed = replaced(payload, `${name}.svg`, payload.get(`${other}.svg`)!, "figure of another place");
    payload.set(`${name}.csv`, payload.get(`${other}.csv`)!);
    return changed;
  }
  const added = random.below(2) === 0;
  for (const end of ["svg", "csv"])
    added ? payload.set(`${name}-2.${end}`, payload.get(`${name}.${end}`)!) : payload.delete(`${name}.${end}`);
  return { kind: added ? "figure put in" : "figure left out", payload };
}

function inside(payload: Bundle, path: string, what: string, kinds: Record<string, (source: string) => string | null>) {
  const [name, change] = pick(Object.entries(kinds));
  const changed = change(text(payload.get(path)!));
  return changed === null ? null : replaced(payload, path, bytesOf(changed), `${what}: ${name}`);
}

function replaced(payload: Bundle, path: string, bytes: Uint8Array, kind: string) {
  const before = payload.get(path)!;
  if (before.length === bytes.length && before.every((byte, i) => byte === bytes[i])) return null;
  payload.set(path, bytes);
  return { kind, payload };
}

/** Every list rewritten, every label kept that still speaks of the bundle. */
function packed(files: Bundle, payload: Bundle): Bundle {
  const { "Payload-Oxum": _, ...info } = Object.fromEntries(readBagInfo(files));
  return packBag(payload, info);
}

/** A page is written once for each finding, request and study, as writing is a function of these; all else is done anew. */
const written = new Map<string, ReturnType<Writer["page"]>>();
async function checkedPages(files: Bundle) {
  const writer = await writerOf(files, null);
  const page: Writer["page"] = (part) => {
    const digests = [part.finding, part.request, part.study ?? new Uint8Array()].map((bytes) => sha256Hex(bytes));
    const key = [writer.name, ...digests, part.keyId].join();
    if (!written.has(key)) written.set(key, writer.page(part));
    return written.get(key)!;
  };
  return checkPagesBy({ ...writer, page }, files, null);
}

async function verdict(files: Bundle): Promise<"holds" | "fails" | "not checked"> {
  const report = verifyBundle(files);
  const checks = [...report.checks, ...(report.holds ? await checkedPages(files) : [])];
  if (checks.every((check) => check.holds)) return "holds";
  return checks.some((check) => !check.holds && check.checked !== false) ? "fails" : "not checked";
}

const all = await materials();
const rows = new Map<string, { laboratory: string; form: string; edits: number; missed: number; notChecked: number }>();
const kinds = new Map<string, { edits: number; missed: number }>();
const unedited: string[] = [];
for (const { laboratory, form, files } of all) {
  rows.set(`${laboratory}/${form}`, { laboratory, form, edits: 0, missed: 0, notChecked: 0 });
  const same = await verdict(
    packed(files, new Map([...files].filter(([p]) => p.startsWith("data/")).map(([p, b]) => [p.slice(5), b]))),
  );
  if (same !== "holds") unedited.push(`${laboratory} ${form}: ${same}`);
}
let done = 0;
const until = performance.now() + Number(values.minutes) * 60_000;
while (done < EDITS && performance.now() < until) {
  const material = all[done % all.length]!;
  const edited = edit(material, all);
  if (edited === null) continue;
  const came = await verdict(packed(material.files, edited.payload));
  const row = rows.get(`${material.laboratory}/${material.form}`)!;
  const kind = kinds.get(edited.kind) ?? { edits: 0, missed: 0 };
  row.edits++;
  kind.edits++;
  if (came === "holds") {
    row.missed++;
    kind.missed++;
    process.stderr.write(`missed: ${material.laboratory}, ${material.form}, ${edited.kind}\n`);
  }
  if (came === "not checked") row.notChecked++;
  kinds.set(edited.kind, kind);
  done++;
  if (done % 500 === 0) process.stderr.write(`${done} of ${EDITS}\n`);
}
const summary = {
  type: "assay/page-edits/v1",
  seed: values.seed,
  edits: done,
  missed: [...rows.values()].reduce((total, row) => total + row.missed, 0),
  uneditedThatDoNotHold: unedited,
  byPage: [...rows.values()],
  byKind: [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, counts]) => ({ kind, ...counts })),
};
const out = `${JSON.stringify(summary, null, 2)}\n`;
if (values.write) writeFileSync("validation/page-edits.json", out);
process.stdout.write(out);
