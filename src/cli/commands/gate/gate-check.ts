/** `assay gate check|explain`: a verdict, and the same verdict made again from its facts. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { checkModel } from "../../../app/gate/check-model.js";
import { openPolicyFolder } from "../../../app/gate/policy-folder.js";
import { readSigner } from "../../../app/register/declare.js";
import { SOFTWARE } from "../../../app/software.js";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { encodeSignedStatement, toBeSigned } from "../../../evidence/signed-statement.js";
import { assertFreeTarget } from "../../../host/bundle-store.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { attestationsOf } from "../../../office/gate/attestations.js";
import { decodeFacts, encodeFacts, FACTS_BYTES_MAX, type GateFacts } from "../../../office/gate/facts.js";
import { encodeVerdict, type GateVerdict, judge } from "../../../office/gate/verdict.js";
import { visibleText } from "../../../report/visible-text.js";
import { progressLine } from "../../progress.js";

const REFUSED = 3;
const [FACTS, VERDICT] = ["facts.json", "verdict.json"];

/** The verbs `check` and `explain`; a refusal sets exit status 3. */
export function gateCheckCommands(): Command[] {
  return [checkCommand(), explainCommand()];
}

interface CheckTyped {
  policy: string;
  register: string;
  logPolicy?: string;
  signature?: string;
  evaluations?: string;
  audits?: string;
  out?: string;
  attest?: string;
  privateKey?: string;
  password?: string;
  json?: boolean;
}

function checkCommand(): Command {
  return new Command("check")
    .argument("<model>", "folder or file of weights, or a model's id or name in the register")
    .description("Judge a model under a deployer's policy. Exit status 3: refused, with what would cure it.")
    .requiredOption("--policy <dir>", "folder with gate.json, *.cedar and log.policy")
    .requiredOption("--register <log>", "the register: its folder or URL")
    .option("--log-policy <file>", "the policy that the log is believed under (default: log.policy of the folder)")
    .option("--signature <file>", "signature of the files (default: model.sig in the folder)")
    .option("--evaluations <path>", "file or folder of evaluations: Inspect, lm-eval, promptfoo, garak")
    .option("--audits <path>", "file or folder of audit reports, or a packed audit")
    .option("--out <folder>", "a new folder with facts.json and verdict.json")
    .option("--attest <folder>", "write signed statements: a verification summary, and a result of what does not age")
    .option("--private-key <file>", "EC private key in PEM that signs them")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--json", "print the verdict as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay gate check ./model --policy ./gate --register https://register.example/log\n  $ assay gate check ./model --policy ./gate --register ./log --out ./verdict-1 && assay gate explain ./verdict-1 --policy ./gate",
    )
    .action(async (model: string, options: CheckTyped) => {
      if (options.out !== undefined) await assertFreeTarget(options.out);
      if ((options.attest === undefined) !== (options.privateKey === undefined))
        throw new AssayError("USAGE", "gate check: expected --attest and --private-key together");
      if (options.attest !== undefined) await assertFreeTarget(options.attest);
      const folder = await openPolicyFolder(options.policy, options.logPolicy ?? null);
      const progress = progressLine();
      const { facts, verdict, logFault } = await checkModel({
        model,
        register: options.register,
        folder,
        signature: options.signature ?? null,
        evaluations: options.evaluations ?? null,
        audits: options.audits ?? null,
        onProgress: (done, total) => progress.report({ stage: "hashing", done, total }),
      }).finally(() => progress.done());
      if (options.out !== undefined) {
        await mkdir(options.out, { recursive: true });
        await writeFile(join(options.out, FACTS), encodeFacts(facts));
        await writeFile(join(options.out, VERDICT), encodeVerdict(verdict));
      }
      if (options.attest !== undefined) await attest(facts, verdict, options.attest, options);
      tellVerdict(verdict, folder.policy.name, options.json === true, logFault);
    });
}

function explainCommand(): Command {
  return new Command("explain")
    .argument("<verdict>", "folder that assay gate check --out wrote")
    .description("Make a verdict again from its facts and the policy, and say what each reason rests on. No network.")
    .requiredOption("--policy <dir>", "folder with gate.json, *.cedar and log.policy")
    .option("--log-policy <file>", "the policy that the log is believed under (default: log.policy of the folder)")
    .option("--json", "print the verdict as JSON")
    .addHelpText("after", "\nExample:\n  $ assay gate explain ./verdict-1 --policy ./gate")
    .action(async (where: string, options: { policy: string; logPolicy?: string; json?: boolean }) => {
      const folder = await openPolicyFolder(options.policy, options.logPolicy ?? null);
      const facts = decodeFacts(await readSmallFile(join(where, FACTS), FACTS_BYTES_MAX), join(where, FACTS));
      const kept = new Uint8Array(
        await readFile(join(where, VERDICT)).catch(() => {
          throw new AssayError("NOT_FOUND", `gate explain: expected ${VERDICT} in the folder`);
        }),
      );
      const again = judge(facts, folder.policy, folder.rules, folder.engine);
      if (!equalBytes(encodeVerdict(again), kept)) {
        process.stderr.write("assay: the verdict is not what these facts give under this policy\n");
        process.exitCode = REFUSED;
        return;
      }
      tellVerdict(again, folder.policy.name, options.json === true, null);
    });
}

/** Both statements, signed as declarations are; a taken file is an error before the model is read. */
async function attest(facts: GateFacts, verdict: GateVerdict, folder: string, typed: CheckTyped): Promise<void> {
  const signer = await readSigner(typed.privateKey!, typed.password);
  await mkdir(folder, { recursive: true });
  for (const { name, statement } of attestationsOf(facts, verdict, `assay/${SOFTWARE.version}`))
    await writeNewFile(
      join(folder, name),
      encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId),
    );
}

/** One line, then each reason with its cure. */
export function tellVerdict(verdict: GateVerdict, policy: string, json: boolean, logFault: string | null): void {
  if (logFault !== null) process.stderr.write(`assay: ${visibleText(logFault)}\n`);
  if (!verdict.allow) process.exitCode = REFUSED;
  if (json) {
    process.stdout.write(`${fromUtf8(encodeVerdict(verdict), "verdict")}\n`);
    return;
  }
  const lines = [
    `${verdict.allow ? "allowed" : "refused"} under ${policy}: ${verdict.model ?? "a model without an id"}`,
    ...verdict.reasons.flatMap(({ rule, says, cure }) => [`  ${rule}: ${says}`, `    cure: ${cure}`]),
    `good until ${verdict.validUntil}; facts ${verdict.facts.slice(0, 19)}…, policy ${verdict.policy.slice(0, 19)}…`,
  ];
  process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
}
