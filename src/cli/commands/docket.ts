/** `assay docket serve DIR`: the public site of a folder of cases. */
import { Command } from "commander";
import { serveDocket } from "../../web/docket/docket-server.js";
import { PORT_DEFAULT, portArgument, untilStopped } from "./serve.js";

export function docketCommand(): Command {
  return new Command("docket").addCommand(serveCommand());
}

function serveCommand(): Command {
  return new Command("serve")
    .argument("<folder>", "a folder of cases, or one case")
    .description("Serve the public pages of cases: timeline, times, exhibits, orders, decisions, feeds.")
    .option(
      "--host <name>",
      "a name, besides this machine's own, under which the site may be asked for (a proxy's); may be repeated",
      (name: string, names: string[]) => [...names, name],
      [],
    )
    .option("--port <n>", "port; 0 takes any free one", portArgument, PORT_DEFAULT)
    .addHelpText("after", "\nExample:\n  $ assay docket serve ./cases --port 0")
    .action(async (where: string, { port, host }: { port: number; host: string[] }) =>
      untilStopped(await serveDocket({ where, port, hosts: host }), "docket"),
    );
}
