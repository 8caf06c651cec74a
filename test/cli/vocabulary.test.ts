/** Flags: one table, one meaning each; examples in every help; earlier forms; targets; completion; quiet and colour. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { expect, test, vi } from "vitest";
import { coloured } from "../../src/cli/colour.js";
import { everyCommand } from "../../src/cli/commands/commands.js";
import { leaves } from "../../src/cli/flags/all-commands.js";
import { completion } from "../../src/cli/flags/completion.js";
import { saidEarlier } from "../../src/cli/flags/earlier.js";
import { takePassword } from "../../src/cli/flags/password.js";
import { checkTargets, TARGETS } from "../../src/cli/flags/targets.js";
import { FLAGS } from "../../src/cli/flags/vocabulary.js";

const program = await everyCommand();
const all = leaves(program);

test("every flag of every command is in the table, with a value of its kind", () => {
  const unknown: string[] = [];
  const used = new Set<string>();
  for (const { path, command } of all)
    for (const option of command.options) {
      if (option.hidden) continue;
      const name = option.long!.slice(2);
      const takes = /[<[](.*)[>\]]/.exec(option.flags)?.[1] ?? "";
      used.add(name);
      if (!FLAGS[name]?.takes.split("|").includes(takes)) unknown.push(`${path} ${option.flags}`);
    }
  expect(unknown).toEqual([]);
  expect(Object.keys(FLAGS).filter((name) => !used.has(name) && name !== "quiet")).toEqual([]);
  expect(all.length).toBeGreaterThan(100);
});

test("every command's help has an example of it", () => {
  const without = all
    .filter(({ command }) => command.commands.length === 0)
    .filter(({ path, command }) => {
      let help = "";
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      command.outputHelp();
      // What comes before the command may be what is piped into it.
      return !help.split("\n").some((line) => /^ {2}\$ /.test(line) && line.includes(`assay ${path}`));
    })
    .map(({ path }) => path);
  expect(without).toEqual([]);
});

test("keys have names of their own: what signs, what is trusted, what hashes", () => {
  const where = (flag: string) =>
    all.filter(({ command }) => command.options.some((o) => o.long === flag && !o.hidden));
  expect(where("--key")).toEqual([]);
  expect(where("--trust-key").map(({ path }) => path)).toEqual(["verify"]);
  expect(where("--sign").every(({ path }) => path.startsWith("examine "))).toBe(true);
});

test("a password comes from a file or the environment, wherever a key signs, and is never typed", async () => {
  const signing = all.filter(({ command }) => command.options.some(({ long }) => long === "--private-key"));
  expect(signing.length).toBeGreaterThan(20);
  for (const { path, command } of signing) {
    expect(
      command.options.map(({ long }) => long),
      path,
    ).toContain("--password-file");
    expect(
      command.options.map(({ long }) => long),
      path,
    ).not.toContain("--password");
  }
  const folder = mkdtempSync(join(tmpdir(), "assay-password-"));
  try {
    writeFileSync(join(folder, "password"), "from the file\nnot this\n");
    const command = new Command("x").option("--password-file <file>");
    vi.stubEnv("ASSAY_PASSWORD", "from the environment");
    await takePassword(command);
    expect(command.opts().password).toBe("from the environment");
    command.setOptionValue("passwordFile", join(folder, "password"));
    await takePassword(command);
    expect(command.opts().password).toBe("from the file");
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
  const words = ["register", "sign", "model", "--private-key", "k", "--password", "sesame"];
  const { status, stderr } = spawnSync(process.execPath, ["dist/command/main.js", ...words], { encoding: "utf8" });
  expect(status).toBe(2);
  expect(stderr).toBe("assay: --password: expected the password in --password-file FILE or in ASSAY_PASSWORD\n");
});

test("what was typed before works, and is told", () => {
  const typed = (path: string, ...words: string[]) => {
    const { command } = all.find((leaf) => leaf.path === path)!;
    command.parseOptions(words);
    return command.opts();
  };
  expect(typed("verify", "b.zip", "--key", "k.pub")).toMatchObject({ trustKey: ["k.pub"] });
  expect(typed("examine weights", "a", "b", "--key=k")).toMatchObject({ sign: "k" });
  expect(typed("examine traffic", "a", "--key", "k")).toMatchObject({ hashKey: "k" });
  expect(typed("traffic export", "a", "--key", "k")).toMatchObject({ hashKey: "k" });
  expect(typed("mark weights", "m", "--key", "l")).toMatchObject({ recipients: "l" });
  expect(typed("log witness", "f", "--key", "l")).toMatchObject({ logKey: "l" });
  expect(typed("register authority", "c", "--key", "l")).toMatchObject({ authorityKey: ["l"] });
  expect(typed("examine inheritance", "t", "--keys", "20")).toMatchObject({ otherKeys: 20 });
  expect(saidEarlier()).toContain("--key is --trust-key now");
});

const targeted = (out: string, takes = "file") => {
  const command = new Command("x").option(`--out <${takes}>`);
  command.setOptionValue("out", out);
  return checkTargets(command);
};

test("targets that cannot be written are one line before the work, and nothing is left behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-targets-"));
  writeFileSync(join(folder, "file"), "");
  for (const bad of ["/proc/x", "/proc/self/fd/x.zip", "/sys/x", "/dev/full", "/dev/null", join(folder, "file", "x")])
    await expect(targeted(bad), bad).rejects.toThrow(/^--out: expected/);
  await expect(targeted(folder)).rejects.toThrow(/^--out: expected a file, got a folder/);
  await expect(targeted(join(folder, "file"), "folder")).rejects.toThrow(/^--out: expected a folder, got a file/);
  await targeted(folder, "folder");
  await targeted(folder, "path");
  await targeted(join(folder, "new", "deeper", "x.zip"));
  await targeted("s3://bucket/x");
  expect(readdirSync(folder)).toEqual(["file"]);
  rmSync(folder, { recursive: true });
  for (const name of TARGETS) expect(FLAGS[name]).toBeDefined();
});

test("what names a place where nothing is and nothing can be is refused, whatever it is for", async () => {
  const command = new Command("x")
    .argument("<folder>")
    .option("--data <dir>")
    .action(() => undefined);
  const asked = (...argv: string[]) => checkTargets(command.parse(argv, { from: "user" }));
  await expect(asked("/proc/none/x")).rejects.toThrow(/nothing at "\/proc\/none\/x"$/);
  await expect(asked(".", "--data", "/sys/none")).rejects.toThrow(/nothing at "\/sys\/none"$/);
  await asked("/proc/self/status");
  await asked("northwind/lm");
});

test("options that write a file or a folder are tried: none takes a value of another kind", () => {
  const kinds = all.flatMap(({ path, command }) =>
    command.options
      .filter(({ long }) => long === "--out" || long === "--proof" || long === "--draft")
      .filter(({ flags }) => !/<(file|dir|folder|path)>/.test(flags))
      .map(({ flags }) => `${path} ${flags}`),
  );
  expect(kinds).toEqual([]);
});

test("bash completes verbs and options from the script", () => {
  const script = completion(program, "bash");
  const ask = (...words: string[]) => {
    const typed = words.map((w) => `'${w}'`).join(" ");
    const line = `${script}\nCOMP_WORDS=(assay ${typed}); COMP_CWORD=${words.length}; _assay; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return spawnSync("bash", ["-c", line], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);
  };
  expect(ask("ver")).toEqual(["verify", "verdict"].sort((a, b) => (a > b ? -1 : 1)));
  expect(ask("examine", "w")).toEqual(["weights"]);
  expect(ask("register", "sign", "--priv")).toEqual(["--private-key"]);
  expect(ask("examine", "weights", "a", "b", "--qui")).toEqual(["--quiet"]);
  for (const shell of ["zsh", "fish"] as const) expect(completion(program, shell)).toMatch(/trust-key/);
});

test("colour on terminals alone, and none with NO_COLOR", () => {
  const terminal = { isTTY: true };
  expect(coloured("x", "red", terminal as never, {})).toBe("\u001b[31mx\u001b[0m");
  expect(coloured("x", "red", terminal as never, { NO_COLOR: "1" })).toBe("x");
  expect(coloured("x", "red", terminal as never, { TERM: "dumb" })).toBe("x");
  expect(coloured("x", "red", { isTTY: false } as never, {})).toBe("x");
});
