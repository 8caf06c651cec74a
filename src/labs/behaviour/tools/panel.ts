/** `assay panel check`: what a panel of transcripts can carry, before a query is paid for. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { loadStudy } from "../../../app/studies.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { openPanel, PANEL_STATEMENT_FILE, readTranscriptFile } from "../../../host/answers/transcripts.js";
import { firstAnswers } from "../../../transcript/transcript.js";
import { ORIGIN_STUDY } from "../common-origin/method.js";
import { checkPanel, type PanelCheck, readPanelStatement } from "../panel/panel-check.js";
import { type Member, seatPanel, startsKept, startsOf } from "../panel/seat-panel.js";

/** Of panel.json (CWE-770). */
const STATEMENT_BYTES_MAX = 4 * 1024 * 1024;

interface Options {
  count?: string;
  priceInput?: string;
  priceOutput?: string;
  json?: boolean;
}

/** Its verb `check` asks nobody and judges no pair. */
export function panelCommand(): Command {
  return new Command("panel").addCommand(
    new Command("check")
      .description("What a panel can carry: families, bounds, the lead asked, and what asking two sides costs.")
      .argument("<folder>", "transcripts of presumed-unrelated models, with lineage.json, prompts.json and panel.json")
      .option("--count <n>", "prompts that will be asked; all that the panel answered where absent")
      .option("--price-input <price>", "per million tokens, for the cost")
      .option("--price-output <price>", "per million tokens, for the cost")
      .option("--json", "print one JSON object, nothing else")
      .addHelpText(
        "after",
        `
Examples:
  $ assay panel check panel/
  $ assay panel check panel/ --count 200 --price-input 3 --price-output 15 --json

The format of a contributed panel: docs/panels.md. Exit status 0 whatever the panel can carry; what is short is listed.`,
      )
      .action(async (folder: string, options: Options) => {
        const check = await checkFolder(folder, options);
        process.stdout.write(options.json ? `${JSON.stringify(check)}\n` : `${linesOf(check).join("\n")}\n`);
      }),
  );
}

async function checkFolder(folder: string, options: Options): Promise<PanelCheck> {
  const number = (name: string, given: string | undefined) => {
    if (given === undefined) return null;
    const value = Number(given);
    if (!Number.isFinite(value) || value < 0)
      throw new AssayError("USAGE", `panel check: expected --${name} to be a number from 0, got ${given}`);
    return value;
  };
  const [planned, input, output] = [
    number("count", options.count),
    number("price-input", options.priceInput),
    number("price-output", options.priceOutput),
  ];
  if ((input === null) !== (output === null))
    throw new AssayError("USAGE", "panel check: expected --price-input and --price-output together, got one of them");
  const statement = await statementOf(folder);
  const panel = await openPanel(folder);
  const prompts = new Map(panel.prompts);
  const members: Member[] = [];
  const answered: ReadonlySet<string>[] = [];
  for (const at of panel.members) {
    const { name, root, transcript } = await readTranscriptFile(at);
    const first = firstAnswers(transcript);
    for (const [id, { prompt }] of first) if (prompt !== null && !prompts.has(id)) prompts.set(id, prompt);
    const texts = new Map([...first].map(([id, { text }]) => [id, text]));
    members.push({
      name,
      root,
      place: 0,
      own: false,
      answered: 0,
      starts: startsKept(startsOf({ name, root, texts })),
    });
    answered.push(new Set(first.keys()));
  }
  const seated = seatPanel({
    siblings: 0,
    releases: 0,
    members,
    promptIds: [],
    bases: panel.bases,
    coverage: 0,
  });
  const study = await loadStudy(ORIGIN_STUDY);
  return checkPanel({
    members: seated.panel.map(({ name }, i) => ({ name, family: seated.cast.groups[2 + i]!, answered: answered[i]! })),
    labelled: panel.bases !== null,
    statement,
    prompts,
    validation: study?.summary ?? null,
    planned,
    prices: input === null || output === null ? null : { input, output },
  });
}

async function statementOf(folder: string) {
  const path = join(folder, PANEL_STATEMENT_FILE);
  const info = await stat(path).catch(() => null);
  if (info === null) return null;
  if (info.size > STATEMENT_BYTES_MAX)
    throw new AssayError("LIMIT", `panel.json: expected at most ${STATEMENT_BYTES_MAX} bytes, got ${info.size}`);
  return readPanelStatement(parseStrictJson(await readFile(path, "utf8"), PANEL_STATEMENT_FILE));
}

function linesOf(check: PanelCheck): string[] {
  const { cost } = check;
  return [
    `${check.models} models of ${check.families} independent families, ${check.prompts} prompts in common`,
    `an unrelated suspect comes first at most once in ${check.families + 1}, for each try, if exchangeable with them`,
    check.log10Cap === null
      ? "no study of this version is at hand"
      : `a finding can say a ratio of 10^${(check.log10Ratio ?? 0).toFixed(2)} with this panel for one try at the most (the study's cap: 10^${check.log10Cap.toFixed(2)}); ${check.triesMax === 0 ? "nothing is left for any" : `above 1 for up to ${check.triesMax}`}`,
    ...check.margin.map(({ prompts, lead }) => `with ${prompts} prompts a lead of ${lead.toFixed(2)} is asked`),
    ...(cost === null
      ? []
      : [
          `asking two sides ${cost.prompts} prompts: about ${cost.inputTokens} tokens in, ${cost.outputTokens} out${cost.cost === null ? "" : `, ${cost.cost.toFixed(2)} in all`} (an estimate)`,
        ]),
    ...(check.statement === null
      ? []
      : [`licence ${check.statement.licence}; collected ${check.statement.from} to ${check.statement.to}`]),
    ...check.faults.map((fault) => `short: ${fault}`),
  ];
}
