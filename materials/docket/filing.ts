/**
 * A process that files in a case until it is killed, and says what was acknowledged to it: used by the study of crashes.
 *   node filing.ts CASE KEY.pem FROM
 * Each entry attaches bytes of its own. Where another process files at the moment, it tries again.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync, writeSync } from "node:fs";
import { enterAct } from "../../dist/app/docket/act.js";
import { AssayError } from "../../dist/base/error.js";

const [folder, keyFile, from] = process.argv.slice(2) as [string, string, string];
const privateKey = createPrivateKey(readFileSync(keyFile));
const pem = createPublicKey(privateKey).export({ type: "spki", format: "pem" });
const signer = {
  keyId: createHash("sha256").update(pem).digest("hex"),
  sign: (message: Uint8Array) => new Uint8Array(sign("sha256", message, privateKey)),
};
writeSync(1, "ready\n");
for (let n = 0; ; ) {
  const bytes = Buffer.from(`attachment ${from} ${n} `.repeat(100));
  try {
    const entered = await enterAct(
      { folder, signer, at: null },
      { kind: "preservation", role: "registrar", facts: {}, attachments: [{ name: `${from}-${n}`, bytes }] },
    );
    if (!entered.admitted) throw new Error(entered.says);
    const { seq, statement } = entered.record;
    // One call of the system: a line is there or not.
    writeSync(1, `ack ${seq} ${statement} ${createHash("sha256").update(bytes).digest("hex")}\n`);
    n++;
  } catch (error) {
    if (!(error instanceof AssayError && error.code === "USAGE" && /only writer/.test(error.message))) throw error;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
