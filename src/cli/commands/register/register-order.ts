/** `assay register authority|order|lift|extend|orders|finding`: an authority's word in the register, and laboratories' findings beside it. */
import { Command, InvalidArgumentError, Option } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { readSigner } from "../../../app/register/declare.js";
import {
  basisOf,
  type Entering,
  enterFinding,
  extendOrder,
  liftOrder,
  makeOrder,
  orderRecords,
  setAuthority,
} from "../../../app/register/orders.js";
import { type AppendResult, openRegister } from "../../../app/register/register.js";
import { findModel } from "../../../app/register/register-record.js";
import { AssayError, quoted } from "../../../base/error.js";
import { unixSeconds } from "../../../host/moment.js";
import { EFFECTS, type Effect, NOTICE_DAYS_MIN, REACHES } from "../../../office/register/declarations/order.js";
import { MODEL_ID, type ModelId } from "../../../office/register/declarations/vocabulary.js";
import { ORDER_STATES } from "../../../office/register/orders/order-states.js";
import { visibleText } from "../../../report/visible-text.js";
import { earlierFlag } from "../../flags/earlier.js";

const DOES_NOT_HOLD = 3;

interface Common {
  register: string;
  privateKey: string;
  password?: string;
  witnesses?: string;
  keys?: string;
  json?: boolean;
}

interface BasisOptions {
  basis?: string;
  basisRecord?: string;
  basisProof?: string;
  basisPolicy?: string;
}

const signed = (command: Command) =>
  command
    .requiredOption("--register <log>", "the register: its folder, or s3://bucket/prefix with --keys")
    .requiredOption("--private-key <file>", "EC private key in PEM")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--keys <file>", "the log's private keys, where it lies in a bucket")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record as JSON");

const rested = (command: Command) =>
  command
    .option("--basis <digest>", "SHA-256 of the docket entry that it rests on")
    .option("--basis-record <file>", "that entry itself, to be carried along")
    .option("--basis-proof <file>", "and its proof (C2SP tlog-proof)")
    .option("--basis-policy <file>", "tlog-policy under which the docket's log is believed");

const basisGiven = ({ basis, basisRecord, basisProof, basisPolicy }: BasisOptions) =>
  basisOf({
    ...(basis === undefined ? {} : { digest: basis }),
    ...(basisRecord === undefined ? {} : { record: basisRecord }),
    ...(basisProof === undefined ? {} : { proof: basisProof }),
    ...(basisPolicy === undefined ? {} : { policy: basisPolicy }),
  });

/** Verbs of authorities, and `finding` for laboratories. */
export function orderCommands(): Command[] {
  const authority = earlierFlag(authorityCommand(), "--key <file=effects>", "--authority-key");
  return [authority, orderCommand(), liftCommand(), extendCommand(), ordersCommand(), findingCommand()];
}

function authorityCommand(): Command {
  return signed(new Command("authority"))
    .argument("<name>", "name of the authority, such as court.example")
    .description(
      "List the keys that may make orders in an authority's name, as a signed entry. A replacement needs 48 hours' notice.",
    )
    .requiredOption(
      "--authority-key <file=effects>",
      `public key in PEM, and what it may order: ${EFFECTS.join(",")} (default: all); may be repeated`,
      several,
      [],
    )
    .option("--effective <moment>", "in effect from then on, UTC; the first policy at once")
    .requiredOption("--reason <text>", "why")
    .addHelpText(
      "after",
      `
Example:
  $ assay register admit ./log --public-key court.pem --name Court --role authority
  $ assay register authority court.example --authority-key court.pem=notice,label,suspend,recall --reason "first keys" \\
      --private-key court-key.pem --register ./log`,
    )
    .action(async (name: string, options: Common & { authorityKey: string[]; effective?: string; reason: string }) => {
      const keys = options.authorityKey.map(keyGiven);
      if (keys.length === 0) throw new AssayError("USAGE", "authority: expected --authority-key FILE");
      const effective = options.effective === undefined ? null : momentOf(options.effective, "--effective");
      const { reason } = options;
      told(options, await setAuthority(await entering(options), { authority: name, keys, effective, reason }));
    });
}

