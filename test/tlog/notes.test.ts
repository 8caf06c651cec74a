/** Notes, keys, cosignatures, policies and portable proofs: examples of the specifications, and what is refused. */
import { describe, expect, test } from "vitest";
import { fromBase64, utf8 } from "../../src/base/bytes.js";
import { checkpointText, parseCheckpoint } from "../../src/tlog/checkpoint.js";
import { signerOf, verifierOf } from "../../src/tlog/cosignature.js";
import { leafHash, nodeHash } from "../../src/tlog/merkle-hash.js";
import {
  encodeSecretKey,
  encodeVerifierKey,
  type KeyType,
  parseSecretKey,
  parseVerifierKey,
  secretKeyOf,
} from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { encodeProofFile, parseProofFile, verifyProofFile } from "../../src/tlog/proof-file.js";
import { encodeNote, parseNote, signNote, verifiedBy } from "../../src/tlog/signed-note.js";
import { trustCheckpoint } from "../../src/tlog/trusted-checkpoint.js";
import { encodeAddCheckpoint, judge, parseAddCheckpoint } from "../../src/tlog/witness.js";

const seed = (n: number) => new Uint8Array(32).fill(n);
const log = secretKeyOf("log.example/one", "ed25519", seed(1));
const w1 = secretKeyOf("w1.example", "ed25519-cosigner", seed(2));
const w2 = secretKeyOf("w2.example", "ml-dsa-44", seed(3));
const entries = [utf8("a"), utf8("b"), utf8("c")];
const leaves = entries.map(leafHash);
const roots = [leaves[0]!, nodeHash(leaves[0]!, leaves[1]!), nodeHash(nodeHash(leaves[0]!, leaves[1]!), leaves[2]!)];

function checkpoint(size: number, signers = [log], root = roots[size - 1]!) {
  const text = checkpointText({ origin: log.name, size, root, extensions: [] });
  return encodeNote(
    signNote(
      text,
      signers.map((key) => signerOf(key, 1_679_315_147)),
    ),
  );
}

const POLICY = `# two witnesses
log ${encodeVerifierKey(log)} https://log.example/one
witness W1 ${encodeVerifierKey(w1)}
\twitness W2 ${encodeVerifierKey(w2)}
group both all W1 W2
quorum both
`;

describe("keys and notes", () => {
  test("the verifier key that the specification prints", () => {
    const text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    expect(encodeVerifierKey(parseVerifierKey(text))).toBe(text);
  });
  test("a note made by Go's sumdb/note verifies", () => {
    // golang.org/x/mod/sumdb/note, the example of its documentation.
    const key = parseVerifierKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    const note = parseNote(
      utf8(
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
      ),
    );
    expect(verifiedBy(note, [verifierOf(key)])).toHaveLength(1);
    expect(() => verifiedBy({ ...note, text: `${note.text}x\n` }, [verifierOf(key)])).toThrow(/does not hold/);
  });
  test.each<KeyType>(["ed25519", "ed25519-cosigner", "ml-dsa-44"])(
    "%s: text and back, signature and change",
    (type) => {
      const key = secretKeyOf("name.example/x", type, seed(9));
      expect(parseSecretKey(encodeSecretKey(key))).toEqual(key);
      const { name, publicKey } = key;
      const known = { name, type, publicKey };
      expect(parseVerifierKey(encodeVerifierKey(key))).toEqual(known);
      const text = checkpointText({ origin: "log.example", size: 3, root: roots[2]!, extensions: [] });
      const note = signNote(text, [signerOf(key, 12)]);
      expect(verifiedBy(note, [verifierOf(known)])).toHaveLength(1);
      const other = checkpointText({ origin: "log.example", size: 4, root: roots[2]!, extensions: [] });
      expect(() => verifiedBy({ ...note, text: other }, [verifierOf(known)])).toThrow(/does not hold/);
    },
  );
  test("one text per note; hostile ones are refused in one line", () => {
    const good = checkpoint(3, [log, w1, w2]);
    expect(encodeNote(parseNote(good))).toEqual(good);
    const bad = [
      "",
      "a\n",
      "a\n\n",
      "a\n\n— n\n",
      "a\n\n— n !!!!\n",
      "a\r\n\n— n AAAAAAA=\n",
      "a\n\n— n+m AAAAAAA=\n",
      "a\n\n- n AAAAAAA=\n",
    ];
    for (const text of bad) expect(() => parseNote(utf8(text))).toThrow(/note/);
    for (const text of ["a\n1\nAA==\n", "a\n01\n\n", "\n1\n\n", "a\n-1\n\n"])
      expect(() => parseCheckpoint(text)).toThrow(/checkpoint/);
  });
});

