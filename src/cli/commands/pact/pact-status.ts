/** Asking how a pact stands, and why. */
import { Command } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { pactStatus } from "../../../app/pact/status.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { StatedPact } from "../../../office/pact/fold/stated.js";
import { visibleText } from "../../../report/visible-text.js";

export function statusCommands(): Command[] {
  return [statusCommand(), explainCommand()];
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

async function statedOf(folder: string, logs: readonly string[], { at, policy, party }: Options): Promise<StatedPact> {
  const { stated } = await pactStatus({
    folder,
    logs,
    policy: policy === undefined ? null : await readPolicyFile(policy),
    at: at === undefined ? null : Date.parse(momentOf(at, "--at")) / 1000,
  });
  if (party === undefined) return stated;
  if (!stated.parties.some((each) => each.party === party))
    throw new AssayError("USAGE", `--party: expected a party of the pact, got ${quoted(party)}`);
  return {
    ...stated,
    parties: stated.parties.filter((each) => each.party === party),
    standings: stated.standings.filter((each) => each.party === party),
    measures: stated.measures.filter((each) => each.party === party),
  };
}

function statusCommand(): Command {
  return asking(new Command("status"))
    .description("How each party stands to each obligation: met, not met, unable to conclude, not yet due, reserved.")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay pact status ./accord ./register ./runs/lm-7b-01 --json\n\nA log that is not handed over, or does not hold, leaves what rests on it "unable to conclude".',
    )
    .action(async (folder: string, logs: string[], options: Options) => {
      const stated = await statedOf(folder, logs, options);
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
