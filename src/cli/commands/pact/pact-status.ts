/** Asking how a pact stands, and why. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { packPact } from "../../../app/pact/pact-bundle.js";
import { pactStatus } from "../../../app/pact/status.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { utf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { zip } from "../../../evidence/zip.js";
import { unixSeconds } from "../../../host/moment.js";
import { writeNewFile } from "../../../host/small-file.js";
import { writeWhole } from "../../../host/whole-file.js";
import type { StatedPact } from "../../../office/pact/fold/stated.js";
import { MAPPING, MODEL_PACT } from "../../../office/pact/model/shipped.js";
import type { Pact } from "../../../office/pact/schema/pact.js";
import { READERS } from "../../../report/pact/answers.js";
import { visibleText } from "../../../report/visible-text.js";

/** How a pact stands, why, and the bundle that others check. */
export function statusCommands(): Command[] {
  return [statusCommand(), explainCommand(), packCommand()];
}

interface Options {
  at?: string;
  policy?: string;
  party?: string;
  json?: boolean;
}

const asking = (command: Command) =>
  command
    .argument("<pact>", "the pact's folder")
    .argument("[logs...]", "registers, runs and cases that are handed over: folders, URLs, cases packed as zips")
    .option("--at <moment>", "as it stands at this time, UTC (default: now; in a rehearsal the latest entry)")
    .option("--policy <file>", "tlog-policy: which witnesses say when an entry was there")
    .option("--party <name>", "one party's standing")
    .option("--json", "print one record as JSON");

async function statedOf(folder: string, logs: readonly string[], { at, policy, party }: Options) {
  const { open, stated } = await pactStatus({
    folder,
    logs,
    policy: policy === undefined ? null : await readPolicyFile(policy),
    at: at === undefined ? null : Date.parse(momentOf(at, "--at")) / 1000,
  });
  if (party === undefined) return { open, stated };
  if (!stated.parties.some((each) => each.party === party))
    throw new AssayError("USAGE", `--party: expected a party of the pact, got ${quoted(party)}`);
  const own = <T extends { party: string }>(list: readonly T[]) => list.filter((each) => each.party === party);
  const narrowed: StatedPact = {
    ...stated,
    parties: own(stated.parties),
    standings: own(stated.standings),
    measures: own(stated.measures),
  };
  return { open, stated: narrowed };
}

async function writePages(out: string, stated: StatedPact, pact: Pact): Promise<void> {
  const { renderPactPage } = await import("../../../report/pact/pact-page.js");
  await mkdir(out, { recursive: true });
  const mapping = pact.digest === MODEL_PACT.digest ? MAPPING : null;
  for (const reader of READERS)
    await writeWhole(join(out, `${reader}.html`), utf8(renderPactPage(reader, stated, pact, mapping)));
  await writeWhole(join(out, "status.json"), utf8(`${JSON.stringify(stated)}\n`));
}

function statusCommand(): Command {
  return asking(new Command("status"))
    .description("How each party stands to each obligation: met, not met, unable to conclude, not yet due, reserved.")
    .option("--out <dir>", "write pages for ministers and for everyone, and the record, into this folder")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay pact status ./accord ./register ./runs/lm-7b-01 --json\n\nA log that is not handed over, or does not hold, leaves what rests on it "unable to conclude".',
    )
    .action(async (folder: string, logs: string[], options: Options & { out?: string }) => {
      const { open, stated } = await statedOf(folder, logs, options);
      if (options.out !== undefined) await writePages(options.out, stated, open.pact);
      if (options.json) process.stdout.write(`${JSON.stringify(stated)}\n`);
      else process.stdout.write(`${linesOf(stated).map(visibleText).join("\n")}\n`);
    });
}

