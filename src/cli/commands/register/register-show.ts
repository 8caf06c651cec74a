/** `assay register show|check|made-of|derives|descent`: what the register holds on a model, as words, JSON or a picture. */
import { Command } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { openRegister } from "../../../app/register/register.js";
import { descentOf, findModel, type ModelRecord, modelRecord } from "../../../app/register/register-record.js";
import { writeNewFile } from "../../../host/small-file.js";
import { evidenceText } from "../../../office/register/declarations/origin.js";
import { MODEL_ID, type ModelId } from "../../../office/register/declarations/vocabulary.js";
import { type DescentLink, STANDINGS } from "../../../office/register/descent.js";
import { lineage } from "../../../office/register/lineage.js";
import { ORDER_STATES } from "../../../office/register/orders/order-states.js";
import { REMARKS } from "../../../office/register/remarks.js";
import { drawLineage } from "../../../report/figures/lineage.js";
import { visibleText } from "../../../report/visible-text.js";
import { progressLine } from "../../progress.js";

const DOES_NOT_HOLD = 3;

interface Options {
  register: string;
  policy?: string;
  json?: boolean;
  svg?: string;
}

const base = (command: Command) =>
  command
    .argument("<model>", "id, digest, name, or a folder whose files are hashed")
    .requiredOption("--register <log>", "folder or URL of the register's log")
    .option("--policy <file>", "believe the log only under this tlog-policy")
    .option("--json", "print one record as JSON");

async function recordOfModel(model: string, options: Options): Promise<ModelRecord> {
  const trust = options.policy ? await readPolicyFile(options.policy) : null;
  const register = await openRegister(options.register, trust);
  return modelRecord(register, await find(register, model), trust);
}

async function find(register: Awaited<ReturnType<typeof openRegister>>, model: string) {
  const progress = progressLine();
  return findModel(register, model, (done, total) => progress.report({ stage: "hashing", done, total })).finally(() =>
    progress.done(),
  );
}

/** Prints the record that the register's site shows as well. */
export function showCommand(): Command {
  return base(new Command("show"))
    .description("Print what the register holds on a model: origin label, statements, remarks.")
    .addHelpText("after", "\nExample:\n  $ assay register show northwind/lm --register ./log --policy trust.txt")
    .action(async (model: string, options: Options) => {
      const record = await recordOfModel(model, options);
      if (options.json) print(record);
      else process.stdout.write(words(record));
    });
}

/** Remarks that are faults set exit status 3; others are shown. */
export function checkCommand(): Command {
  return base(new Command("check"))
    .description(
      "Hold a model's declarations against each other and the log. Exit status 3 when something does not fit.",
    )
    .addHelpText("after", "\nExample:\n  $ assay register check northwind/lm --register ./log --policy trust.txt")
    .action(async (model: string, options: Options) => {
      const { remarks, refused, foreign, ...record } = await recordOfModel(model, options);
      const faults = remarks.filter(({ weight }) => weight === "fault");
      if (options.json)
        print({
          type: "assay/register-check/v1",
          model: record.model,
          name: record.name,
          holds: refused === null && faults.length === 0,
          refused,
          foreign,
          remarks,
        });
      else {
        const lines = remarks.map(({ code, weight, says }) => `${weight}: ${REMARKS[code]}. ${visibleText(says)}`);
        process.stdout.write(
          [
            ...(refused === null ? [] : [`refused: ${visibleText(refused)}`]),
            ...lines,
            `${record.statements.length + record.statementsCut} statements, ${faults.length} faults`,
          ]
            .map((l) => `${l}\n`)
            .join(""),
        );
      }
      if (faults.length > 0 || refused !== null) process.exitCode = DOES_NOT_HOLD;
    });
}

/** Links in force alone; `descent` shows all that were ever said. */
export function lineageCommand(question: "made-of" | "derives"): Command {
  return base(new Command(question))
    .description(
      question === "made-of"
        ? "What is this model declared to be made of?"
        : "What is declared to derive from this model?",
    )
    .option("--svg <file>", "write the picture into this new file")
    .addHelpText("after", `\nExample:\n  $ assay register ${question} northwind/lm --register ./log --svg lineage.svg`)
    .action(async (model: string, options: Options) => {
      const trust = options.policy ? await readPolicyFile(options.policy) : null;
      const register = await openRegister(options.register, trust);
      const found = lineage(register.index, (await find(register, model)).id, question);
      if (options.svg) await writeNewFile(options.svg, new Uint8Array(Buffer.from(drawLineage(found, () => null).svg)));
      if (options.json) return print(found);
      const names = new Map(found.models.map(({ id, name }) => [id, name ?? id]));
      for (const { child, parent, relation, entry } of found.links)
        process.stdout.write(`${names.get(child)} ← ${names.get(parent)} (${relation}, entry ${entry})\n`);
      for (const { index, kind, type } of found.foreign)
        process.stdout.write(
          `entry ${index} (${visibleText(kind ?? type ?? "no kind")}), of an unknown kind, speaks of one of these\n`,
        );
      process.stdout.write(
        `${found.models.length - 1} models, ${found.links.length} links${found.cut ? ", cut (`register descent` lists all)" : ""}\n`,
      );
    });
}

