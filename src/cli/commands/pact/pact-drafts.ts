/** Drafts of a pact: the model that ships, two drafts side by side, penalties as ranges. */
import { Command, InvalidArgumentError, Option } from "commander";
import { pactOf } from "../../../app/pact/pact-folder.js";
import { AssayError } from "../../../base/error.js";
import { readWhole } from "../../../host/whole-file.js";
import { diffPacts } from "../../../office/pact/diff.js";
import { MAPPING, MODEL_PACT, MODEL_PACT_TEXT } from "../../../office/pact/model/shipped.js";
import { SHIPPED_CAPS } from "../../../office/pact/penalty/cap.js";
import { FACTORS, type FactorId, type Grade, penaltyRange } from "../../../office/pact/penalty/penalty.js";
import { visibleText } from "../../../report/visible-text.js";

/** The model pact, two drafts side by side, penalties as ranges. */
export function draftCommands(): Command[] {
  return [modelCommand(), diffCommand(), penaltyCommand()];
}

const print = (lines: readonly string[]) => process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);

function modelCommand(): Command {
  return new Command("model")
    .description("The model pact: articles with their queries, arbitration, and what they have to do with law.")
    .option("--json", "print the pact as JSON, to start a draft from")
    .addHelpText("after", "\nExample:\n  $ assay pact model --json > draft.json")
    .action(({ json }: { json?: boolean }) => {
      if (json) {
        process.stdout.write(`${JSON.stringify(MODEL_PACT_TEXT, null, 2)}\n`);
        return;
      }
      const { data, digest } = MODEL_PACT;
      print([
        `${data.id}: ${data.title}`,
        digest,
        data.preamble,
        ...data.obligations.map(
          ({ article, title, text, looksFor }) => `${article}. ${title}. ${text}\n   Looked for: ${looksFor}`,
        ),
        ...data.inspections.map(({ article, kind, text }) => `${article}. Inspection, ${kind}. ${text}`),
        ...data.measures.map(({ article, text }) => `${article}. Measure. ${text}`),
        `18. Arbitration. ${data.arbitration.text} Rule pack: ${data.arbitration.pack}. Docket: ${data.arbitration.docket}.`,
        MAPPING.says,
        ...MAPPING.rows.map(
          ({ law, asks, obligations, how, status, source, seen }) =>
            `${law}: ${asks}. ${how === "none" ? "no obligation" : `${how}: ${obligations.join(", ")}`}. ${status}. Read: ${source}, ${seen}.`,
        ),
      ]);
    });
}

function diffCommand(): Command {
  return new Command("diff")
    .argument("<before>", "a draft: file")
    .argument("<after>", "another draft: file")
    .description("What changes from one draft to another, and for whom.")
    .option("--json", "print the differences as JSON")
    .addHelpText("after", "\nExample:\n  $ assay pact diff draft-1.json draft-2.json")
    .action(async (before: string, after: string, { json }: { json?: boolean }) => {
      const diff = diffPacts(pactOf(await readWhole(before), before), pactOf(await readWhole(after), after));
      if (json) process.stdout.write(`${JSON.stringify(diff)}\n`);
      else if (diff.changes.length === 0) print(["Nothing changes."]);
      else
        print(
          diff.changes.map(
            ({ what, id, change, for: whom, says, apart }) =>
              `${what} ${id} ${change}, for ${whom.join(" and ")}: ${says.join("; ")}${apart ? ". TEXT AND QUERY DID NOT CHANGE TOGETHER: read both" : ""}`,
          ),
        );
    });
}

interface PenaltyOptions {
  cap: string;
  turnover?: string;
  currency?: string;
  turnoverSource?: string;
  exchangeRate?: string;
  exchangeSource?: string;
  grade: Grade[];
  at?: string;
  json?: boolean;
}

