/**
 * Random edits of pages and figures, every list of the bundle rewritten so that each digest holds: how many does plain
 * `verify` miss? Material: the bundles under fixtures/bundles, as they were made and with the same findings' pages
 * written by this version. In memory, by the functions that `assay verify` calls; a page is written once for each
 * finding, request and study, as writing is a function of these, and every other step is done for each edit.
 * node validation/runner/run.ts page-edits [--cache FILE] [--minutes N] [--shard i/n] [--write]
 */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { makeBundle } from "../dist/app/bundle/bundle.js";
import { findingCount, findingFolder } from "../dist/app/bundle/bundle-layout.js";
import { encodeMaker, MAKER_LABEL } from "../dist/app/bundle/maker.js";
import { verifyBundle } from "../dist/app/bundle/verify-bundle.js";
import { checkPagesAmong, type Writer, writersOf } from "../dist/app/pages/check-pages.js";
import { pageWriter } from "../dist/app/pages/write-page.js";
import { sha256Hex } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import { packBag, readBagInfo } from "../dist/evidence/bag.js";
import { decodeRequest } from "../dist/evidence/request.js";
import { unzipStrict } from "../dist/evidence/zip.js";
import { decodeFinding } from "../dist/finding/codec.js";
import { defineStudy, type Row } from "./runner/study.ts";
import { editOf, type Payload } from "./study/page-edit.ts";

/** Edits, over all pages. */
const EDITS = 10_000;
const SEED = "page-edits-2";
const FOLDER = "fixtures/bundles";

/** "v1/leak, as made": which bundle, and whether its pages are those it was made with. */
const [AS_MADE, TODAY] = [", as made", ", as written today"];
const AS_MADE_NOT = ["v1/harvest", "v1/weights", "v2/weights"];

type Bundle = Map<string, Uint8Array>;
interface Case {
  kind: "unedited" | "edited";
  bundle: string;
  /** Number of the edit in the bundle. */
  n: number;
}
interface Result {
  verdict: "holds" | "fails" | "not checked";
  /** What was edited, of which question's page; empty where nothing was. */
  edit: string;
  proposition: string;
}

const payloadOf = (files: Bundle): Payload =>
  new Map([...files].filter(([path]) => path.startsWith("data/")).map(([path, bytes]) => [path.slice(5), bytes]));

/** Names of the bundles; signatures are taken off: with one on, any rewriting fails already. */
const NAMES: readonly string[] = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".zip.gz"))
  .map((file) => file.replaceAll("\\", "/").replace(".zip.gz", ""))
  .sort()
  // Of harvest, version 1 wrote no bundle: its page was made for the fixture. A signed page names its key.
  .flatMap((name) => (AS_MADE_NOT.includes(name) ? [] : [`${name}${AS_MADE}`]).concat(`${name}${TODAY}`));

const made = new Map<string, Promise<Bundle>>();
function bundleOf(name: string): Promise<Bundle> {
  const known = made.get(name) ?? read(name);
  made.set(name, known);
  return known;
}

async function read(name: string): Promise<Bundle> {
  const file = name.replace(AS_MADE, "").replace(TODAY, "");
  const files = unzipStrict(new Uint8Array(gunzipSync(readFileSync(`${FOLDER}/${file}.zip.gz`))));
  return name.endsWith(TODAY) ? anew(files) : files;
}

async function anew(files: Bundle): Promise<Bundle> {
  const request = files.get("data/request.json")!;
  const write = await pageWriter(request, null);
  const parts = Array.from({ length: findingCount(files.keys())! }, (_, n) => {
    const at = `data/${findingFolder(n)}`;
    const [finding, validation] = [files.get(`${at}finding.json`)!, files.get(`${at}validation.json`) ?? null];
    const { page, figures } = write({ finding, study: validation });
    return { finding: decodeFinding(finding, "finding"), page, validation, figures };
  });
  return makeBundle({ parts, request: decodeRequest(request, "request") });
}

/** Every list written anew; with `maker`, another package is named as well, as who edits a page may do. */
function packed(files: Bundle, payload: Payload, maker: string | null): Bundle {
  const { "Payload-Oxum": _, ...info } = Object.fromEntries(readBagInfo(files));
  return packBag(payload, maker === null ? info : { ...info, [MAKER_LABEL]: maker });
}

const written = new Map<string, ReturnType<Writer["page"]>>();
const digests = new WeakMap<Uint8Array, string>();
/** An edit hands on the very bytes of what it leaves alone. */
function digestOf(bytes: Uint8Array): string {
  const known = digests.get(bytes) ?? sha256Hex(bytes);
  digests.set(bytes, known);
  return known;
}
async function* writers(files: Bundle): AsyncGenerator<Writer> {
  for await (const writer of writersOf(files, null)) {
    const page: Writer["page"] = (part) => {
      const key = [writer.name, ...[part.finding, part.request, part.study ?? EMPTY].map(digestOf)].join();
      if (!written.has(key)) written.set(key, writer.page(part));
      return written.get(key)!;
    };
    yield { ...writer, page };
  }
}

