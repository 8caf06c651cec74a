/** A bundle that leans on a dated receipt of a register: it verifies, and is made again only where the receipt still holds. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyBundle } from "../../src/app/bundle/verify-bundle.js";
import { readPolicyFile } from "../../src/app/log/log.js";
import { recompute } from "../../src/app/recompute.js";
import { fromUtf8, utf8 } from "../../src/base/bytes.js";
import { addToLibrary } from "../../src/labs/weights/desk/scan-add.js";
import { signerOf } from "../../src/tlog/cosignature.js";
import { encodeVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { encodeProofFile, parseProofFile } from "../../src/tlog/proof-file.js";
import { encodeNote, parseNote, signNote } from "../../src/tlog/signed-note.js";
import { ask, bundleOf, studiesOf } from "../asked.js";

const folder = mkdtempSync(join(tmpdir(), "assay-committed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const demo = resolve("fixtures/demo");
const witness = secretKeyOf("w1.example", "ed25519-cosigner", new Uint8Array(32).fill(2));

beforeAll(() => {
  const script = `set -e
    openssl ecparam -name prime256v1 -genkey -noout -out key.pem && openssl ec -in key.pem -pubout -out pub.pem 2>/dev/null
    $ASSAY register init log --origin r.example/m > trust.txt
    $ASSAY register admit log --public-key pub.pem --name Northwind --role publisher --names northwind/
    $ASSAY register declare $DEMO/base --name northwind/base --kind derivation --private-key key.pem --register log
    $ASSAY register receipt 2 --register log --out receipt.json`;
  const env = {
    ...process.env,
    ASSAY: `${process.execPath} ${resolve("dist/command/main.js")}`,
    DEMO: demo,
    ASSAY_HOME: at("home"),
  };
  execFileSync("sh", ["-c", script], { cwd: folder, env, stdio: "pipe" });
  mkdirSync(at("papers"));
  writeFileSync(at("papers/receipt.json"), cosigned(readFileSync(at("receipt.json"), "utf8"), 1_700_000_000));
  const trust = readFileSync(at("trust.txt"), "utf8");
  writeFileSync(
    at("papers/trust.txt"),
    trust.replace(/quorum .*/, `witness W1 ${encodeVerifierKey(witness)}\nquorum W1`),
  );
});

/** A receipt whose checkpoint a witness cosigned at a time. */
function cosigned(receipt: string, time: number): string {
  const stored = JSON.parse(receipt);
  const { checkpoint, ...place } = parseProofFile(utf8(stored.proof));
  const note = parseNote(checkpoint);
  const [cosignature] = signNote(note.text, [signerOf(witness, time)]).signatures;
  const dated = encodeNote({ ...note, signatures: [...note.signatures, cosignature!] });
  return JSON.stringify({ ...stored, proof: fromUtf8(encodeProofFile({ ...place, checkpoint: dated }), "proof") });
}

test("receipt and policy are inputs of the request; with them it is made again, and with another receipt it is not", async () => {
  const options = {
    seed: "assay",
    rows: "sampled",
    committed: [at("papers/receipt.json")],
    policy: at("papers/trust.txt"),
  };
  const sides = [join(demo, "base"), join(demo, "finetune")];
  const studies = await studiesOf("examine weights");
  const examined = await ask("examine weights", sides, options, { home: at("home"), studies });
  expect(JSON.stringify(examined.findings[1])).toContain("cosigned by W1");
  const files = await bundleOf("examine weights", examined, studies);
  expect(verifyBundle(files).checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(fromUtf8(files.get("data/page.html")!, "page")).toContain("--committed RECEIPT --policy POLICY");
  const again = (...inputs: string[]) =>
    recompute(files, { inputs, home: at("home"), keyId: null, onProgress: () => undefined });
  const checks = await again(demo, at("papers"));
  expect(checks.length).toBeGreaterThanOrEqual(4);
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  await expect(again(demo)).rejects.toThrow(/expected the receipt's files/);

  // An earlier date put into the request is not what the receipt shows.
  const request = JSON.parse(fromUtf8(files.get("data/request.json")!, "request"));
  const stated = JSON.parse(request.settings.committed[0]);
  const forged = JSON.stringify({ ...stated, time: stated.time - 86_400 });
  const altered = new Map(files).set(
    "data/request.json",
    utf8(JSON.stringify({ ...request, settings: { ...request.settings, committed: [forged] } })),
  );
  const earlier = recompute(altered, {
    inputs: [demo, at("papers")],
    home: at("home"),
    keyId: null,
    onProgress: () => undefined,
  });
  await expect(earlier).rejects.toThrow(/date something else than the request states/);
});

test("a scan's library takes the receipt's date for the model it was made for, and for no other", async () => {
  const committed = { receipt: at("papers/receipt.json"), policy: await readPolicyFile(at("papers/trust.txt")) };
  const add = (model: string) =>
    addToLibrary({
      ...{ model: join(demo, model), library: at(`library-${model}`), added: "2026-11-29", home: null, committed },
      onProgress: () => undefined,
    });
  expect((await add("base")).committed).toMatchObject({ time: 1_700_000_000, by: expect.stringContaining("W1") });
  await expect(add("finetune")).rejects.toThrow(/expected a receipt for the model's root/);
});
