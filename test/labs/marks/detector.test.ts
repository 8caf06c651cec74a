/** The detector as a service: what it answers and what it keeps to itself, how often, under which names. */
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { detect } from "../../../src/labs/marks/desk/detector.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { MARKS_STUDIES } from "../../../src/labs/marks/studies.js";
import { detectorServer, Rates } from "../../../src/labs/marks/tools/detector-server.js";

const V = 512;
const marks = ["harbour", "northwind"].map((name, i) =>
  parseMark(
    { type: "assay/mark/v1", name, scheme: "gumbel", variant: "vllm", key: 7_000_001 + i, vocabulary: V },
    name,
  ),
);
/** Of eight candidates the one that scores highest, step by step. */
function served(): number[] {
  const scheme = schemeOf(marks[1]!, new TokenDraws());
  const source = prng("detector", "text");
  const ids = Array.from({ length: 4 }, () => source.below(V));
  while (ids.length < 160) {
    const tried = Array.from({ length: 8 }, () => source.below(V));
    const at = Int32Array.of(ids.length);
    const scores = tried.map((t) => {
      const all = Uint32Array.from([...ids, t]);
      return scheme.scores(all, at, scheme.names(all, at))[0]!;
    });
    ids.push(tried[scores.indexOf(Math.max(...scores))]!);
  }
  return ids;
}
const marked = served();
const unmarked = Array.from({ length: 160 }, (_, i) => (i * 7919) % V);

let clock = 0;
let url = "";
const server = detectorServer({
  detect: async (body) => {
    const studies = await loadStudies({ studies: MARKS_STUDIES });
    const validations = studies.map(({ summary, digest }) => ({ summary, digest }));
    return detect({ marks, encoder: null, validations, trust: null }, body);
  },
  ...{ rate: 8, hosts: ["detector.example"], now: () => clock },
});
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/detect`;
});
afterAll(() => new Promise((done) => server.close(done)));
const ask = (body: unknown, to = url) => fetch(to, { method: "POST", body: JSON.stringify(body) });

it("it names the mark that stands in a text, and tells no p, key, passage or digest; it logs nothing", async () => {
  const written = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
  const found = await (await ask({ ids: marked })).text();
  const none = await (await ask({ ids: unmarked })).text();
  for (const spy of written) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
  expect(JSON.parse(found)).toMatchObject({ outcome: "supports-hp", mark: "northwind", credentials: null });
  expect(JSON.parse(none)).toMatchObject({ outcome: "inconclusive", mark: null });
  for (const answer of [found, none]) {
    expect(Object.keys(JSON.parse(answer)).sort()).toEqual(
      ["alternatives", "credentials", "limits", "mark", "outcome", "says", "type"].sort(),
    );
    expect(answer).not.toMatch(/7000001|7000002|sha256:|log10/);
  }
});

it("what cannot be asked is told in one line", async () => {
  for (const [body, status] of [
    [{}, 400],
    [{ text: "words" }, 400],
    [{ text: "words", ids: [1] }, 400],
    [{ ids: ["x"] }, 400],
    [{ ids: new Array(20_001).fill(1) }, 413],
  ] as const) {
    clock += 60_000;
    const answer = await ask(body);
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain("\n    at ");
  }
});

it("a name that is not its own is refused, and so is another path", async () => {
  clock += 60_000;
  const { request } = await import("node:http");
  const status = (host: string) =>
    new Promise<number>((done) =>
      request(url, { method: "POST", headers: { host } }, (response) => done(response.resume().statusCode!)).end("{}"),
    );
  expect(await status("elsewhere.example")).toBe(421);
  expect(await status("detector.example")).toBe(400);
  expect((await ask({ ids: [1] }, url.replace("detect", "keys"))).status).toBe(404);
});

it("a caller's requests are limited a minute, all callers' together tenfold", async () => {
  clock += 60_000;
  const statuses: number[] = [];
  for (let n = 0; n < 9; n++) statuses.push((await ask({ ids: [1, 2, 3] })).status);
  expect(statuses.slice(0, 8)).not.toContain(429);
  expect(statuses[8]).toBe(429);
  const rates = new Rates(2, () => clock);
  const passed = Array.from({ length: 30 }, (_, n) => rates.take(`caller ${n}`) === 0);
  expect(passed.filter(Boolean).length).toBe(20);
  clock += 30_000;
  expect(rates.take("caller 99")).toBe(0);
});
