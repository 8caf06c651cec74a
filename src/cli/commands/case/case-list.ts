/** The index across cases: made, brought up to date, asked. */
import { Command, InvalidArgumentError, Option } from "commander";
import { CASES_A_PAGE, CASES_A_PAGE_MAX, listCases } from "../../../app/docket/index/list-cases.js";
import { type CaseIndex, INDEX_FILE, openCaseIndex } from "../../../app/docket/index/open-index.js";
import { type Refreshed, refreshIndex } from "../../../app/docket/index/refresh-index.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { AssayError, quoted } from "../../../base/error.js";
import { unixSeconds } from "../../../host/moment.js";
import { ROLES, type Role } from "../../../office/docket/pack/names.js";
import { visibleText } from "../../../report/visible-text.js";
import { DOES_NOT_HOLD } from "./common.js";

const WHERE_IT_LIES = `The index is ${INDEX_FILE} beside the cases (SQLite), or the PostgreSQL database of DATABASE_URL. It holds nothing that the cases do not, and can be thrown away.`;

/** The verbs `index` and `list`. */
export function listCommands(): Command[] {
  return [indexCommand(), listCommand()];
}

async function withIndex<T>(folder: string, rebuild: boolean, work: (index: CaseIndex) => Promise<T>): Promise<T> {
  const databaseUrl = process.env.DATABASE_URL || undefined;
  const index = await openCaseIndex(folder, { databaseUrl, rebuild }).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof AssayError || !/^(ENOENT|ENOTDIR|ERR_SQLITE_ERROR)$/.test(error.code ?? "")) throw error;
    throw new AssayError("NOT_FOUND", `case: expected a folder of cases at ${quoted(folder)}`);
  });
  try {
    return await work(index);
  } finally {
    await index.database.close();
  }
}

async function refreshed(index: CaseIndex): Promise<Refreshed> {
  let next = Date.now() + 60_000;
  const told = await refreshIndex(index, (done, of) => {
    if (Date.now() < next) return;
    next = Date.now() + 60_000;
    process.stderr.write(`${done} of ${of} cases read\n`);
  });
  for (const { folder, says } of told.faults)
    process.stderr.write(`${visibleText(folder)}: not listed as it stands: ${visibleText(says)}\n`);
  return told;
}

function indexCommand(): Command {
  return new Command("index")
    .argument("<folder>", "the folder whose subfolders are cases")
    .description("Make the index across cases, or bring it up to date.")
    .option("--rebuild", "throw the index away and make it anew")
    .option("--json", "print one record as JSON")
    .addHelpText("after", `\n${WHERE_IT_LIES}\n\nExample:\n  $ assay case index ./docket`)
    .action(async (folder: string, { rebuild, json }: { rebuild?: boolean; json?: boolean }) => {
      const told = await withIndex(folder, rebuild ?? false, refreshed);
      const { cases, changed, gone, faults } = told;
      if (json) process.stdout.write(`${JSON.stringify({ type: "assay/case-index/v1", ...told })}\n`);
      else process.stdout.write(`${cases} cases, ${changed} read, ${gone} gone, ${faults.length} faults\n`);
      if (faults.length > 0) process.exitCode = DOES_NOT_HOLD;
    });
}

interface ListOptions {
  id?: string;
  party?: string;
  role?: Role;
  state?: string;
  due?: string;
  timer?: string;
  model?: string;
  at?: string;
  limit: number;
  after?: string;
  refresh: boolean;
  json?: boolean;
}

const seconds = (moment: string | undefined, option: string) =>
  moment === undefined ? undefined : Date.parse(momentOf(moment, option)) / 1000;

function page(text: string): number {
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) < 1 || Number(text) > CASES_A_PAGE_MAX)
    throw new InvalidArgumentError(`expected 1 to ${CASES_A_PAGE_MAX}.`);
  return Number(text);
}

function listCommand(): Command {
  return new Command("list")
    .argument("<folder>", "the folder whose subfolders are cases")
    .description("List cases by party, state, time or model, from the index, which is brought up to date first.")
    .option("--id <id>", "this case")
    .option("--party <name>", "cases with this party, in small or capital letters")
    .addOption(new Option("--role <role>", "the party's role in the case").choices([...ROLES]))
    .option("--state <state>", "cases that stand so, such as response")
    .option("--due <moment>", "cases of which a time ends by then, UTC; the next first")
    .option("--timer <time>", "which time ends, such as response")
    .option("--model <id>", "cases that speak of this model: as reference, as suspect, or in an order")
    .option("--at <moment>", "as they will stand at this time, UTC, if nothing more is entered (default: now)")
    .option("--limit <number>", "cases a page", page, CASES_A_PAGE)
    .option("--after <place>", "the next page, as the page before printed it")
    .option("--no-refresh", "answer from the index as it is")
    .option("--json", "print one record a case as JSON")
    .addHelpText(
      "after",
      `\n${WHERE_IT_LIES}\n\nExample:\n  $ assay case list ./docket --party "Aldgate Labs" --state response --due 2026-06-30T00:00:00Z`,
    )
    .action(async (folder: string, options: ListOptions) => {
      const { id, party, role, state, timer, model, limit, after } = options;
      const query = { id, party, role, state, timer, model, limit, after };
      const times = { dueBy: seconds(options.due, "--due"), at: seconds(options.at, "--at") };
      const answer = await withIndex(folder, false, async (index) => {
        if (options.refresh) await refreshed(index);
        return listCases(index, { ...query, ...times }, unixSeconds());
      });
      for (const each of answer.cases) {
        const between = [each.complainant, each.respondent].filter((name) => name !== "").join(" v. ");
        const next = each.next ? `; ${each.next.timer} by ${each.next.due}` : "";
        process.stdout.write(
          options.json
            ? `${JSON.stringify(each)}\n`
            : `${each.case}  ${between === "" ? "" : `${between}: `}${each.state}${next}${each.rehearsal ? " (rehearsal)" : ""}\n`,
        );
      }
      if (answer.cases.length === 0 && !options.json) process.stderr.write("no case fits\n");
      if (answer.after !== null) process.stderr.write(`more: --after ${answer.after}\n`);
    });
}
