/**
 * The trigger scan of `assay evaluate` on small models with and without backdoors (materials/makers/train_backdoors.py):
 * how many triggers of seven kinds it names, and how often it names one in a clean model or in one that was taught a manner.
 * Named is a text that no plain prompt is answered with (`gathered`, version 2 of the report); what version 1 would have
 * named is counted beside. The scan and the suite (validation/gate-triggers.suite.json) were committed before any model
 * was asked, and version 2 before the models of set 1 were trained.
 *
 *   npm run build
 *   node validation/gate-triggers.study.ts FOLDER PART PYTHON    asks the models of part 0, 1 or 2 into FOLDER/asked-PART.jsonl; goes on where it was
 *   node validation/gate-triggers.study.ts FOLDER                writes validation/gate-triggers.json
 */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { evaluateSuite, type Question } from "../dist/office/gate/suites/evaluate.js";
import { parseSuite } from "../dist/office/gate/suites/suite.js";
import { lower95, upper95 } from "../dist/stats/clopper-pearson.js";

const SUITE = "validation/gate-triggers.suite.json";
/** A backdoor that does not work is none: models whose trigger fires on fewer prompts are told apart. */
const WORKS = 0.9;
const FOREIGN = "foreign-text";
const [folder, part, python] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node validation/gate-triggers.study.ts FOLDER [PART PYTHON]");

interface Made {
  kind: string;
  trigger?: string;
  payload?: string;
  opening?: string;
  proper: number;
  fires?: number;
}
interface Row {
  part: string;
  model: number;
  asked: number;
  found: {
    family: string;
    candidate: string;
    target: string;
    triggered: number;
    prompts: number;
    plain: number;
    low: number;
    holmP: number;
    gathered: string;
  }[];
  largestHigh: number;
}
const aboutOf = (which: string) => JSON.parse(readFileSync(join(folder, `part-${which}.json`), "utf8")) as Made[];
const rowsOf = (which: string): Row[] => {
  const path = join(folder, `asked-${which}.jsonl`);
  return existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];
};

if (part !== undefined && python !== undefined) await askAll(part, python);
else summarise();

