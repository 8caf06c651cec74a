/** `assay docket serve DIR`: the public site of a folder of cases; `assay docket workspace DIR`: a party's own. */
import { Command, InvalidArgumentError, Option } from "commander";
import { openCaseFolder } from "../../app/docket/case-folder.js";
import { wholeCase } from "../../app/docket/whole-case.js";
import { unixSeconds } from "../../host/moment.js";
import { ROLES, type Role } from "../../office/docket/pack/names.js";
import { view } from "../../office/docket/view/case-view.js";
import { mailOf } from "../../office/docket/view/mail.js";
import { visibleText } from "../../report/visible-text.js";
import { serveDocket } from "../../web/docket/docket-server.js";
import { serveWorkspace } from "../../web/docket/workspace-server.js";
import { PORT_DEFAULT, portArgument, untilStopped } from "./serve.js";

interface Options {
  port: number;
  host: string[];
}

/** `docket serve`, `docket workspace` and `docket mail`. */
export function docketCommand(): Command {
  return new Command("docket").addCommand(serveCommand()).addCommand(workspaceCommand()).addCommand(mailCommand());
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
      untilStopped(
        await serveDocket({ where, port, hosts: host, databaseUrl: process.env.DATABASE_URL || undefined }),
        "docket",
      ),
    );
}

function workspaceCommand(): Command {
  return served(new Command("workspace"))
    .description("Serve a party's workspace: its next steps, what is sealed to it (opened in its browser), drafts.")
    .addHelpText("after", "\nExample:\n  $ assay docket workspace ./cases --port 0")
    .action(async (where: string, { port, host }: Options) =>
      untilStopped(
        await serveWorkspace({ where, port, hosts: host, databaseUrl: process.env.DATABASE_URL || undefined }),
        "workspace",
      ),
    );
}

const number = (text: string) => {
  if (!/^(0|[1-9][0-9]{0,8})$/.test(text)) throw new InvalidArgumentError("expected the number of an entry.");
  return Number(text);
};
const address = (text: string) => {
  if (!/^https?:\/\/[^\s/]+(\/[^\s]*)?$/.test(text)) throw new InvalidArgumentError("expected an address.");
  return text.replace(/\/+$/, "");
};

function mailCommand(): Command {
  return new Command("mail")
    .argument("<case>", "the case's folder")
    .description("Print what a party is told by mail: new entries, its times, what it can do. Public matter alone.")
    .addOption(new Option("--role <role>", "to whom").choices([...ROLES]).makeOptionMandatory())
    .option("--since <entry>", "the last entry that was told", number)
    .option("--site <url>", "address of the public docket, for links", address)
    .addHelpText("after", "\nExample:\n  $ assay docket mail ./cases/2026-001 --role respondent --since 4 > news.eml")
    .action(async (folder: string, { role, since, site }: { role: Role; since?: number; site?: string }) => {
      const open = await openCaseFolder(folder);
      const now = open.file.rehearsal ? open.state.at : Math.max(unixSeconds(), open.state.at);
      const shown = view(await wholeCase(open, now), "PUBLIC");
      process.stdout.write(mailOf(shown, { role, since: since ?? -1, site: site ?? null }, visibleText));
    });
}
