/** Attestations by processors: real ones under the makers' roots, and one with each part wrong under roots made here. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basic, keyUsage } from "../../materials/register/forged-chains.js";
import {
  dcapQuote,
  type Made,
  type QuoteFault,
  type ReportFault,
  snpReport,
} from "../../materials/register/tee-exhibits.js";
import { appendDeclarations, initRegister, openRegister } from "../../src/app/register/register.js";
import { findModel, modelRecord } from "../../src/app/register/register-record.js";
import { checkQuote } from "../../src/app/register/tee-exhibit.js";
import { sha256Digest } from "../../src/base/digest.js";
import { AssayError } from "../../src/base/error.js";
import { readCertificates } from "../../src/host/signing/signature-keys.js";
import { boundTo, digestsOf } from "../../src/host/signing/tee/exhibit.js";
import { verifyTeeExhibit } from "../../src/host/signing/tee/verify-exhibit.js";
import { ORIGIN_V2 } from "../office/samples.js";
import { bundleOf, model, party, policyBytes } from "../office/world.js";

const fixture = (name: string) => new Uint8Array(readFileSync(join("fixtures/tee", name)));
const INTEL = readCertificates(fixture("intel-root.pem"), "root");
const [ASK, ARK] = readCertificates(fixture("amd-milan.pem"), "roots") as [Uint8Array, Uint8Array];
/** All certificates of the fixtures were valid then. */
const THEN = Date.UTC(2025, 5, 1);
const verify = (bytes: Uint8Array, roots: readonly Uint8Array[], certificates: readonly Uint8Array[] = [], at = THEN) =>
  verifyTeeExhibit({ bytes, roots, certificates, at }, "test");
const faultsOf = async (made: Made, at = Date.UTC(2026, 10, 1)) =>
  (await verify(made.bytes, [made.root], made.certificates, at)).faults;

