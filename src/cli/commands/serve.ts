/** `assay serve FOLDER`: shows finished pages to this machine's browser. */
import { stat } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { AssayError, quoted } from "../../base/error.js";
import { serveFolder } from "../../web/static-server.js";

export const PORT_DEFAULT = 7407;

export function serveCommand(): Command {
  return new Command("serve")
    .description("Serve a folder of pages (from --out or the demo) on localhost.")
    .argument("<folder>", "a folder with pages")
    .option("--port <n>", "port; 0 takes any free one", portArgument, PORT_DEFAULT)
    .addHelpText("after", "\nExample:\n  $ assay serve ./case-1/data --port 0")
    .action(async (folder: string, options: { port: number }) => {
      const info = await stat(folder).catch(() => null);
      if (!info?.isDirectory()) throw new AssayError("NOT_FOUND", `serve: expected a folder, got ${quoted(folder)}`);
      await serveUntilStopped(folder, options.port);
    });
}

export async function serveUntilStopped(folder: string, port: number): Promise<void> {
  const served = await serveFolder(folder, port);
  process.stderr.write(`pages at ${served.url} (stop with Ctrl-C)\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await served.close();
}

export function portArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0 || n > 65_535) throw new InvalidArgumentError("expected 0 to 65535.");
  return n;
}
