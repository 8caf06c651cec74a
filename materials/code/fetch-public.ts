/**
 * Fetches the packages of public-code.tsv, or of another table beside it, from the public indexes of their languages and
 * lays their source out, one folder a language and in it one a maker, for validation/code/print-makers.ts:
 *
 *   node materials/code/fetch-public.ts OUT [LANGUAGE or ""] [TABLE]
 *
 * Needs pip and unzip, npm, cargo, go, and for C++ cargo or apt-get with source packages of Debian bookworm; a source
 * package that its archive no longer serves is said and left out. What is fetched is held against the digest of its row:
 * SHA-256 of the wheel, tarball, crate or upstream source; of a Go module, the sum that `go mod download` states; of a
 * public repository, its commit.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [out, alone, table = "public-code.tsv"] = process.argv.slice(2);
if (out === undefined) throw new Error("expected a folder to write to");

interface Wanted {
  name: string;
  version: string;
  digest: string;
  /** An empty folder to fetch into, and the folder to lay source in. */
  into: string;
  folder: string;
}

const run = (cwd: string, command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"] }).toString();
const held = (path: string, { name, digest }: Wanted): string => {
  const got = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (got !== digest) throw new Error(`${name}: expected ${digest}, got ${got}`);
  return path;
};
const only = (folder: string, ending: RegExp): string => {
  const name = readdirSync(folder).find((each) => ending.test(each));
  if (name === undefined) throw new Error(`expected a file ${ending}`);
  return join(folder, name);
};

function wheel(wanted: Wanted): void {
  const { name, version, into, folder } = wanted;
  const platforms = ["manylinux2014_x86_64", "manylinux_2_28_x86_64", "any"].flatMap((each) => ["--platform", each]);
  run(
    into,
    "pip",
    "download",
    "-q",
    "--no-deps",
    "--only-binary=:all:",
    ...platforms,
    "-d",
    into,
    `${name}==${version}`,
  );
  run(into, "unzip", "-qo", held(only(into, /\.whl$/), wanted), "*.py", "-d", folder);
}

function tarball(wanted: Wanted): void {
  run(wanted.into, "npm", "pack", "--silent", `${wanted.name}@${wanted.version}`);
  run(wanted.into, "tar", "xzf", held(only(wanted.into, /\.tgz$/), wanted), "-C", wanted.folder);
}

function crate({ name, version, digest, into, folder }: Wanted): void {
  mkdirSync(join(into, "src"));
  writeFileSync(join(into, "src", "lib.rs"), "");
  const pinned = `[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n${name} = "=${version}"\n`;
  writeFileSync(join(into, "Cargo.toml"), pinned);
  run(into, "cargo", "vendor", "-q", "vendored");
  const { package: got } = JSON.parse(readFileSync(join(into, "vendored", name, ".cargo-checksum.json"), "utf8"));
  if (got !== digest) throw new Error(`${name}: expected ${digest}, got ${got}`);
  cpSync(join(into, "vendored", name), folder, { recursive: true });
}

function module({ name, version, digest, into, folder }: Wanted): void {
  run(into, "go", "mod", "init", "x");
  const { Dir, Sum } = JSON.parse(run(into, "go", "mod", "download", "-json", `${name}@${version}`));
  if (Sum !== digest) throw new Error(`${name}: expected ${digest}, got ${Sum}`);
  cpSync(Dir, folder, { recursive: true });
}

function repository({ name, digest, into, folder }: Wanted): void {
  run(into, "git", "clone", "-q", `https://github.com/${name.slice("github:".length)}`, "tree");
  run(join(into, "tree"), "git", "checkout", "-q", digest);
  cpSync(join(into, "tree"), folder, { recursive: true, filter: (path) => !path.endsWith("/.git") });
}

function source(wanted: Wanted): void {
  run(wanted.into, "apt-get", "-qq", "source", "--download-only", `${wanted.name}=${wanted.version}`);
  // Upstream's own, beside which lie what Debian adds and further parts.
  const packed = only(wanted.into, /^(?!.*\.(?:debian|orig-[\w-]+)\.tar\.).*\.tar\.(gz|xz|bz2)$/);
  run(wanted.into, "tar", "xf", held(packed, wanted), "-C", wanted.folder);
}

const [, ...rows] = readFileSync(join(import.meta.dirname, table), "utf8")
  .trim()
  .split("\n");
for (const row of rows) {
  const [language, maker, name, version, digest, role] = row.split("\t") as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((alone && language !== alone) || name.startsWith("made:")) continue;
  const folder = join(out, language, maker, name.replace("github:", "").replaceAll("/", "-").replaceAll("@", ""));
  mkdirSync(folder, { recursive: true });
  const into = mkdtempSync(join(tmpdir(), "assay-fetch-"));
  // C++ of the development makers, and of the first innocents, came with crates that hold it.
  const how = {
    python: wheel,
    typescript: tarball,
    rust: crate,
    go: module,
    cpp: role === "development" || table === "innocents.tsv" ? crate : source,
  };
  const fetch = name.startsWith("github:") ? repository : how[language as keyof typeof how];
  try {
    fetch({ name, version, digest, into, folder });
  } catch (error) {
    process.stderr.write(`${language} ${name}: left out: ${(error as Error).message.split("\n")[0]}\n`);
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}