describe("policy", () => {
  const policy = parsePolicy(utf8(POLICY));
  test("a file of octets: names need not be UTF-8, and are told apart byte for byte", () => {
    const latin = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
    const [a, b] = [encodeVerifierKey(w1), encodeVerifierKey(w2)];
    // Latin-1 é; Kelvin sign and K; an overlong slash and a slash; U+FFFD in UTF-8 and a stray octet.
    const names = [
      "caf\xe9",
      "\xe2\x84\xaa",
      "K",
      "\xc0\xaf",
      "/",
      "\xef\xbf\xbd",
      "\xff",
      "\xf0\x9f\x98",
      "\xed\xa0\x80",
    ];
    for (const [i, one] of names.entries())
      for (const other of names.slice(i + 1)) {
        const text = `# \xfe\nwitness ${one} ${a}\nwitness ${other} ${b} http://w.example/\xe9\ngroup \xff\xff all ${one} ${other}\nquorum \xff\xff\n`;
        const { witnesses, quorum } = parsePolicy(latin(text));
        expect(witnesses[0]!.name).not.toBe(witnesses[1]!.name);
        expect(quorum(new Set(witnesses.map(({ name }) => name)))).toBe(true);
        expect(quorum(new Set([witnesses[0]!.name]))).toBe(false);
      }
    expect(parsePolicy(utf8(`witness é ${a}\nquorum é\n`)).quorumName).toBe("é");
    expect(() => parsePolicy(latin(`log \xe9${encodeVerifierKey(log)}\nquorum none\n`))).toThrow(/in UTF-8|key id/);
    for (const control of ["\x00", "\x0b", "\x7f", "\r"])
      expect(() => parsePolicy(latin(`# ${control}\nquorum none\n`))).toThrow(/control character/);
  });
  test("a quorum is asked for, and a log of the policy", () => {
    expect(trustCheckpoint(checkpoint(3, [log, w1, w2]), policy).cosigners).toEqual(["W1", "W2"]);
    expect(() => trustCheckpoint(checkpoint(3, [log, w1]), policy)).toThrow(/quorum "both", got W1/);
    expect(() => trustCheckpoint(checkpoint(3, [w1, w2]), policy)).toThrow(/signature by the log/);
    const stranger = secretKeyOf("log.example/two", "ed25519", seed(8));
    expect(() => trustCheckpoint(checkpoint(3, [stranger, w1, w2]), policy)).toThrow(/signature by the log/);
  });
  test.each([
    ["no quorum", "log L\n"],
    ["unknown name", "quorum X\n"],
    ["two quorums", "quorum none\nquorum none\n"],
    ["a member twice", `witness A ${encodeVerifierKey(w1)}\ngroup g any A\ngroup h any A\nquorum g\n`],
    [
      "a key twice",
      `witness A ${encodeVerifierKey(w1)}\nwitness B ${encodeVerifierKey({ ...w1, name: "z" })}\nquorum A\n`,
    ],
    ["too many asked", `witness A ${encodeVerifierKey(w1)}\ngroup g 2 A\nquorum g\n`],
    ["a later name", `group g any A\nwitness A ${encodeVerifierKey(w1)}\nquorum g\n`],
    ["a log key as witness", `witness A ${encodeVerifierKey(log)}\nquorum A\n`],
  ])("refused: %s", (_, text) => {
    expect(() => parsePolicy(utf8(text))).toThrow(/policy|expected/);
  });
  test("thresholds", () => {
    const text = `witness A ${encodeVerifierKey(w1)}\nwitness B ${encodeVerifierKey(w2)}\ngroup g 1 A B\nquorum g\n`;
    const { quorum } = parsePolicy(utf8(text));
    expect([[], ["A"], ["B"], ["A", "B"]].map((names) => quorum(new Set(names)))).toEqual([false, true, true, true]);
  });
});

