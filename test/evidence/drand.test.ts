/** Rounds of public beacons, as their makers published them: vectors of noislabs/drand-verify (Apache-2.0), at 9a760444. */
import { describe, expect, test } from "vitest";
import { localChain, QUICKNET, roundAt, verifyRound } from "../../src/evidence/drand.js";

const QUICKNET_123 = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
/** Chains before RFC 9380: they hash to G1 under the tag of G2. */
const EARLIER = [
  {
    round: 3,
    publicKey:
      "876f6fa8073736e22f6ff4badaab35c637503718f7a452d178ce69c45d2d8129a54ad2f988ab10c9666f87ab603c59bf013409a5b500555da31720f8eec294d9809b8796f40d5372c71a44ca61226f1eb978310392f98074a608747f77e66c5a",
    signature: "ac7c3ca14bc88bd014260f22dc016b4fe586f9313c3a549c83d195811a99a5d2d4999d4df6daec73ff51fafadd6d5bb5",
  },
  {
    round: 4,
    publicKey:
      "876f6fa8073736e22f6ff4badaab35c637503718f7a452d178ce69c45d2d8129a54ad2f988ab10c9666f87ab603c59bf013409a5b500555da31720f8eec294d9809b8796f40d5372c71a44ca61226f1eb978310392f98074a608747f77e66c5a",
    signature: "b4448d565ccad16beb6502f0cf84b4b8d4a67845ba894308a188731b8eb8fc5eb1b5bdcdcd370271436e1475c4786a4e",
  },
  {
    round: 375953,
    publicKey:
      "8f6e58c3dbc6d7e58e32baee6881fecc854161b4227c40b01ae7f0593cea964599648f91a0fa2d6b489a7fb0a552b959014007e05d0c069991be4d064bbe28275bd4c3a3cabf16c48f86f4566909dd6eb6d0e84fd6069c414562ca6abf5fdc13",
    signature: "a7fdfc9c5c31ba96011e89931668239daa368eaf2fbd03fafa38e0c336d0653d921f114b65ceb1a9ef781492d61e0d0a",
  },
];

describe("drand", () => {
  test("quicknet's round 123 holds, and no other number under its signature", () => {
    expect(verifyRound(QUICKNET, 123, QUICKNET_123)).toBe(true);
    expect(verifyRound(QUICKNET, 124, QUICKNET_123)).toBe(false);
  });

  test("chains that hash under G2's tag are refused", () => {
    for (const { round, publicKey, signature } of EARLIER)
      expect(verifyRound({ ...QUICKNET, publicKey }, round, signature), `round ${round}`).toBe(false);
  });

  test("the point at infinity, as signature or as key, a short one and no number are refused, never an error", () => {
    const infinity = `c0${"00".repeat(47)}`;
    expect(verifyRound(QUICKNET, 123, infinity)).toBe(false);
    expect(verifyRound({ ...QUICKNET, publicKey: `c0${"00".repeat(95)}` }, 123, QUICKNET_123)).toBe(false);
    expect(verifyRound({ ...QUICKNET, publicKey: `c0${"00".repeat(95)}` }, 123, infinity)).toBe(false);
    for (const [round, signature] of [
      [123, "ab"],
      [0, QUICKNET_123],
      [1.5, QUICKNET_123],
      [123, "zz"],
    ] as const)
      expect(verifyRound(QUICKNET, round, signature)).toBe(false);
  });

  test("a round's time: the first is out at the genesis, each next one three seconds later", () => {
    expect(roundAt(QUICKNET, QUICKNET.genesis)).toBe(1);
    expect(roundAt(QUICKNET, QUICKNET.genesis + 1)).toBe(2);
    expect(roundAt(QUICKNET, QUICKNET.genesis + 3)).toBe(2);
  });

  test("a stand-in chain's rounds hold under its own key alone", () => {
    const chain = localChain(new Uint8Array(32).fill(7));
    expect(verifyRound({ ...QUICKNET, publicKey: chain.publicKey }, 5, chain.sign(5))).toBe(true);
    expect(verifyRound(QUICKNET, 5, chain.sign(5))).toBe(false);
  });
});