function keyGiven(text: string): { path: string; name: string; effects: Effect[] } {
  const at = text.lastIndexOf("=");
  const path = at < 0 ? text : text.slice(0, at);
  const effects = at < 0 ? [...EFFECTS] : (text.slice(at + 1).split(",") as Effect[]);
  const unknown = effects.find((effect) => !EFFECTS.includes(effect));
  if (unknown !== undefined)
    throw new AssayError("USAGE", `authority: expected effects of ${EFFECTS.join(", ")}; got ${quoted(unknown)}`);
  return { path, name: path.slice(path.lastIndexOf("/") + 1), effects };
}

function orderCommand(): Command {
  return rested(signed(new Command("order")))
    .argument("<model>", "id, digest, name, or a folder whose files are hashed")
    .description("Make an order about a model, and about what was declared or found to stem from it, after notice.")
    .addOption(new Option("--effect <which>", "what it does").choices([...EFFECTS]).makeOptionMandatory())
    .addOption(new Option("--reach <whom>", "whom it means").choices([...REACHES]).default("self"))
    .option("--taught", "models taught on its answers as well as those made from its weights", false)
    .option("--notice-days <n>", `days a descendant has to answer, at least ${NOTICE_DAYS_MIN}`, days)
    .option("--from <moment>", "in force from then on, UTC (default: now)")
    .option("--until <moment>", "and until then")
    .option("--stay <moment>", "without effect until then")
    .option("--name <maker/model>", "what it is called, where nobody declared it here")
    .requiredOption("--reasons <text>", "why")
    .addHelpText(
      "after",
      `
Example:
  $ assay register order southwind/base --effect suspend --reach declared-and-found --stay 2026-12-15T00:00:00Z \\
      --basis sha256:… --reasons "decision of 1 December, paragraph 12" --private-key court-key.pem --register ./log`,
    )
    .action(async (model: string, options: Common & BasisOptions & OrderOptions) => {
      const { effect, reach, taught, from, until, stay, reasons, name, noticeDays } = options;
      const at = (text: string | undefined, option: string) => (text === undefined ? null : momentOf(text, option));
      const order = {
        effect,
        reach,
        taught,
        noticeDays: noticeDays ?? (reach === "self" ? 0 : NOTICE_DAYS_MIN),
        from: at(from, "--from") ?? `${new Date(unixSeconds() * 1000).toISOString().slice(0, 19)}Z`,
        until: at(until, "--until"),
        stay: at(stay, "--stay"),
        basis: await basisGiven(options),
        reasons,
      };
      told(options, await makeOrder(await entering(options), model, name ?? null, order));
    });
}

interface OrderOptions {
  effect: Effect;
  reach: (typeof REACHES)[number];
  taught: boolean;
  noticeDays?: number;
  from?: string;
  until?: string;
  stay?: string;
  name?: string;
  reasons: string;
}

function liftCommand(): Command {
  return rested(signed(new Command("lift")))
    .argument("<order>", "entry or statement of the order")
    .description("Lift an order, or spare single descendants of it.")
    .option("--model <id>", "spare this descendant alone; may be repeated", several, [])
    .requiredOption("--reasons <text>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay register lift 12 --model northwind/lm --reasons "shown to be independent" --private-key court-key.pem --register ./log',
    )
    .action(async (order: string, options: Common & BasisOptions & { model: string[]; reasons: string }) => {
      const given = options.basis ?? options.basisRecord ?? options.basisProof;
      const basis = given === undefined ? null : await basisGiven(options);
      const { model: models, reasons } = options;
      told(options, await liftOrder(await entering(options), order, { models, basis, reasons }));
    });
}

