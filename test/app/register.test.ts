/** A newcomer's one sitting by the README's commands, a receipt checked offline, and tampering with anything stored. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkRegister } from "../../src/app/register/register-fsck.js";
import { utf8 } from "../../src/base/bytes.js";
import { commitmentsOf } from "../../src/labs/weights/desk/committed.js";
import { verifyReceipt } from "../../src/office/register/receipt.js";
import { signerOf } from "../../src/tlog/cosignature.js";
import { encodeVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { encodeProofFile, parseProofFile } from "../../src/tlog/proof-file.js";
import { encodeNote, parseNote, signNote } from "../../src/tlog/signed-note.js";

let folder: string;
const assay = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(process.cwd(), "dist/command/main.js"), ...args],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr };
};
const done = (...args: string[]) => {
  const { status, stdout, stderr } = assay(...args);
  expect(status, stderr + stdout).toBe(0);
  return stdout;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-register-"));
  execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem"], { cwd: folder });
  execFileSync("openssl", ["ec", "-in", "key.pem", "-pubout", "-out", "pub.pem"], { cwd: folder, stdio: "ignore" });
  mkdirSync(join(folder, "model"));
  writeFileSync(join(folder, "model/config.json"), '{"model_type":"llama","torch_dtype":"bfloat16"}');
  writeFileSync(join(folder, "model/model.safetensors"), "weights");
  writeFileSync(
    join(folder, "model/README.md"),
    "---\nlicense: apache-2.0\nlanguage: en\ndatasets: northwind/corpus\n---\n# lm\n",
  );
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("one sitting", () => {
  test("sign, declare, look up, prove", async () => {
    const keys = done("register", "init", "log", "--origin", "register.example/models");
    writeFileSync(join(folder, "trust.txt"), keys);
    done(
      "register",
      "admit",
      "log",
      "--public-key",
      "pub.pem",
      "--name",
      "Northwind",
      "--role",
      "publisher",
      "--names",
      "northwind/",
    );
    done("register", "sign", "model", "--private-key", "key.pem", "--signature", "model/model.sig");
    done("register", "declare", "model", "--name", "northwind/lm", "--draft", "answers.json");
    const answers = JSON.parse(readFileSync(join(folder, "answers.json"), "utf8"));
    expect(answers.derivation).toMatchObject({ relation: "pretrained", licence: "apache-2.0" });
    answers.origin.providerSeat = { status: "declared", countries: ["GB"] };
    writeFileSync(join(folder, "answers.json"), JSON.stringify(answers));
    const declared = done(
      "register",
      "declare",
      "model",
      "--name",
      "northwind/lm",
      "--signature",
      "model/model.sig",
      "--answers",
      "answers.json",
      "--private-key",
      "key.pem",
      "--register",
      "log",
      "--json",
    )
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(declared.map(({ kind, entry }) => [kind, entry])).toEqual([
      ["derivation", 2],
      ["origin", 3],
      ["training-content", 4],
    ]);
    // By folder and by name: the root is the same, the signature left out.
    const shown = JSON.parse(done("register", "show", "model", "--register", "log", "--policy", "trust.txt", "--json"));
    expect(shown.model).toBe(declared[0].model);
    expect(shown.label.facts[0]).toMatchObject({ status: "declared", countries: ["GB"], by: "publisher" });
    expect(assay("register", "check", "northwind/lm", "--register", "log").status).toBe(0);
    done("register", "receipt", "3", "--register", "log", "--out", "receipt.json");
    expect(done("register", "receipt", "--check", "receipt.json", "--policy", "trust.txt")).toMatch(
      /^holds: origin of northwind\/lm/,
    );
    const policy = parsePolicy(utf8(readFileSync(join(folder, "trust.txt"), "utf8")));
    const receipt = readFileSync(join(folder, "receipt.json"), "utf8");
    const another = utf8(receipt.replace(/index \d/, "index 2"));
    expect(() => verifyReceipt(another, policy)).toThrow(/not at index 2/);
    // For an examination a log alone dates nothing; a witness's cosignature does.
    await expect(commitmentsOf([join(folder, "receipt.json")], policy)).rejects.toThrow(/witness of the policy dated/);
    const witness = secretKeyOf("w1.example", "ed25519-cosigner", new Uint8Array(32).fill(2));
    const stored = JSON.parse(receipt);
    const { checkpoint, ...place } = parseProofFile(utf8(stored.proof));
    const note = parseNote(checkpoint);
    const [cosignature] = signNote(note.text, [signerOf(witness, 1_700_000_000)]).signatures;
    const cosigned = encodeNote({ ...note, signatures: [...note.signatures, cosignature!] });
    stored.proof = new TextDecoder().decode(encodeProofFile({ ...place, checkpoint: cosigned }));
    writeFileSync(join(folder, "cosigned.json"), JSON.stringify(stored));
    const trusting = readFileSync(join(folder, "trust.txt"), "utf8").replace(
      /quorum .*/,
      `witness W1 ${encodeVerifierKey(witness)}\nquorum W1`,
    );
    const [commitment] = await commitmentsOf([join(folder, "cosigned.json")], parsePolicy(utf8(trusting)));
    expect(commitment).toMatchObject({
      root: shown.model,
      time: 1_700_000_000,
      by: expect.stringMatching(/cosigned by W1$/),
    });
  }, 180_000);

  test("a refusal names its reason and writes nothing", () => {
    const before = readFileSync(join(folder, "log/checkpoint"));
    const { status, stdout } = assay(
      "register",
      "declare",
      "model",
      "--name",
      "southwind/lm",
      "--kind",
      "origin",
      "--private-key",
      "key.pem",
      "--register",
      "log",
      "--json",
    );
    expect(status).toBe(3);
    expect(JSON.parse(stdout).refusal.reason).toBe("name");
    expect(readFileSync(join(folder, "log/checkpoint"))).toEqual(before);
    const missing = assay("register", "show", "northwind/none", "--register", "log");
    expect(missing.status).toBe(2);
    expect(missing.stderr.trim().split("\n")).toHaveLength(1);
  }, 180_000);

  test("a changed byte of any stored thing is found", async () => {
    const log = join(folder, "tampered");
    cpSync(join(folder, "log"), log, { recursive: true });
    const policy = parsePolicy(utf8(readFileSync(join(folder, "trust.txt"), "utf8")));
    expect((await checkRegister(log, policy, () => undefined)).faults).toEqual([]);
    const files = (readdirSync(join(log, "objects"), { recursive: true }) as string[]).filter((name) =>
      name.includes("/"),
    );
    expect(files.length).toBe(5);
    for (const name of files) {
      const path = join(log, "objects", name);
      const bytes = readFileSync(path);
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1;
        writeFileSync(path, changed);
        expect((await checkRegister(log, policy, () => undefined)).faults.length).toBeGreaterThan(0);
      }
      rmSync(path);
      expect((await checkRegister(log, policy, () => undefined)).faults.length).toBeGreaterThan(0);
      writeFileSync(path, bytes);
    }
  }, 180_000);
});