/** Takes an id of a model that was never declared itself. */
export function descentCommand(): Command {
  return base(new Command("descent"))
    .description(
      "Everything that was ever declared or found to stem from a model, uncut, each link with its standing: what notices and orders go by.",
    )
    .option("--at <entry>", "as the log stood after this entry")
    .addHelpText("after", "\nExample:\n  $ assay register descent northwind/base --register ./log --json")
    .action(async (model: string, options: Options & { at?: string }) => {
      const trust = options.policy ? await readPolicyFile(options.policy) : null;
      const register = await openRegister(options.register, trust);
      // A base need not be declared here itself.
      const id = (MODEL_ID.test(model) ? model : (await find(register, model)).id) as ModelId;
      const found = await descentOf(register, id, options.at);
      if (options.json) return print(found);
      const names = new Map(found.models.map(({ id, name }) => [id, name ?? id]));
      const line = ({ child, parent, standing, entry, ended, relation, proposition }: DescentLink) =>
        `${names.get(child) ?? child} ← ${names.get(parent) ?? parent}: ${STANDINGS[standing]} (${relation ?? proposition ?? "address"}, entry ${entry}${ended === null ? "" : `, ended by entry ${ended}`})`;
      for (const link of found.links) process.stdout.write(`${visibleText(line(link))}\n`);
      for (const { entry, says } of found.foundSince) process.stdout.write(`entry ${entry}: ${says}\n`);
      for (const { index, kind, type } of found.foreign)
        process.stdout.write(
          `entry ${index} (${visibleText(kind ?? type ?? "no kind")}), of an unknown kind, speaks of one of these\n`,
        );
      process.stdout.write(
        `${found.models.length} models, ${found.links.length} links, after entry ${found.atEntry}\n`,
      );
    });
}

function words({ name, model, declarer, label, refused, orders, statements, remarks }: ModelRecord): string {
  const lines = [
    `${name}  ${model}`,
    declarer
      ? `${declarer.compiled ? "compiled from public facts by" : "declared by"} ${declarer.name}`
      : "declared by nobody",
    ...orders.map(
      ({ effect, authority, state, entry, reach, onName }) =>
        `  order: ${effect} by ${authority}, ${ORDER_STATES[state]} (entry ${entry}${reach === "self" ? "" : `, about ${onName}`})`,
    ),
    ...(refused === null ? [] : [`  no label: ${refused}`]),
    ...(label?.facts ?? []).map(
      ({ title, status, countries, items = [], evidence, by, declared, logged, witnessed, audited, reproduced }) => {
        const steps = [
          by,
          declared && `declared ${declared}`,
          logged && `logged ${logged}`,
          witnessed.length > 0 && `witnessed by ${witnessed.join(", ")}`,
          evidence && evidenceText(evidence),
        ];
        const more = [audited && `audited ${audited.day}`, reproduced && `reproduced ${reproduced.day}`];
        return `  ${title}: ${[...countries, ...items].join(", ") || status}${declared ? ` (${[...steps, ...more].filter(Boolean).join("; ")})` : ""}`;
      },
    ),
    ...(label?.withdrawn ? ["  the model was withdrawn"] : []),
    ...(label && label.openChallenges > 0 ? [`  open challenges: ${label.openChallenges}`] : []),
    ...statements.map(
      ({ entry, kind, status, keyName, time }) =>
        `  entry ${entry}: ${kind}, ${status}, ${keyName}${time.uncertain ? `; time uncertain: received ${time.received} by the operator's clock, cosigned ${time.cosigned}` : ""}`,
    ),
    ...remarks.map(({ code, weight, says }) => `  ${weight}: ${REMARKS[code]}. ${says}`),
  ];
  return lines.map((line) => `${visibleText(line)}\n`).join("");
}

function print(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