function grade(text: string, before: Grade[]): Grade[] {
  const [, id, value, because] = /^([a-z]+)=([0-3])(?::(.+))?$/.exec(text) ?? [];
  if (!id || !FACTORS.includes(id as FactorId) || !because)
    throw new InvalidArgumentError(`expected such as gravity=2:why, of ${FACTORS.join(", ")}, 0 to 3`);
  return [...before, { id: id as FactorId, grade: Number(value) as Grade["grade"], because }];
}

function penaltyCommand(): Command {
  return new Command("penalty")
    .description(
      "A penalty as a range under a dated, sourced cap, with its reasons; no figure where an input is missing.",
    )
    .addOption(
      new Option("--cap <id>", "which statutory maximum").choices([...SHIPPED_CAPS.keys()]).makeOptionMandatory(),
    )
    .option("--turnover <amount>", "annual turnover in whole units")
    .option("--currency <code>", "its currency, such as EUR")
    .option("--turnover-source <text>", "where that figure was read")
    .option("--exchange-rate <rate>", "units of the cap's currency for one unit of the turnover's, such as 1.0852")
    .option("--exchange-source <text>", "where that rate was read, and of which day")
    .option(
      "--grade <factor=n:why>",
      `a graded factor with its reason; may be repeated: ${FACTORS.join(", ")}`,
      grade,
      [],
    )
    .option("--at <moment>", "day of the judgement, such as 2026-11-29")
    .option("--json", "print the range as JSON")
    .addHelpText(
      "after",
      `
Example:
  $ assay pact penalty --cap eu-ai-act-101 --turnover 2000000000 --currency EUR --turnover-source "annual report 2025" --grade "gravity=2:eleven models undeclared" --grade "cooperation=1:opened two runs" --at 2026-11-29

Factors that nobody grades widen the range. How grades become shares is this program's convention; no statute has it.`,
    )
    .action((options: PenaltyOptions) => {
      const {
        cap,
        turnover,
        currency,
        turnoverSource,
        exchangeRate: rate,
        exchangeSource: rateSource,
        grade: grades,
        at,
        json,
      } = options;
      const shipped = SHIPPED_CAPS.get(cap)!;
      if (at === undefined)
        throw new AssayError("USAGE", "--at: expected the day of the judgement, such as 2026-11-29");
      if (!/^\d{4}-\d\d-\d\d/.test(at)) throw new AssayError("USAGE", "--at: expected a day such as 2026-11-29");
      if (turnover !== undefined && turnoverSource === undefined)
        throw new AssayError("USAGE", "--turnover: expected --turnover-source beside it");
      if ((rate === undefined) !== (rateSource === undefined))
        throw new AssayError("USAGE", "--exchange-rate: expected --exchange-source beside it");
      const made = penaltyRange({
        cap: shipped,
        // A figure without a currency is no turnover.
        turnover:
          turnover === undefined || currency === undefined
            ? null
            : { value: turnover, currency, source: turnoverSource! },
        rate:
          rate === undefined || currency === undefined || shipped.currency === null
            ? null
            : { from: currency, to: shipped.currency, rate, source: rateSource! },
        grades,
        on: at.slice(0, 10),
      });
      if (json) {
        process.stdout.write(`${JSON.stringify(made)}\n`);
        return;
      }
      print([
        made.says,
        ...made.formula.map((each) => `  ${each}`),
        ...made.factors.map(
          ({ id, grade: given, because, weighs }) => `  ${id} ${given}, weighs ${weighs} the party: ${because}`,
        ),
        ...(made.ungraded.length > 0 ? [`  graded by nobody: ${made.ungraded.join(", ")}`] : []),
        `  ${made.cap.regime}: ${made.cap.text}. ${made.cap.status}${made.cap.inForce ? ` since ${made.cap.inForce}` : ""}. Read ${made.cap.seen}: ${made.cap.source}.${made.cap.note ? ` Note: ${made.cap.note}.` : ""}`,
      ]);
    });
}
