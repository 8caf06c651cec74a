/** A case through the command line, as the README shows it: opened, filed, shown, packed, verified by the other side. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const home = mkdtempSync(join(tmpdir(), "assay-case-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
for (const role of ["registrar", "complainant"]) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  writeFileSync(at(`${role}-key.pem`), privateKey.export({ type: "pkcs8", format: "pem" }));
}
const key = (role: string) => ["--private-key", at(`${role}-key.pem`)];
function assay(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/command/main.js", ...args], {
    encoding: "utf8",
  });
  return { status, out: stdout, err: stderr };
}

test("opened, filed, shown, packed, verified; refused with its reason; a changed byte found", () => {
  const folder = at("2026-001");
  const open = ["case", "open", folder, "--id", "2026-001", "--origin", "docket.example/2026-001", "--beacon", "local"];
  expect(JSON.parse(assay(...open, ...key("registrar"), "--json").out)).toMatchObject({ admitted: true, entry: 0 });
  const enrolment = ["--party", "aldgate", "--name", "Counsel", "--as", "complainant"];
  writeFileSync(at("e.json"), assay("case", "countersign", "2026-001", ...enrolment, ...key("complainant")).out);
  expect(assay("case", "enrol", folder, at("e.json"), ...key("registrar")).out).toBe("entry 1: key.enrolled\n");
  const complaint = ["case", "file", folder, "--facts", '{"members":1,"fee":"paid","tried":3}', ...key("complainant")];
  expect(assay(...complaint).out).toBe("entry 2: complaint\n");
  expect(assay("case", "notify", folder, ...key("registrar")).out).toBe("entry 3: notice\n");
  const again = assay(...complaint);
  expect([again.status, again.out]).toEqual([
    3,
    expect.stringContaining("refused: it may not be entered as the case stands"),
  ]);
  const steps = assay("case", "next", folder, "--role", "respondent", "--json").out.trim().split("\n");
  const answer = steps.map((line) => JSON.parse(line)).find(({ kind }) => kind === "response");
  expect(answer.computation.at(-1)).toMatch(/^ends 24:00 of .* in UTC-12/);
  expect(assay("case", "show", folder).out).toContain("2026-001, as of");
  expect(assay("case", "pack", folder, "--out", at("2026-001.zip")).status).toBe(0);
  const report = JSON.parse(assay("verify", at("2026-001.zip"), "--json").out);
  expect([report.holds, report.state.state, report.state.entries]).toEqual([true, "response", 4]);
  const bytes = readFileSync(at("2026-001.zip"));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(at("changed.zip"), bytes);
  expect(assay("verify", at("changed.zip")).status).not.toBe(0);
}, 300_000);

test("what lies where no case lies is the caller's mistake", () => {
  const { status, err } = assay("case", "show", home);
  expect([status, err]).toEqual([2, expect.stringMatching(/^assay: case: expected a case at .*\n$/)]);
});