test("a portable proof holds for its entry and nothing else", () => {
  const policy = parsePolicy(utf8(POLICY));
  const signed = checkpoint(3, [log, w1, w2]);
  const file = encodeProofFile({ extra: utf8("hint"), index: 1, proof: [leaves[0]!, leaves[2]!], checkpoint: signed });
  const parsed = parseProofFile(file);
  expect(encodeProofFile(parsed)).toEqual(file);
  expect(verifyProofFile(parsed, entries[1]!, policy).size).toBe(3);
  expect(() => verifyProofFile(parsed, entries[0]!, policy)).toThrow(/not at index 1/);
  expect(() => verifyProofFile({ ...parsed, index: 0 }, entries[1]!, policy)).toThrow(/not at index 0/);
  for (const cut of [1, 30, 60, file.length - 2])
    expect(
      () =>
        parseProofFile(file.slice(0, cut)) && verifyProofFile(parseProofFile(file.slice(0, cut)), entries[1]!, policy),
    ).toThrow();
});

describe("witness", () => {
  const request = (oldSize: number, size: number, proof: Uint8Array[], root = roots[size - 1]!) =>
    judge({ oldSize, proof, checkpoint: checkpoint(size, [log], root) }, [log], () =>
      oldSize ? { size: oldSize, root: roots[oldSize - 1]! } : null,
    ).status;
  test("growth is cosigned; a fork, a shrunk tree and a stranger are not", () => {
    expect(request(0, 2, [])).toBe(200);
    expect(request(2, 3, [leaves[2]!])).toBe(200);
    expect(request(2, 2, [])).toBe(200);
    expect(request(2, 3, [leaves[0]!])).toBe(422);
    expect(request(2, 2, [], leaves[0]!)).toBe(422);
    expect(request(3, 2, [])).toBe(400);
    const seen = () => ({ size: 3, root: roots[2]! });
    const behind = { oldSize: 2, proof: [leaves[2]!], checkpoint: checkpoint(3) };
    expect(judge(behind, [log], seen)).toEqual({ status: 409, size: 3 });
    expect(judge(behind, [], seen).status).toBe(404);
    const forged = secretKeyOf(log.name, "ed25519", seed(7));
    expect(judge({ ...behind, checkpoint: checkpoint(3, [forged]) }, [log], seen).status).toBe(403);
    const broken = checkpoint(3);
    broken[broken.length - 12]! ^= 1;
    expect([400, 403]).toContain(judge({ ...behind, checkpoint: broken }, [log], seen).status);
  });
  test("a request as text and back", () => {
    const bytes = encodeAddCheckpoint({ oldSize: 2, proof: [leaves[2]!], checkpoint: checkpoint(3) });
    expect(encodeAddCheckpoint(parseAddCheckpoint(bytes))).toEqual(bytes);
    for (const bad of ["", "old 02\n\nx", "old 1\nAA==\n\nx", `old 1\n${"AAAA\n".repeat(70)}\nx`])
      expect(() => parseAddCheckpoint(utf8(bad))).toThrow(/add-checkpoint/);
    expect(fromBase64("AA==", "x")).toHaveLength(1);
  });
});
