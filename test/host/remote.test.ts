/** Models behind URLs: the same findings from a fraction of the bytes, and every way a server may misbehave. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { partialReading } from "../../src/evidence/partial-reading.js";
import { checkRedirect, isPrivateAddress } from "../../src/host/http/http-address.js";
import { parseUrl, pinKey } from "../../src/host/http/http-pin.js";
import { HttpReader } from "../../src/host/http/http-reader.js";
import { HttpSource } from "../../src/host/http/http-source.js";
import { openModel } from "../../src/host/model/open-model.js";
import { examineModels } from "../../src/labs/weights/desk/examine-models.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import { bytesFile, type RangeServer, rangeServer } from "./range-server.js";

let server: RangeServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** /demo/… under fixtures/demo; /hop/… redirects there. */
async function demo(): Promise<RangeServer> {
  server = await rangeServer((path) => {
    const name = path.replace(/^\/(demo|x\/resolve\/main)\//, "");
    if (!/^[\w-]+\/[\w.-]+$/.test(name)) return undefined;
    try {
      return bytesFile(new Uint8Array(readFileSync(`fixtures/demo/${name}`)));
    } catch {
      return undefined;
    }
  });
  return server;
}
const settings = { seed: SEED_DEFAULT, rows: "sampled" as const };
const run = (reference: string, suspect: string) =>
  examineModels({ reference, suspect, settings, studies: [], home: null, threads: 2, onProgress: () => undefined });

test("a model behind a URL gives the finding of the same model at hand, under a root of what was read", async () => {
  const { origin } = await demo();
  const local = await run("fixtures/demo/base", "fixtures/demo/finetune");
  const remote = await run("fixtures/demo/base", `${origin}/demo/finetune`);
  const [a, b] = [local.findings[0]!, remote.findings[0]!];
  expect(b.outcome).toBe(a.outcome);
  expect(b.tests).toEqual(a.tests);
  expect(b.observations).toEqual(a.observations);
  if (a.subject.kind !== "pair" || b.subject.kind !== "pair") throw new Error("expected pairs");
  expect(b.subject.reference).toEqual(a.subject.reference);
  expect(b.subject.suspect).toMatchObject({
    name: "finetune",
    obtained: `in part, over HTTP from ${origin}/demo/finetune`,
  });
  expect(b.subject.suspect.root).not.toBe(a.subject.suspect.root);
  expect(b.evidence).toContain(b.subject.suspect.root);
  expect(b.limits.at(-1)).toMatch(/^The suspect was read in part, over HTTP: \d+ of \d+ bytes/);
  expect(remote.remote[0]).toMatchObject({ role: "suspect", root: b.subject.suspect.root, files: 3 });
  const again = await run("fixtures/demo/base", `${origin}/demo/finetune`);
  expect(again.findings).toEqual(remote.findings);
});

test("screening reads less, and finds a fine-tune all the same", async () => {
  const { origin } = await demo();
  const options = { studies: [], home: null, threads: 2, onProgress: () => undefined };
  const screened = { seed: SEED_DEFAULT, rows: "screened" as const };
  const [base, suspect] = ["base", "finetune"].map((name) => `${origin}/demo/${name}/model.safetensors`);
  const { findings, remote } = await examineModels({
    reference: base!,
    suspect: suspect!,
    settings: screened,
    ...options,
  });
  // Since version 3 of the method a block is worth the least of several e-values: these small models reach 10^−27.
  expect(findings[0]!.tests.find((t) => t.id === "combined")!.log10P).toBeLessThan(-20);
  expect(remote.map((use) => use.role)).toEqual(["reference", "suspect"]);
  const other = `${origin}/demo/independent-twin/model.safetensors`;
  const twin = await examineModels({ reference: base!, suspect: other, settings: screened, ...options });
  expect(twin.findings[0]!.outcome).not.toBe("supports-hp");
  expect(twin.findings[0]!.tests.find((t) => t.id === "combined")!.log10P).toBeGreaterThan(-6);
});

test("one file, a folder, and the same behind redirects", async () => {
  const { origin } = await demo();
  const file = await openModel(`${origin}/demo/base/model.safetensors`);
  expect(file).toMatchObject({ name: "model.safetensors", vocabulary: null, reading: { kind: "model" } });
  server!.fault = (request, response) => {
    if (!request.url!.startsWith("/hop/")) return false;
    response.writeHead(302, { location: request.url!.replace("/hop/", "/demo/") }).end();
    return true;
  };
  const hopped = await openModel(`${origin}/hop/base`);
  expect(hopped).toMatchObject({ name: "base", reading: { kind: "model" } });
  expect(hopped.vocabulary?.size).toBeGreaterThan(100);
});

test.each([
  ["nothing there", "/demo/none", /expected a .safetensors or .gguf file, or a folder/],
  ["a pickle", "/demo/base/pytorch_model.bin", /pickle checkpoint.*save_pretrained/],
])("%s", async (_, path, words) => {
  const { origin } = await demo();
  await expect(openModel(origin + path)).rejects.toThrow(words);
});
test("a folder of pickles is refused with the way to convert", async () => {
  server = await rangeServer((path) => (path === "/m/pytorch_model.bin" ? bytesFile(new Uint8Array(9)) : undefined));
  await expect(openModel(`${server.origin}/m/`)).rejects.toThrow(/pickle checkpoint.*save_pretrained/);
});
test("all rows, a name in a URL, other schemes: refused before anything is asked", async () => {
  const all = { seed: "s", rows: "all" as const };
  const options = { studies: [], home: null, onProgress: () => undefined };
  const reference = "http://127.0.0.1:1/x";
  await expect(examineModels({ reference, suspect: "y", settings: all, ...options })).rejects.toThrow(
    /--rows screened or sampled/,
  );
  expect(() => parseUrl("https://me:secret@example.org/")).toThrow(/without a user name/);
  expect(() => parseUrl("file:///etc/passwd")).toThrow(/expected http or https/);
});

describe("a server that misbehaves", () => {
  const pinned = async () => {
    const { origin } = await demo();
    const source = new HttpSource(2);
    const found = (await source.probe(`${origin}/demo/base/model.safetensors`, 1000))!;
    return { source, pin: found.pin };
  };
  test("files that change under way: another tag, another size", async () => {
    const { source, pin } = await pinned();
    await expect(source.range(pin, 100, 50)).resolves.toHaveLength(50);
    server!.etag = '"2"';
    await expect(source.range(pin, 100, 50)).rejects.toThrow(/a file at rest, got one that changed/);
    await expect(
      source.range({ ...pin, etag: null, modified: null, sizeBytes: pin.sizeBytes + 1 }, 1, 5),
    ).rejects.toThrow(/a file at rest/);
  });
  test("passing faults are tried again; lasting ones end", async () => {
    const { source, pin } = await pinned();
    let left = 2;
    server!.fault = (_, response) => {
      if (left-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    };
    await expect(source.range(pin, 0, 10)).resolves.toHaveLength(10);
    left = 99;
    await expect(source.range(pin, 0, 10)).rejects.toThrow(/status 503 \(4 tries\)/);
  }, 20_000);
  test.each<[string, (range: string) => [number, Record<string, string>, number], RegExp]>([
    ["another range", () => [206, { "content-range": "bytes 5-14/9999999" }, 10], /changed|another range/],
    ["no Content-Range", () => [206, {}, 10], /no usable Content-Range/],
    [
      "an encoded answer",
      (total) => [206, { "content-encoding": "gzip", "content-range": `bytes 0-9/${total}` }, 10],
      /encoded/,
    ],
    [
      "more than asked for",
      (total) => [206, { "content-range": `bytes 0-9/${total}` }, 500],
      /more bytes than asked for/,
    ],
    ["forbidden", () => [403, {}, 0], /status 403/],
  ])("%s", async (_, answer, words) => {
    const { source, pin } = await pinned();
    server!.fault = (_request, response) => {
      const [status, headers, length] = answer(String(pin.sizeBytes));
      response.writeHead(status, headers).end(new Uint8Array(length));
      return true;
    };
    await expect(source.range(pin, 0, 10)).rejects.toThrow(words);
  });
  test("redirects without end, and to where they may not lead", async () => {
    const { source, pin } = await pinned();
    server!.fault = (request, response) => {
      response.writeHead(302, { location: `${request.url}x` }).end();
      return true;
    };
    await expect(source.range(pin, 0, 10)).rejects.toThrow(/more than 5 redirects/);
    server!.fault = (_, response) => {
      response.writeHead(302, { location: "file:///etc/passwd" }).end();
      return true;
    };
    await expect(source.range(pin, 0, 10)).rejects.toThrow(/expected http or https/);
    const to = (from: string, target: string) => checkRedirect(new URL(from), new URL(target));
    await expect(to("https://203.0.113.9/x", "http://203.0.113.9/x")).rejects.toThrow(/https to stay https/);
    await expect(to("https://203.0.113.9/x", "https://127.0.0.1/x")).rejects.toThrow(/expected a public address/);
    await expect(to("https://203.0.113.9/x", "https://[::ffff:10.0.0.1]/x")).rejects.toThrow(/public address/);
    await expect(to("http://127.0.0.1:1/x", "http://127.0.0.1:2/x")).resolves.toBeUndefined();
  });
  test("a large file without ranges", async () => {
    server = await rangeServer(() => ({ sizeBytes: 2 ** 40, read: (_, length) => new Uint8Array(length) }));
    server.fault = (request) => {
      delete request.headers.range;
      return false;
    };
    await expect(openModel(`${server.origin}/a.safetensors`)).rejects.toThrow(/has to support range requests/);
  });
  test("values that are not finite are taken for nought where they are read, and said", async () => {
    const bytes = new Uint8Array(readFileSync("fixtures/demo/finetune/model.safetensors"));
    bytes.fill(0xff, bytes.length - 400_000);
    server = await rangeServer((path) => (path.endsWith(".safetensors") ? bytesFile(bytes) : undefined));
    const { findings } = await run("fixtures/demo/base/model.safetensors", `${server.origin}/m.safetensors`);
    expect(findings[0]!.tests.at(-1)!.log10P).toBeLessThan(-6);
    expect(findings[0]!.limits.at(-1)).toMatch(/matrices hold values that are NaN or infinite/);
  });
});

test("private addresses", () => {
  for (const address of ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1", "fd00::1", "::ffff:192.168.0.1"])
    expect(isPrivateAddress(address), address).toBe(true);
  for (const address of ["203.0.114.1", "2606:4700::1"]) expect(isPrivateAddress(address), address).toBe(false);
});

test("reads that lie close together become one request, long ones several; each gets its own bytes", async () => {
  const sizeBytes = 40 * 1024 * 1024;
  const value = (at: number) => (at * 31 + (at >> 8)) & 255;
  server = await rangeServer(() => ({
    sizeBytes,
    read: (offset, length) => Uint8Array.from({ length }, (_, i) => value(offset + i)),
  }));
  const source = new HttpSource(4);
  const { pin } = (await source.probe(`${server.origin}/f`, 10))!;
  const reader = new HttpReader(source);
  const wanted = [
    [5000, 100],
    [4900, 50],
    [4920, 300],
    [1_000_000, 10],
    [2_000_000, 20 * 1024 * 1024],
    [sizeBytes - 1, 1],
  ];
  const got = await Promise.all(
    wanted.map(async ([offset, length]) => {
      const into = new Uint8Array(length!);
      await reader.readInto(pinKey(pin), offset!, into);
      return into;
    }),
  );
  for (const [i, [offset, length]] of wanted.entries())
    for (const at of [0, length! >> 1, length! - 1]) expect(got[i]![at]).toBe(value(offset! + at));
  expect(server.requests).toHaveLength(1 + 1 + 1 + 3 + 1);
  expect(reader.takeReads()).toHaveLength(6);
  await expect(reader.readInto(pinKey(pin), sizeBytes - 1, new Uint8Array(2))).rejects.toThrow(/got its end/);
});

test("the root of a partial reading: order and repeats do not matter, contents and sizes do", () => {
  const read = (offsetBytes: number, c: string) => {
    return { file: "f", offsetBytes, lengthBytes: 4, digest: `sha256:${c.repeat(64)}` as const };
  };
  const root = (reads: ReturnType<typeof read>[], sizeBytes = 100) =>
    partialReading(reads, [{ name: "f", sizeBytes }], (f) => f).root;
  const one = root([read(0, "a"), read(8, "b")]);
  expect(root([read(8, "b"), read(0, "a"), read(8, "b")])).toBe(one);
  expect(root([read(0, "a"), read(8, "c")])).not.toBe(one);
  expect(root([read(0, "a"), read(8, "b")], 101)).not.toBe(one);
  expect(() => root([read(0, "a"), read(0, "b")])).toThrow(/two contents/);
});