function extendCommand(): Command {
  return rested(signed(new Command("extend")))
    .argument("<order>", "entry or statement of the order")
    .description(
      "Say by name which noticed descendants an order reaches: they were heard, or had their time and did not answer.",
    )
    .requiredOption("--model <id>", "a descendant; may be repeated", several, [])
    .addOption(
      new Option("--heard <how>", "whether it answered").choices(["heard", "did not answer"]).makeOptionMandatory(),
    )
    .requiredOption("--reasons <text>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay register extend 12 --model northwind/lm --heard heard --basis sha256:… --reasons "decision of 20 December" \\\n      --private-key court-key.pem --register ./log',
    )
    .action(
      async (
        order: string,
        options: Common & BasisOptions & { model: string[]; heard: "heard" | "did not answer"; reasons: string },
      ) => {
        const { model: models, heard, reasons } = options;
        const basis = await basisGiven(options);
        told(options, await extendOrder(await entering(options), order, { models, heard, basis, reasons }));
      },
    );
}

function ordersCommand(): Command {
  return new Command("orders")
    .argument("[model]", "id, digest, name or folder: only orders that mean this model")
    .description("List orders and how each stands: noticed, awaiting hearing, stayed, in force, expired, lifted.")
    .requiredOption("--register <log>", "folder or URL of the register's log")
    .option("--policy <file>", "believe the log only under this tlog-policy")
    .option("--at <moment>", "as they stand at this time, UTC (default: now)")
    .option("--json", "print one record an order as JSON")
    .addHelpText("after", "\nExample:\n  $ assay register orders northwind/lm --register ./log --json")
    .action(
      async (
        model: string | undefined,
        options: { register: string; policy?: string; at?: string; json?: boolean },
      ) => {
        const register = await openRegister(
          options.register,
          options.policy ? await readPolicyFile(options.policy) : null,
        );
        const id =
          model === undefined
            ? null
            : MODEL_ID.test(model)
              ? (model as ModelId)
              : (await findModel(register, model, () => undefined)).id;
        const at = options.at === undefined ? unixSeconds() : Date.parse(momentOf(options.at, "--at")) / 1000;
        const records = await orderRecords(register, id, at);
        for (const record of records)
          if (options.json) print(record);
          else {
            const { entry, effect, authority, onName, state, means } = record;
            process.stdout.write(
              `entry ${entry}: ${effect} of ${visibleText(onName)} by ${authority}: ${ORDER_STATES[state]}\n`,
            );
            for (const each of means ?? [])
              process.stdout.write(`  ${visibleText(each.name ?? each.model)}: ${each.state} (${each.standing})\n`);
          }
        if (!options.json) process.stdout.write(`${records.length} orders\n`);
      },
    );
}

function findingCommand(): Command {
  return signed(new Command("finding"))
    .argument("<finding>", "finding.json of any laboratory")
    .description("Enter a laboratory's finding beside a model. It stands there as a finding, never as a fault.")
    .requiredOption("--beside <model>", "id, digest or name of the model it concerns")
    .option("--suspect <model>", "the model that the suspect's answers came from, by your word")
    .option("--reference <model>", "the model that the reference's answers came from, by your word")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay register finding ./case/data/finding.json --beside northwind/lm --private-key lab-key.pem --register ./log",
    )
    .action(async (file: string, options: Common & { beside: string; suspect?: string; reference?: string }) => {
      const { beside, suspect, reference } = options;
      const given = { beside, suspect: suspect ?? null, reference: reference ?? null };
      told(options, await enterFinding(await entering(options), file, given));
    });
}

async function entering({ register, privateKey, password, witnesses, keys }: Common): Promise<Entering> {
  return {
    register,
    signer: await readSigner(privateKey, password),
    witnesses: witnesses ? await readPolicyFile(witnesses) : null,
    ...(keys === undefined ? {} : { keysFile: keys }),
  };
}

function told({ json }: Common, result: AppendResult): void {
  const { admitted } = result;
  if (json)
    print({
      type: "assay/register-append/v1",
      admitted,
      ...(result.admitted
        ? { entry: result.index, record: result.record }
        : { reason: result.reason, says: result.says }),
    });
  else process.stdout.write(result.admitted ? `entry ${result.index}\n` : `refused: ${result.says}\n`);
  if (!admitted) process.exitCode = DOES_NOT_HOLD;
}

function several(value: string, before: string[]): string[] {
  return [...before, value];
}

function days(text: string): number {
  if (!/^[0-9]{1,3}$/.test(text)) throw new InvalidArgumentError("expected a number of days.");
  return Number(text);
}

function print(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
