/** An order of a docket enters the register with the proof of its entry; forged or foreign, the proof is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { grantOf, policyOf } from "../../dist/app/register/append-keys.js";
import { basisOf, makeOrder, orderRecords, setAuthority } from "../../dist/app/register/orders.js";
import { initRegister, openRegister } from "../../dist/app/register/register.js";
import { everyCommand } from "../../dist/cli/commands/commands.js";
import { unixSeconds } from "../../dist/host/moment.js";
import { reversedCourse, SUSPECT, settledCourse } from "../../materials/docket/courses.ts";
import { type Player, player } from "../../materials/docket/court.ts";

const home = mkdtempSync(join(tmpdir(), "assay-docket-order-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (...names: string[]) => join(home, ...names);

/** `assay case prove`, in this process. */
async function prove(folder: string, entry: number, out: string): Promise<void> {
  const program = await everyCommand();
  await program.parseAsync(["case", "prove", folder, String(entry), "--out", out], { from: "user" });
}
const given = (from: string, other: { record?: string; proof?: string; policy?: string } = {}) => ({
  record: join(from, "record.json"),
  proof: join(from, "record.proof"),
  policy: join(from, "docket.policy"),
  ...other,
});

test("proved, it enters the register's log; forged or foreign it does not", async () => {
  const court = await reversedCourse(at("office"));
  await court.save(at("case"));
  const order = court.open.records.find(({ kind }) => kind === "order")!;
  await prove(at("case"), order.seq, at("basis"));
  await prove(at("case"), order.seq - 1, at("decision"));
  const other = await settledCourse(at("other-office"));
  await other.save(at("other-case"));
  await prove(at("other-case"), 3, at("other"));

  const judge: Player = player();
  writeFileSync(at("judge.pem"), judge.publicKey);
  const grant = await grantOf(at("judge.pem"), { name: "Court", roles: ["authority"], names: [] });
  await initRegister(at("register"), "register.example/models", policyOf([grant]));
  const entering = { register: at("register"), signer: judge, witnesses: null };
  const keys = [{ path: at("judge.pem"), name: "judge", effects: ["suspend", "recall"] as const }];
  await setAuthority(entering, { authority: "court.example", keys, effective: null, reason: "first keys" });

  const say = async (basis: Awaited<ReturnType<typeof basisOf>>, effect: "suspend" | "recall" = "suspend") =>
    makeOrder(entering, SUSPECT, "meridian/served", {
      effect,
      reach: "self",
      taught: false,
      noticeDays: 0,
      from: "2026-09-01T00:00:00Z",
      until: null,
      stay: null,
      basis,
      reasons: "the decision",
    });
  // Another log's keys; another record under this proof; a proof with a byte changed: none is believed.
  await expect(basisOf(given(at("basis"), { policy: at("other", "docket.policy") }))).rejects.toThrow(/basis/);
  await expect(basisOf(given(at("basis"), { record: at("decision", "record.json") }))).rejects.toThrow(/basis/);
  await expect(basisOf(given(at("basis"), { proof: at("other", "record.proof") }))).rejects.toThrow(/basis/);
  await expect(basisOf({ ...given(at("basis")), policy: undefined } as never)).rejects.toThrow("--basis-policy");
  const text = readFileSync(at("basis", "record.proof"), "utf8");
  const line = text.split("\n").findIndex((each) => /^[A-Za-z0-9+/]{43}=$/.test(each));
  const lines = text.split("\n");
  lines[line] = `${lines[line]![0] === "A" ? "B" : "A"}${lines[line]!.slice(1)}`;
  writeFileSync(at("forged.proof"), lines.join("\n"));
  await expect(basisOf(given(at("basis"), { proof: at("forged.proof") }))).rejects.toThrow(/basis/);
  // True proofs of entries that are no order about this model.
  expect(await say(await basisOf(given(at("decision"))))).toMatchObject({ admitted: false, reason: "malformed" });
  expect(await say(await basisOf(given(at("other"))))).toMatchObject({ admitted: false, reason: "malformed" });

  // And more than the docket ordered.
  expect(await say(await basisOf(given(at("basis"))), "recall")).toMatchObject({ admitted: false });

  expect(await say(await basisOf(given(at("basis"))))).toMatchObject({ admitted: true });
  const [record] = await orderRecords(await openRegister(at("register")), SUSPECT, unixSeconds());
  expect(record).toMatchObject({ effect: "suspend", authority: "court.example", state: "in force" });
});
