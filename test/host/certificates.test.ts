/** Certificates by RFC 5280: chains with one fault each, the moment, strict DER, and a search that ends. */
import { describe, expect, test } from "vitest";
import {
  basic,
  certificate,
  chainOf,
  dn,
  forgedChains,
  keyUsage,
  newKeys,
  pem,
  rsaKeys,
  usual,
} from "../../materials/register/forged-chains.js";
import { readCertificates } from "../../src/host/signing/signature-keys.js";
import { readCertificate } from "../../src/host/signing/x509/certificate.js";
import { parseDer } from "../../src/host/signing/x509/der.js";
import { validatePath } from "../../src/host/signing/x509/path-validation.js";
import { signingCertificate } from "../../src/host/signing/x509/signing-certificate.js";
import { processorMs } from "../processor-time.js";

const AT = Date.parse("2026-11-28T12:00:00Z");
const judge = async (
  chain: readonly Uint8Array[],
  trusted: readonly Uint8Array[],
  more: { at?: number; strict?: boolean } = {},
) =>
  signingCertificate({ chain, trusted, at: AT, strict: false, ...more }, "bundle").then(
    () => null,
    (error: Error) => error.message,
  );

test.each(forgedChains().map((chain) => [chain.name, chain] as const))("%s", async (_, { chain, trusted, holds }) => {
  const reason = await judge(chain, trusted);
  if (holds) expect(reason).toBeNull();
  else expect(reason).toMatch(/^(bundle|the certificates trusted here)/);
});

test("the moment is the caller's, to the second, both ends inside", async () => {
  const { chain, trusted } = chainOf("short", true, {
    signer: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
  });
  const at = (text: string) => judge(chain, trusted, { at: Date.parse(text) });
  expect(await at("2026-01-01T00:00:00Z")).toBeNull();
  expect(await at("2026-01-02T00:00:00.999Z")).toBeNull();
  expect(await at("2025-12-31T23:59:59.999Z")).toMatch(/valid from 2026-01-01T00:00:00Z only/);
  expect(await at("2026-01-02T00:00:01Z")).toMatch(/valid until 2026-01-02T00:00:00Z/);
});

test("short RSA keys are refused, long ones taken", async () => {
  const [short, long] = [rsaKeys(1024), rsaKeys(2048)];
  const under = (keys: typeof short) => {
    const { chain, trusted } = chainOf("rsa", true, { authority: { keys }, signer: { issuerKeys: keys } });
    return judge(chain, trusted);
  };
  expect(await under(short)).toMatch(/1024 bits/);
  expect(await under(long)).toBeNull();
});

test("what the authorities left undone is said, and refuses on demand", async () => {
  const { chain, trusted } = chainOf("no identifiers", true);
  const held = await signingCertificate({ chain, trusted, at: AT, strict: false }, "bundle");
  expect(held.departures).toContain('"CN=signer": it has no authority key identifier (4.2.1.1)');
  expect(await judge(chain, trusted, { strict: true })).toMatch(/4\.2\.1\.1/);
});

test("path length counts authorities that are not self-issued", async () => {
  const keys = [newKeys(), newKeys()] as const;
  const limited = certificate(usual.authority({ extensions: [basic(true, 0), keyUsage(5)] }));
  const root = certificate(usual.root());
  const selfIssued = certificate(
    usual.authority({ issuer: dn("CN=authority"), issuerKeys: usual.authority().keys, keys: keys[0] }),
  );
  const second = certificate(
    usual.authority({
      subject: dn("CN=second"),
      issuer: dn("CN=authority"),
      issuerKeys: usual.authority().keys,
      keys: keys[1],
    }),
  );
  const under = (keyPair: (typeof keys)[number], issuer: string) =>
    certificate(usual.signer({ issuer: dn(issuer), issuerKeys: keyPair }));
  expect(await judge([under(keys[0], "CN=authority"), selfIssued, limited], [root])).toBeNull();
  expect(await judge([under(keys[1], "CN=second"), second, limited], [root])).toMatch(
    /allows 0 authorities below it, and there are 1/,
  );
});

test("a chain made to be slow is given up", async () => {
  const keys = Array.from({ length: 12 }, () => newKeys());
  // Everyone vouches for everyone.
  const crossed = keys.flatMap((issuerKeys, i) =>
    keys.map((own, j) =>
      certificate(usual.authority({ subject: dn(`CN=${j}`), issuer: dn(`CN=${i}`), keys: own, issuerKeys })),
    ),
  );
  const leaf = certificate(usual.signer({ issuer: dn("CN=0"), issuerKeys: keys[0]! }));
  const judged = async () => expect(await judge([leaf, ...crossed], [certificate(usual.root())])).toMatch(/bundle: /);
  expect(await processorMs(judged)).toBeLessThan(10_000);
});

describe("DER", () => {
  test.each([
    ["indefinite length", "30800000"],
    ["long form of a short length", "308100"],
    ["leading zero in a length", "30820000"],
    ["bytes after the end", "050000"],
    ["a length beyond the end", "3005020100"],
    ["an integer with a spare octet", "02020001"],
    ["a negative one with a spare octet", "0202ff80"],
    ["an empty integer", "0200"],
    ["a BOOLEAN of 1", "010101"],
    ["bits beyond the end", "030201ff"],
    ["a NULL with contents", "050100"],
    ["an OBJECT IDENTIFIER cut short", "060181"],
    ["an OBJECT IDENTIFIER with padding", "06028001"],
    ["a string in pieces", "2c030c0141"],
    ["a tag of several octets", "1f8100"],
    ["nothing", ""],
  ])("%s is refused", (_, text) => {
    expect(() => parseDer(Buffer.from(text, "hex"), "x")).toThrow(/x: expected DER/);
  });
  test("a structure without a floor is refused", () => {
    let nested = Buffer.from("0500", "hex");
    for (let i = 0; i < 60; i++) nested = Buffer.concat([Buffer.from([0x30, nested.length]), nested]);
    expect(() => parseDer(nested, "x")).toThrow(/structure of at most/);
  });
  test("any octet of a certificate changed is seen, or is the signature's to see", async () => {
    const { chain, trusted } = chainOf("usual", true);
    const [leaf, ...rest] = chain as [Buffer, ...Buffer[]];
    for (let at = 0; at < leaf.length; at++) {
      const changed = Buffer.from(leaf);
      changed[at]! ^= 0x01;
      expect(await judge([changed, ...rest], trusted), `octet ${at}`).not.toBeNull();
    }
  });
});

test("a PEM file gives its certificates in order", () => {
  const { chain } = chainOf("usual", true);
  expect(readCertificates(Buffer.from(`before\n${pem(...chain)}after`), "f").map((der) => Buffer.from(der))).toEqual(
    chain,
  );
  expect(() => readCertificates(Buffer.from("nothing"), "f")).toThrow(/certificates in PEM/);
});

test("departures do not hide a path that holds", async () => {
  const { chain, trusted } = chainOf("usual", true);
  const [certificateAsked, ...others] = chain.map((der) => readCertificate(der, "x"));
  const path = await validatePath(
    { certificate: certificateAsked!, others, trusted: trusted.map((der) => readCertificate(der, "x")), at: AT },
    "x",
  );
  expect(path.certificates).toHaveLength(3);
});