function linesOf({ name, pact, asOf, sources, standings, reconciliation, asks, measures }: StatedPact): string[] {
  const lines = [`${name} (${pact.id}), as of ${asOf}`];
  for (const { log, origin, size, holds, says, behind } of sources)
    lines.push(`  ${log} ${origin}, ${size} entries: ${holds ? (behind ?? "holds") : `does not hold: ${says}`}`);
  for (const { party, obligation, standing, says } of standings)
    lines.push(`  ${party}, ${obligation}: ${standing}. ${says}`);
  for (const { ask, by, of, status, says } of asks)
    lines.push(`  inspection ${ask}, ${by} of ${of}: ${status}. ${says}`);
  lines.push(`  grants and receipts: ${reconciliation.matched} match, ${reconciliation.mismatches.length} do not`);
  for (const { says } of reconciliation.mismatches) lines.push(`    ${says}; no breach by itself`);
  for (const { measure, party, status, says } of measures)
    lines.push(`  measure ${measure}, ${party}: ${status}. ${says}`);
  return lines;
}

function explainCommand(): Command {
  return asking(new Command("explain"))
    .description("Why a party stands as it does: article, query in words, each occasion with its due time and entries.")
    .option("--obligation <id>", "one obligation")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay pact explain ./accord ./register --party aldgate-labs --obligation describe-data",
    )
    .action(async (folder: string, logs: string[], options: Options & { obligation?: string }) => {
      const { open, stated } = await pactStatus({
        folder,
        logs,
        policy: options.policy === undefined ? null : await readPolicyFile(options.policy),
        at: options.at === undefined ? null : Date.parse(momentOf(options.at, "--at")) / 1000,
      });
      const { party, obligation, json } = options;
      if (obligation !== undefined && !open.pact.obligations.has(obligation))
        throw new AssayError("USAGE", `--obligation: expected one of ${[...open.pact.obligations.keys()].join(", ")}`);
      if (party !== undefined && !stated.parties.some((each) => each.party === party))
        throw new AssayError("USAGE", `--party: expected a party of the pact, got ${quoted(party)}`);
      for (const standing of stated.standings) {
        if (party !== undefined && standing.party !== party) continue;
        if (obligation !== undefined && standing.obligation !== obligation) continue;
        const { article, title, text, looksFor, cannotSee, query } = open.pact.obligations.get(standing.obligation)!;
        if (json) {
          process.stdout.write(
            `${JSON.stringify({ type: "assay/pact-explanation/v1", asOf: stated.asOf, article, title, text, looksFor, cannotSee, query, ...standing })}\n`,
          );
          continue;
        }
        const lines = [
          `${standing.party}, article ${article}, ${title}: ${standing.standing}`,
          `  ${text}`,
          `  looked for: ${looksFor}`,
          `  cannot see: ${cannotSee}`,
          `  ${standing.says}`,
          ...standing.occasions.flatMap(({ at, computation, standing: one, says, rests }) => [
            `  occasion of ${at}: ${one}. ${says}`,
            `    due: ${computation}`,
            ...rests.map(
              ({ as, log, source, entry, kind, at: when }) =>
                `    ${as}: entry ${entry} (${kind}) of the ${log} ${source}, ${when}`,
            ),
          ]),
        ];
        process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
      }
    });
}

function packCommand(): Command {
  return new Command("pack")
    .argument("<pact>", "the pact's folder")
    .argument("[logs...]", "registers, runs and cases that are handed over: folders, URLs, cases packed as zips")
    .description("Pack the pact, and the facts that its logs give, into one zip that another party checks offline.")
    .requiredOption("--out <file>", "a new .zip")
    .option("--at <moment>", "state it as of this time, UTC (default: now)")
    .option("--policy <file>", "tlog-policy: which witnesses say when an entry was there")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay pact pack ./accord ./register --out accord.zip\n  $ assay verify accord.zip --recompute --inputs ./register",
    )
    .action(
      async (folder: string, logs: string[], { out, at, policy }: { out: string; at?: string; policy?: string }) => {
        const files = await packPact({
          folder,
          logs,
          policy: policy === undefined ? null : await readPolicyFile(policy),
          asOf: at === undefined ? unixSeconds() : Date.parse(momentOf(at, "--at")) / 1000,
        });
        await writeNewFile(out, zip(files));
        process.stderr.write(`${files.size} files\n`);
      },
    );
}
