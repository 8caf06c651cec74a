/** `assay gate fetch`: a model brought in only when it is allowed. */
import { Command } from "commander";
import { fetchModel } from "../../../app/gate/fetch-model.js";
import { openPolicyFolder } from "../../../app/gate/policy-folder.js";
import { progressLine } from "../../progress.js";
import { tellVerdict } from "./gate-check.js";

/** What is refused or does not verify is not kept; exit status 3 tells. */
export function gateFetchCommand(): Command {
  return new Command("fetch")
    .argument("<source>", "folder, URL with model.sig under it, or hf:org/model@revision (HF_ENDPOINT, HF_TOKEN)")
    .description(
      "Bring a model in only when it is allowed: taken beside the target, judged, then put in place. Exit status 3: refused.",
    )
    .requiredOption("--into <folder>", "a new folder")
    .requiredOption("--policy <dir>", "folder with gate.json, *.cedar and log.policy")
    .requiredOption("--register <log>", "the register: its folder or URL")
    .option("--log-policy <file>", "the policy that the log is believed under (default: log.policy of the folder)")
    .option("--evaluations <path>", "file or folder of evaluations: Inspect, lm-eval, promptfoo, garak")
    .option("--audits <path>", "file or folder of audit reports, or a packed audit")
    .option("--json", "print the verdict as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay gate fetch hf:northwind/lm@v1 --into ./lm --policy ./gate --register https://register.example/log",
    )
    .action(
      async (
        source: string,
        options: {
          into: string;
          policy: string;
          register: string;
          logPolicy?: string;
          evaluations?: string;
          audits?: string;
          json?: boolean;
        },
      ) => {
        const folder = await openPolicyFolder(options.policy, options.logPolicy ?? null);
        const progress = progressLine();
        let done = 0;
        const { verdict, logFault } = await fetchModel({
          source,
          into: options.into,
          register: options.register,
          folder,
          evaluations: options.evaluations ?? null,
          audits: options.audits ?? null,
          env: process.env,
          onBytes: (bytes) => {
            done += bytes;
            progress.report({ stage: "bytes taken", done, total: done });
          },
        }).finally(() => progress.done());
        tellVerdict(verdict, folder.policy.name, options.json === true, logFault);
      },
    );
}