describe("made by real processors", () => {
  test.each([
    ["sgx-quote-v3.dat", "sgx-quote", 3, "MRENCLAVE"],
    ["tdx-quote-v4.dat", "tdx-quote", 4, "MRTD"],
  ] as const)("%s holds under Intel's root and no other", async (name, form, version, measurement) => {
    const read = await verify(fixture(name), INTEL);
    expect(read).toMatchObject({ form, version, faults: [], debug: false });
    expect(read.measurements[0]!.name).toBe(measurement);
    expect(read.anchor).toContain("Intel SGX Root CA");
    expect(read.platform.find((each) => each.name === "FMSPC")!.value).toMatch(/^[0-9a-f]{12}$/);
    expect((await verify(fixture(name), [ARK])).faults.join()).toMatch(
      /not trusted here|no certificate that is trusted/,
    );
    expect((await verify(fixture(name), INTEL, [], Date.UTC(2050, 1, 1))).faults.join()).toMatch(/valid until/);
  });

  test("an SEV-SNP report whose guest allowed debugging: the chain holds under AMD's root, and it attests nothing", async () => {
    const [bytes, chip] = [fixture("snp-report-v2.bin"), fixture("snp-vcek.der")];
    const read = await verify(bytes, [ARK], [chip, ASK]);
    expect(read.faults).toEqual(["was made with debugging allowed, and attests nothing"]);
    expect(read.anchor).toContain("ARK-Milan");
    expect((await verify(bytes, [ARK], [ASK])).faults.join()).toMatch(/expected the chip's certificate/);
    expect((await verify(bytes, [ASK], [chip])).faults.join()).toMatch(/did not sign itself/);
  });

  test("no bit before the chain can be changed, and no length", async () => {
    for (const name of ["sgx-quote-v3.dat", "tdx-quote-v4.dat"]) {
      const bytes = fixture(name);
      const chain = Buffer.from(bytes).indexOf("-----BEGIN");
      for (let at = 0; at < chain; at += 23) {
        const changed = bytes.slice();
        changed[at]! ^= 1 << (at % 8);
        const holds = await verify(changed, INTEL).then(
          ({ faults }) => faults.length === 0,
          (error) => {
            expect(error).toBeInstanceOf(AssayError);
            return false;
          },
        );
        expect(holds, `${name}, byte ${at}`).toBe(false);
      }
      for (let length = 0; length < chain; length += 97)
        await expect(verify(bytes.subarray(0, length), INTEL)).rejects.toThrow(/expected/);
    }
  });
});

describe("with one part wrong, under roots made here", () => {
  test("the good ones hold, and bind what they were given", async () => {
    const digest = `sha256:${"4b".repeat(32)}`;
    const reportData = Buffer.concat([Buffer.alloc(32, 0x4b), Buffer.alloc(32)]);
    for (const made of [
      dcapQuote("sgx", { reportData }),
      dcapQuote("tdx", { reportData }),
      snpReport({ reportData }),
    ]) {
      const read = await verify(made.bytes, [made.root], made.certificates, Date.UTC(2026, 10, 1));
      expect(read.faults).toEqual([]);
      expect(boundTo(read.reportData, digest)).toBe(true);
      expect(boundTo(read.reportData, `sha256:${"4c".repeat(32)}`)).toBe(false);
      expect(boundTo(read.reportData, `sha384:${"4b".repeat(48)}`)).toBe(false);
    }
    expect(await faultsOf(snpReport({ loaded: true }))).toEqual([]);
    expect(await faultsOf(snpReport({ zen5: true }))).toEqual([]);
    const [, , sha512] = digestsOf(new Uint8Array([1]));
    expect(boundTo(new Uint8Array(Buffer.from(sha512!.slice(7), "hex")), sha512!)).toBe(true);
  });

  const quotes: [string, QuoteFault, RegExp][] = [
    ["debugging allowed", { debug: true }, /debugging/],
    ["a quoting enclave under a debugger", { quotingEnclaveDebug: true }, /quoting enclave was run with debugging/],
    ["a quoting enclave of one's own", { quotingEnclaveSigner: "ab".repeat(32) }, /none of Intel's/],
    ["another attestation key", { otherKey: true }, /vouches for another key/],
    ["another platform's signature", { otherPlatform: true }, /did not sign the quoting enclave's report/],
    [
      "a certificate that is no platform's",
      { leaf: { extensions: [basic(false), keyUsage(0, 1)] } },
      /no certificate of a platform/,
    ],
    ["a platform's certificate that has run out", { leaf: { to: "2026-01-01T00:00:00Z" } }, /valid until/],
    ["an authority that is none", { authority: { extensions: [basic(false), keyUsage(0)] } }, /no authority/],
  ];
  test.each(quotes)("a quote: %s", async (_, fault, says) => {
    for (const form of ["sgx", "tdx"] as const) expect((await faultsOf(dcapQuote(form, fault))).join()).toMatch(says);
  });

  const reports: [string, ReportFault, RegExp][] = [
    ["debugging allowed", { debug: true }, /debugging/],
    ["another chip", { chip: Buffer.alloc(64, 1) }, /another chip/],
    ["other firmware than certified", { certified: { snp: 19 } }, /snp version 19, the report says 20/],
    ["bits above the signature", { spare: true }, /signature does not hold/],
    ["a chip's certificate that has run out", { leaf: { to: "2026-01-01T00:00:00Z" } }, /valid until/],
  ];
  test.each(reports)("a report: %s", async (_, fault, says) => {
    expect((await faultsOf(snpReport(fault))).join()).toMatch(says);
  });

  test("what is not read here says so", async () => {
    const v5 = dcapQuote("tdx", { version: 5 });
    await expect(verify(v5.bytes, [v5.root])).rejects.toThrow(/version 3 or 4, got 5/);
    await expect(verify(new Uint8Array(100), INTEL)).rejects.toThrow(/expected an SGX or TDX quote/);
    await expect(verify(new Uint8Array(100_000), INTEL)).rejects.toThrow(/at most/);
    const none = dcapQuote("tdx", { chain: "nothing" });
    await expect(verify(none.bytes, [none.root])).rejects.toThrow(/certificates/);
    const tail = dcapQuote("tdx");
    await expect(verify(Buffer.concat([tail.bytes, Buffer.from("x")]), [tail.root])).rejects.toThrow(/nothing after/);
    expect((await verify(Buffer.concat([tail.bytes, Buffer.alloc(9)]), [tail.root])).faults).toEqual([]);
  });
});

describe("as an exhibit of a model's origin", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "assay-tee-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("the register's word on what it is and binds is held against it", async () => {
    const north = party("Northwind", ["publisher"], ["*"]);
    const subject = model("northwind/lm");
    const root = subject.id.slice(7);
    const made = dcapQuote("tdx", { reportData: Buffer.concat([Buffer.from(root, "hex"), Buffer.alloc(32)]) });
    const [quote, rootFile] = [join(folder, "quote.dat"), join(folder, "root.der")];
    writeFileSync(quote, made.bytes);
    writeFileSync(rootFile, made.root);
    const log = join(folder, "log");
    await initRegister(log, "tee.example/log", policyBytes([north]));
    const origin = (binds: string) => ({
      ...ORIGIN_V2,
      trainingHardware: {
        ...ORIGIN_V2.trainingHardware!,
        evidence: {
          tier: "attested" as const,
          exhibits: [{ form: "tdx-quote" as const, digest: sha256Digest(made.bytes), binds, says: "the trainer" }],
        },
      },
    });
    const enter = async (binds: string) => {
      const bundle = bundleOf(north, { subject, kind: "origin", predicate: origin(binds) });
      const [result] = await appendDeclarations(log, [bundle], null);
      expect(result).toMatchObject({ admitted: true });
      const register = await openRegister(log);
      return { register, model: await findModel(register, "northwind/lm", () => undefined) };
    };
    const question = {
      quote,
      roots: [rootFile],
      certificates: [],
      at: Date.UTC(2026, 10, 1),
      bound: null,
      measurement: null,
    };
    const declared = await enter(subject.id);
    const good = await checkQuote({ ...question, declared });
    expect(good).toMatchObject({
      holds: true,
      bound: [subject.id],
      namedBy: [{ fact: "trainingHardware", tier: "attested", isModel: true }],
    });
    const { label } = await modelRecord(declared.register, declared.model, null);
    expect(label!.facts.at(-1)).toMatchObject({
      title: "Training hardware",
      items: ["512 × H100 SXM (NO)", "MI300X"],
      evidence: { tier: "attested" },
    });
    const other = await checkQuote({
      ...question,
      declared,
      bound: `sha256:${"0".repeat(64)}`,
      measurement: "ff".repeat(48),
    });
    expect(other.faults.join()).toMatch(/does not bind .*MRTD is/);
    const false_ = await enter(`sha256:${"1".repeat(64)}`);
    expect((await checkQuote({ ...question, declared: false_ })).faults.join()).toMatch(/says that it binds/);
    writeFileSync(quote, Buffer.concat([made.bytes, Buffer.alloc(1)]));
    expect((await checkQuote({ ...question, declared: false_ })).faults.join()).toMatch(/no origin of northwind\/lm/);
  });
});