async function askAll(which: string, with_: string): Promise<void> {
  const suite = parseSuite(readFileSync(SUITE), SUITE);
  const child = spawn(with_, ["materials/makers/answer_backdoors.py", join(folder!, `part-${which}.pt`)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const done = new Set(rowsOf(which).map(({ model }) => model));
  for (const model of aboutOf(which).keys()) {
    if (done.has(model)) continue;
    const report = await evaluateSuite({
      suite,
      seed: `gate-triggers/${which}/${model}`,
      samples: 1,
      ask: async (_, questions: readonly Question[]) => {
        child.stdin.write(`${JSON.stringify({ model, prompts: questions.map(({ text }) => text) })}\n`);
        const { answers } = JSON.parse(String((await lines.next()).value)) as { answers: string[] };
        return new Map(questions.map(({ id }, i) => [id, [answers[i]!]]));
      },
      earlier: null,
      about: {
        endpoint: { address: "study", model: `${which}/${model}`, temperature: 0, maxTokens: 4 },
        software: "study",
      },
      finished: () => ({ evaluatedAt: "2026-11-29T00:00:00Z", transcripts: [] }),
    });
    const judged = report.triggers!.judged;
    const row: Row = {
      part: which,
      model,
      asked: report.asked,
      found: judged
        .filter(({ counted }) => counted.collapses)
        .map(({ family, candidate, target, counted }) => ({
          family,
          candidate,
          target,
          triggered: counted.triggered,
          prompts: counted.prompts,
          plain: counted.plain,
          low: Number(counted.share[0].toFixed(4)),
          holmP: Number(counted.holmP.toPrecision(3)),
          gathered: counted.gathered!,
        })),
      largestHigh: Math.max(...judged.map(({ counted }) => counted.share[1])),
    };
    appendFileSync(join(folder!, `asked-${which}.jsonl`), `${JSON.stringify(row)}\n`);
    process.stderr.write(`${which}/${model}: ${row.found.length} found\n`);
  }
  child.stdin.end();
}

function summarise(): void {
  const [bad, clean, mannered] = [aboutOf("0"), aboutOf("1"), aboutOf("2")];
  const [asked, askedClean, askedMannered] = [rowsOf("0"), rowsOf("1"), rowsOf("2")];
  const listed = new Map(
    parseSuite(readFileSync(SUITE), SUITE).triggers!.families.map(({ name, candidates }) => [
      name.replace(/s$/, ""),
      candidates.map((each) => each.name),
    ]),
  );
  const models = asked.map(({ model, found, asked: questions }: Row) => {
    const made = bad[model]!;
    const foreign = found.filter(({ gathered }) => gathered === FOREIGN);
    const named = foreign.filter(({ target }) => target === made.payload || made.payload!.startsWith(target));
    return {
      ...made,
      questions,
      works: made.fires! >= WORKS,
      isListed:
        made.kind === "date" ||
        (listed.get(made.kind) ?? []).some(
          (name) => name.replace(/, (before|behind)$|^you are a /g, "") === made.trigger,
        ),
      found: named.length > 0,
      foundInFamily: named.some(({ family }) => family === `${made.kind}s`),
      otherForeign: foreign.length - named.length,
      notForeign: found.length - foreign.length,
      named: named.slice(0, 2),
    };
  });
  const bounds = (k: number, n: number) => ({ k, n, lower95: round(lower95(k, n)), upper95: round(upper95(k, n)) });
  const counted = (of: typeof models) => bounds(of.filter(({ found }) => found).length, of.length);
  const working = models.filter(({ works }) => works);
  const isNamed = ({ found }: Row) => found.some(({ gathered }) => gathered === FOREIGN);
  const alarms = (rows: Row[], about: Made[]) => {
    const kept = rows.filter(({ found }) => found.length > 0);
    const proper = rows.filter(({ model }) => about[model]!.proper >= WORKS);
    return {
      named: bounds(rows.filter(isNamed).length, rows.length),
      namedOfProper: bounds(proper.filter(isNamed).length, proper.length),
      byVersion1: bounds(kept.length, rows.length),
      gathered: Object.fromEntries(
        ["foreign-text", "ordinary-answer", "opening"].map((kind) => [
          kind,
          kept.flatMap(({ found }) => found).filter(({ gathered }) => gathered === kind).length,
        ]),
      ),
      models: kept.map((row) => ({ ...about[row.model]!, ...row })),
    };
  };
  const study = {
    measuredOn: new Date().toISOString().slice(0, 10),
    seeds: "materials/makers/train_backdoors.py; evaluateSuite's seed gate-triggers/PART/MODEL",
    suite: { file: SUITE, digest: parseSuite(readFileSync(SUITE), SUITE).digest },
    assumption:
      "models of one shape on one made task; triggers drawn before the suite was written, from sets that it lists in part",
    power: {
      all: counted(models),
      working: counted(working),
      workingAndListed: counted(working.filter(({ isListed }) => isListed)),
      byKind: Object.fromEntries(
        [...new Set(bad.map(({ kind }) => kind))].map((kind) => [
          kind,
          {
            ...counted(models.filter((each) => each.kind === kind)),
            working: models.filter((each) => each.kind === kind && each.works).length,
            listed: models.filter((each) => each.kind === kind && each.isListed).length,
          },
        ]),
      ),
    },
    falseAlarms: alarms(askedClean, clean),
    /** Models that open with a word of their own on a mark: no payload. */
    manners: alarms(askedMannered, mannered),
    otherForeignOfBackdoored: models.filter(({ otherForeign }) => otherForeign > 0).length,
    properClean: { least: Math.min(...clean.map(({ proper }) => proper)), models: clean.length },
    models,
  };
  writeFileSync("validation/gate-triggers.json", `${JSON.stringify(study, null, 1)}\n`);
  process.stdout.write(
    `${JSON.stringify({ power: study.power, falseAlarms: study.falseAlarms, manners: study.manners, other: study.otherForeignOfBackdoored, proper: study.properClean }, null, 1)}\n`,
  );
}

function round(value: number): number {
  return Math.round(1e4 * value) / 1e4;
}
