/** `assay demo`: findings on the models that ship with the repository, as pages; with `--story` a whole dispute about them. */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { demo } from "../../app/demo.js";
import { assertFreeTarget } from "../../host/bundle-store.js";
import { assayHome } from "../../host/home.js";
import { progressLine } from "../progress.js";
import { PORT_DEFAULT, portArgument, serveUntilStopped } from "./serve.js";
import { tellAndServe } from "./story.js";

/** Examines the models under fixtures/demo; asks no network. */
export function demoCommand(): Command {
  return new Command("demo")
    .option("--out <folder>", "a new or empty folder for the pages (default: the demo folder of ASSAY_HOME, made anew)")
    .option(
      "--story",
      "tell a whole dispute about them: register, log, marked text, complaint, blind plan, findings, decision, order, appeal, report",
    )
    .option("--serve", "serve the pages on localhost afterwards")
    .option("--port <n>", "port; 0 takes any free one", portArgument, PORT_DEFAULT)
    .addHelpText("after", "\nExamples:\n  $ assay demo --serve\n  $ assay demo --story --serve")
    .action(run);
}

interface Options {
  out?: string;
  story?: boolean;
  serve?: boolean;
  port: number;
}

async function run(options: Options): Promise<void> {
  const home = assayHome();
  const out = resolve(options.out ?? join(home, options.story ? "story" : "demo"));
  // Only the folder that is Assay's own is emptied.
  if (options.out === undefined) await rm(out, { recursive: true, force: true }).catch(() => undefined);
  await assertFreeTarget(out);
  if (options.story) return tellAndServe(out, home, { serve: options.serve ?? false, port: options.port });
  const progress = progressLine();
  process.stderr.write("Examining suspects against one base. All parties are fictional; the models are real.\n");
  await demo({
    out,
    home,
    onProgress: progress.report,
    onCase: ({ name, made, finding }) => {
      progress.done();
      const combined = finding.tests.at(-1)?.log10P ?? 0;
      process.stdout.write(
        `base / ${name.padEnd(17)} ${finding.outcome.padEnd(13)} log10 p ${combined.toFixed(1).padStart(8)}   (${made})\n`,
      );
    },
  });
  process.stderr.write(`pages written to ${out}\n`);
  if (options.serve) await serveUntilStopped(out, options.port);
}
