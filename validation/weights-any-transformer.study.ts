/**
 * Whether models of whatever architecture are read, and rightly: small checkpoints of every transformer that the
 * `transformers` library makes from a configuration (materials/makers/tiny_transformers.py), each against its noisy
 * copy, an independent one, and one from the same default seed, through what the command prints with --json. Resumable:
 * one line a pair.
 *
 *   npm run build && node validation/weights-any-transformer.study.ts --made FOLDER --cache FILE [--minutes N] [--write]
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadStudies } from "../dist/app/studies.js";
import type { WeightsObservations } from "../dist/labs/weights/observations.js";
import { WEIGHTS_STUDIES } from "../dist/labs/weights/studies.js";
import { examineStored } from "../materials/weights/examine-stored.ts";

const { values } = parseArgs({
  options: {
    made: { type: "string", default: "" },
    cache: { type: "string", default: "any-transformer.jsonl" },
    minutes: { type: "string", default: "600" },
    write: { type: "boolean", default: false },
  },
});
const HOWS = ["copy", "independent", "one-seed"] as const;

interface Row {
  type: string;
  how: (typeof HOWS)[number];
  outcome: string;
  log10P: number | null;
  /** Share of the reference's values that was left out, and the largest parts of that. */
  leftOut: number;
  parts: string[];
  reason: string;
}

const studies = await loadStudies({ studies: WEIGHTS_STUDIES });
const rows = new Map(
  (existsSync(values.cache) ? readFileSync(values.cache, "utf8").split("\n").filter(Boolean) : [])
    .map((line) => JSON.parse(line) as Row)
    .map((row) => [`${row.type} ${row.how}`, row]),
);
if (values.write) write();
else await run();

async function run(): Promise<void> {
  const until = Date.now() + Number(values.minutes) * 60_000;
  const types = readdirSync(values.made, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []));
  for (const type of types.sort())
    for (const how of HOWS) {
      if (rows.has(`${type} ${how}`) || Date.now() > until) continue;
      const row = await examined(type, how);
      rows.set(`${type} ${how}`, row);
      appendFileSync(values.cache, `${JSON.stringify(row)}\n`);
    }
}

async function examined(type: string, how: Row["how"]): Promise<Row> {
  const [reference, suspect] = [join(values.made, type, "base"), join(values.made, type, how)];
  try {
    const [finding] = await examineStored({ reference, suspect, studies });
    const left = (finding!.observations as WeightsObservations | null)?.leftOut?.reference;
    return {
      type,
      how,
      outcome: finding!.outcome,
      log10P: finding!.tests.find(({ id }) => id === "combined")?.log10P ?? null,
      leftOut: left?.share ?? 0,
      parts: (left?.parts ?? []).slice(0, 3).map(({ part }) => part),
      reason: finding!.reason.slice(0, 300),
    };
  } catch (error) {
    return { type, how, outcome: "error", log10P: null, leftOut: 0, parts: [], reason: (error as Error).message };
  }
}

function write(): void {
  const types = [...new Set([...rows.values()].map(({ type }) => type))].sort();
  const of = (type: string, how: Row["how"]) => rows.get(`${type} ${how}`);
  const whole = types.filter((type) => HOWS.every((how) => of(type, how)));
  const refused = whole.filter((type) => of(type, "copy")!.outcome === "refused");
  const right = whole.filter(
    (type) =>
      of(type, "copy")!.outcome === "supports-hp" &&
      (["independent", "one-seed"] as const).every((how) => of(type, how)!.outcome !== "supports-hp"),
  );
  const accused = whole.filter((type) =>
    (["independent", "one-seed"] as const).some((how) => of(type, how)!.outcome === "supports-hp"),
  );
  const figure = (x: number | null) => (x === null ? "–" : x.toFixed(0));
  const lines = [
    "# Models of whatever architecture",
    "",
    "Written by `node validation/weights-any-transformer.study.ts --made FOLDER --cache FILE --write`; FOLDER is filled by `materials/makers/tiny_transformers.py`, which says what the columns are. Checkpoints of three layers and a width of 64 with weights that were drawn and given strong directions, not trained: the table says what is read and that no pair of independent ones is accused, nothing of power on trained models.",
    "",
    `${whole.length} architectures; ${right.length} read, their copies found and neither the independent model nor the one from the same seed accused; ${accused.length} accused; ${refused.length} refused.`,
    "",
    "| architecture | copy | log10 p | independent | one default seed | share left out | largest parts left out |",
    "|---|---|--:|---|---|--:|---|",
    ...whole.map((type) => {
      const [copy, independent, seed] = HOWS.map((how) => of(type, how)!);
      return `| ${type} | ${copy!.outcome} | ${figure(copy!.log10P)} | ${independent!.outcome} | ${seed!.outcome} | ${(100 * copy!.leftOut).toFixed(1)} % | ${copy!.parts.map((p) => p.replaceAll("|", "\\|")).join("; ")} |`;
    }),
    "",
    ...(refused.length > 0
      ? ["## Refused, and why", "", ...refused.map((type) => `* ${type}: ${of(type, "copy")!.reason}`), ""]
      : []),
  ];
  writeFileSync(new URL("weights-any-transformer.md", import.meta.url), lines.join("\n"));
  const compact = whole.map((type) => ({
    type,
    ...Object.fromEntries(HOWS.map((how) => [how, { outcome: of(type, how)!.outcome, log10P: of(type, how)!.log10P }])),
    leftOut: of(type, "copy")!.leftOut,
  }));
  writeFileSync(new URL("weights-any-transformer.json", import.meta.url), `${JSON.stringify(compact, null, 1)}\n`);
}