const EMPTY = new Uint8Array();

async function verdict(files: Bundle): Promise<Result["verdict"]> {
  const report = verifyBundle(files);
  const checks = [...report.checks, ...(report.holds ? await checkPagesAmong(writers(files), files, null) : [])];
  if (checks.every((check) => check.holds)) return "holds";
  return checks.some((check) => !check.holds && check.checked !== false) ? "fails" : "not checked";
}

const propositionOf = (files: Bundle, n: number): string =>
  JSON.parse(new TextDecoder().decode(files.get(`data/${findingFolder(n)}finding.json`)!)).proposition.id;

const counts = (rows: readonly Row<Case, Result>[], key: (row: Row<Case, Result>) => string) => {
  const of = new Map<string, { edits: number; missed: number; notChecked: number }>();
  for (const row of rows) {
    const at = of.get(key(row)) ?? { edits: 0, missed: 0, notChecked: 0 };
    at.edits++;
    if (row.result.verdict === "holds") at.missed++;
    if (row.result.verdict === "not checked") at.notChecked++;
    of.set(key(row), at);
  }
  return [...of].sort(([a], [b]) => (a < b ? -1 : 1));
};

export default defineStudy<Case, Result, ReturnType<typeof summarised>["json"]>({
  id: "page-edits",
  method: null,
  materials: {},
  kinds: [
    { name: "unedited", counted: "null" },
    { name: "edited", counted: "positive" },
  ],
  cases: () => [
    ...NAMES.map((bundle) => ({ kind: "unedited" as const, bundle, n: 0 })),
    ...Array.from({ length: EDITS }, (_, i) => ({
      kind: "edited" as const,
      bundle: NAMES[i % NAMES.length]!,
      n: Math.floor(i / NAMES.length),
    })),
  ],
  idOf: ({ kind, bundle, n }) => `${kind} ${bundle} ${n}`,
  async run({ kind, bundle, n }) {
    const files = await bundleOf(bundle);
    if (kind === "unedited")
      return { verdict: await verdict(packed(files, payloadOf(files), null)), edit: "", proposition: "" };
    const random = prng("validation/page-edits", `${SEED}/${bundle}/${n}`);
    const another = NAMES[random.below(NAMES.length)]!;
    const others = async () => payloadOf(await bundleOf(another));
    for (;;) {
      const finding = random.below(findingCount(files.keys())!);
      const edited = await editOf(payloadOf(files), findingFolder(finding), others, random);
      if (edited === null) continue;
      const maker = random.below(20) === 0 ? encodeMaker(OTHER) : null;
      const what = `${edited.kind}${maker === null ? "" : ", another package named"}`;
      return {
        verdict: await verdict(packed(files, edited.payload, maker)),
        edit: what,
        proposition: propositionOf(files, finding),
      };
    }
  },
  hit: ({ verdict }) => verdict !== "holds",
  summarise: summarised,
});

const OTHER = { name: "assay", version: "9.0.0", digest: `sha256:${"9".repeat(64)}` } as const;

function summarised({
  nulls,
  positives,
}: {
  nulls: readonly Row<Case, Result>[];
  positives: readonly Row<Case, Result>[];
}) {
  const seen = (rows: readonly Row<Case, Result>[]) => rows.filter(({ result }) => result.verdict !== "holds").length;
  const byQuestion = counts(positives, ({ result }) => result.proposition);
  const byBundle = counts(positives, ({ case: { bundle } }) => bundle);
  const byEdit = counts(positives, ({ result }) => result.edit);
  const named = (of: typeof byEdit, name: string) => of.map(([key, at]) => ({ [name]: key, ...at }));
  const table = (title: string, of: typeof byEdit) =>
    `| ${title} | edits | missed | not checked |\n|---|---|---|---|\n${of
      .map(([key, { edits, missed, notChecked }]) => `| ${key} | ${edits} | ${missed} | ${notChecked} |`)
      .join("\n")}\n`;
  const json = {
    type: "assay/page-edits/v2",
    seed: SEED,
    nulls: { pairs: nulls.length, accusedPairs: seen(nulls) },
    positives: { pairs: positives.length, foundPairs: seen(positives) },
    missed: positives.length - seen(positives),
    byQuestion: named(byQuestion, "question"),
    byBundle: named(byBundle, "bundle"),
    byEdit: named(byEdit, "edit"),
  };
  const tables = `# Edits of pages: tables\n\nWritten by \`node validation/runner/run.ts page-edits --write\`.\n\n${table("question", byQuestion)}\n${table("bundle", byBundle)}\n${table("edit", byEdit)}`;
  return { json, tables };
}
