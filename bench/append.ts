/**
 * `assay register append` of one declaration to registers of growing size, by two builds in one run: processor time, time
 * by the clock, peak memory (GNU time). The first append by this build makes its rows; the later ones use them.
 *   npm run build && node bench/append.ts --before CHECKOUT [--largest 1000000]     writes bench/append.json
 * CHECKOUT is a built checkout of an earlier commit.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { initRegister } from "../dist/app/register/register.js";
import { utf8 } from "../dist/base/bytes.js";
import { parseEcdsaKey } from "../dist/evidence/ecdsa-key.js";
import { encodeSignedStatement, toBeSigned } from "../dist/evidence/signed-statement.js";
import { openDeclarationBundle } from "../dist/office/register/declarations/declaration-bundle.js";
import { encodeDeclaration } from "../dist/office/register/declarations/statement.js";
import { recordOf } from "../dist/office/register/register-entry.js";
import { fillLog } from "./fill-log.ts";

const { values } = parseArgs({
  options: { before: { type: "string" }, largest: { type: "string", default: "1000000" } },
});
if (!values.before) throw new Error("expected --before CHECKOUT");
const builds = { before: join(values.before, "dist/command/main.js"), after: "dist/command/main.js" };
const commit = (at: string) => execFileSync("git", ["-C", at, "rev-parse", "--short", "HEAD"]).toString().trim();
const folder = mkdtempSync(join(tmpdir(), "assay-append-"));
const log = join(folder, "log");
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const { id } = parseEcdsaKey(pem, "bench");
const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}` as const;

/** Three entries a model, of 977 makers. */
function declaration(m: number, licence: string): Uint8Array {
  const statement = encodeDeclaration({
    subject: { name: `maker${m % 977}/model-${m}`, id: digestOf(`model ${m}`), uri: null },
    kind: "derivation",
    predicate: {
      issued: "2026-01-01T00:00:00Z",
      relation: "pretrained",
      bases: [],
      licence,
      compute: { flop: null },
      released: null,
    },
  });
  return encodeSignedStatement(statement, new Uint8Array(sign("sha256", toBeSigned(statement), privateKey)), id);
}
const shape = recordOf(openDeclarationBundle(declaration(1, "mit"), "bench"), 1_790_000_000);
const record = (i: number): Uint8Array => {
  const m = Math.floor(i / 3);
  const said = digestOf(`statement ${i}`);
  const made = {
    ...shape,
    model: digestOf(`model ${m}`),
    name: `maker${m % 977}/model-${m}`,
    statement: said,
    bundle: said,
  };
  return utf8(JSON.stringify(Object.fromEntries(Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1)))));
};

let appended = 0;
function append(build: "before" | "after") {
  const file = join(folder, "one.declaration.json");
  writeFileSync(file, declaration(300 + appended, `licence-${appended++}`));
  const words = ["-f", "TIME %U %S %e %M", process.execPath, builds[build], "register", "append", log, file];
  const { stderr, stdout, status } = spawnSync("/usr/bin/time", words, { encoding: "utf8" });
  const [, user, system, clock, kibibytes] = /TIME (\S+) (\S+) (\S+) (\d+)/.exec(stderr) ?? [];
  if (status !== 0) throw new Error(`${build}: ${stdout}${stderr}`);
  const processor = Number((Number(user) + Number(system)).toFixed(2));
  return { processor, clock: Number(clock), mebibytes: Math.round(Number(kibibytes) / 1024) };
}

try {
  const keys = [{ name: "Northwind", publicKey: pem, roles: ["publisher"], names: ["*"] }];
  await initRegister(log, "bench.example/register", utf8(JSON.stringify({ type: "assay/register-policy/v1", keys })));
  const rows = [];
  for (let size = 1000; size <= Number(values.largest); size *= 10) {
    await fillLog(log, size, record);
    execFileSync("sync");
    rows.push({
      entries: size,
      before: append("before"),
      first: append("after"),
      after: [append("after"), append("after")],
    });
    console.log(JSON.stringify(rows.at(-1)));
  }
  const result = {
    type: "assay/bench-append/v1",
    date: new Date().toISOString().slice(0, 10),
    load: Number(loadavg()[0]!.toFixed(1)),
    commits: { before: commit(values.before), after: commit(".") },
    rows,
  };
  writeFileSync("bench/append.json", `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
