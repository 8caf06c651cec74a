/** `assay docket serve DIR`: the public site of a folder of cases; `assay docket workspace DIR`: a party's own. */
import { Command } from "commander";
import { serveDocket } from "../../web/docket/docket-server.js";
import { serveWorkspace } from "../../web/docket/workspace-server.js";
import { PORT_DEFAULT, portArgument, untilStopped } from "./serve.js";

interface Options {
  port: number;
  host: string[];
}

/** `docket serve` and `docket workspace`. */
export function docketCommand(): Command {
  return new Command("docket").addCommand(serveCommand()).addCommand(workspaceCommand());
}

const served = (command: Command) =>
  command
    .argument("<folder>", "a folder of cases, or one case")
    .option(
      "--host <name>",
      "a name, besides this machine's own, under which the site may be asked for (a proxy's); may be repeated",
      (name: string, names: string[]) => [...names, name],
      [],
    )
    .option("--port <n>", "port; 0 takes any free one", portArgument, PORT_DEFAULT);

function serveCommand(): Command {
  return served(new Command("serve"))
    .description("Serve the public pages of cases: timeline, times, exhibits, orders, decisions, feeds.")
    .addHelpText("after", "\nExample:\n  $ assay docket serve ./cases --port 0")
    .action(async (where: string, { port, host }: Options) =>
      untilStopped(await serveDocket({ where, port, hosts: host }), "docket"),
    );
}

function workspaceCommand(): Command {
  return served(new Command("workspace"))
    .description("Serve a party's workspace: its next steps, what is sealed to it (opened in its browser), drafts.")
    .addHelpText("after", "\nExample:\n  $ assay docket workspace ./cases --port 0")
    .action(async (where: string, { port, host }: Options) =>
      untilStopped(await serveWorkspace({ where, port, hosts: host }), "workspace"),
    );
}
