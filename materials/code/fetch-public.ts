/**
 * Fetches the packages of public-code.tsv from the public index and lays their source files out, one folder a maker:
 *
 *   node materials/code/fetch-public.ts OUT
 *
 * Needs pip and unzip. Each wheel is held against its SHA-256; no source is committed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error("expected a folder to write to");
const rows = readFileSync(join(import.meta.dirname, "public-code.tsv"), "utf8")
  .trim()
  .split("\n")
  .slice(1);
for (const row of rows) {
  const [, maker, name, version, sha256] = row.split("\t") as [string, string, string, string, string];
  const into = mkdtempSync(join(tmpdir(), "assay-wheel-"));
  const options = ["--no-deps", "--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--platform", "any"];
  execFileSync("pip", ["download", "-q", ...options, "-d", into, `${name}==${version}`], { stdio: "inherit" });
  const wheel = join(into, readdirSync(into)[0]!);
  const got = createHash("sha256").update(readFileSync(wheel)).digest("hex");
  if (got !== sha256) throw new Error(`${name}: expected ${sha256}, got ${got}`);
  const folder = join(out, maker, name);
  mkdirSync(folder, { recursive: true });
  execFileSync("unzip", ["-qo", wheel, "*.py", "-d", folder]);
  rmSync(into, { recursive: true });
}
