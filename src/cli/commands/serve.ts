/** `assay serve FOLDER` shows finished pages to this machine's browser; `assay serve --register LOG` is a register's public site. */
import { stat } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { readPolicyFile } from "../../app/log/log.js";
import { AssayError, quoted } from "../../base/error.js";
import { serveRegister } from "../../web/register/register-server.js";
import { type Served, serveFolder } from "../../web/static-server.js";

export const PORT_DEFAULT = 7407;

interface Options {
  port: number;
  register?: string;
  policy?: string;
  submissions?: boolean;
  host: string[];
}

/** A folder of pages, or with --register a register's site; runs until it is stopped. */
export function serveCommand(): Command {
  return new Command("serve")
    .argument("[folder]", "a folder with pages")
    .option("--register <log>", "folder or URL of a register's log: serve its site")
    .option("--policy <file>", "believe the register's log only under this tlog-policy")
    .option("--submissions", "take signed declarations from registered keys")
    .option(
      "--host <name>",
      "with --register: a name, besides this machine's own, under which the site may be asked for (a proxy's); may be repeated",
      (name: string, names: string[]) => [...names, name],
      [],
    )
    .option("--port <n>", "port; 0 takes any free one", portArgument, PORT_DEFAULT)
    .addHelpText(
      "after",
      "\nExamples:\n  $ assay serve ./case-1/data --port 0\n  $ assay serve --register ./log --policy trust.txt --submissions",
    )
    .action(async (folder: string | undefined, options: Options) => {
      if ((folder === undefined) === (options.register === undefined))
        throw new AssayError("USAGE", "serve: expected a folder of pages, or --register LOG");
      if (options.host.length > 0 && options.register === undefined)
        throw new AssayError("USAGE", "serve: --host goes with --register");
      if (options.register !== undefined) return serveSite(options.register, options);
      const info = await stat(folder!).catch(() => null);
      if (!info?.isDirectory()) throw new AssayError("NOT_FOUND", `serve: expected a folder, got ${quoted(folder)}`);
      await serveUntilStopped(folder!, options.port);
    });
}

async function serveSite(where: string, options: Options): Promise<void> {
  const remote = /^https?:\/\//.test(where);
  if (remote && options.submissions)
    throw new AssayError("USAGE", "serve: --submissions needs the register's own folder");
  const trust = options.policy ? await readPolicyFile(options.policy) : null;
  await untilStopped(
    await serveRegister({
      where,
      port: options.port,
      trust,
      writable: options.submissions ?? false,
      hosts: options.host,
    }),
    "register",
  );
}

/** Resolves on Ctrl-C or SIGTERM, when the port is free again. */
export async function serveUntilStopped(folder: string, port: number): Promise<void> {
  await untilStopped(await serveFolder(folder, port), "pages");
}

/** Tells the address on standard error, then waits for Ctrl-C or SIGTERM. */
export async function untilStopped(served: Served, what: string): Promise<void> {
  process.stderr.write(`${what} at ${served.url} (stop with Ctrl-C)\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await served.close();
}

/** For commander's argument parsing, whose own error it throws. */
export function portArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0 || n > 65_535) throw new InvalidArgumentError("expected 0 to 65535.");
  return n;
}
