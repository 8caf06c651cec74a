/**
 * The models that ship with the repository, served as real servers serve models: an OpenAI-compatible endpoint on
 * localhost, byte-level BPE, a forward pass, greedy decoding. Slow and small on purpose: nothing is canned.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { logits } from "../../materials/weights/forward.ts";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import type { CanonicalTensor, Model } from "../../src/model/model.js";

interface Loaded {
  model: Model;
  load: (tensor: CanonicalTensor) => Promise<Float32Array>;
}

export async function serveDemoModels(): Promise<{ url: string; close: () => Promise<void> }> {
  const files = new FileReader();
  const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
  const loaded = new Map<string, Promise<Loaded>>();
  const modelOf = (name: string) => {
    const known = loaded.get(name) ?? load(name);
    loaded.set(name, known);
    return known;
  };
  async function load(name: string): Promise<Loaded> {
    const { reading } = await openModel(`fixtures/demo/${name}`);
    if (reading.kind !== "model") throw new Error(reading.reason);
    const weights = new Map<CanonicalTensor, Promise<Float32Array>>();
    return {
      model: reading.model,
      load: (tensor) => {
        const known = weights.get(tensor) ?? compute.load(tensor.matrix);
        weights.set(tensor, known);
        return known;
      },
    };
  }
  const tokenizer = bytePairEncoding("fixtures/demo/base/tokenizer.json");
  let number = 0;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = JSON.parse(Buffer.concat(parts).toString());
    const { model, load: weights } = await modelOf(body.model);
    const prompt = tokenizer.encode(body.messages.at(-1).content);
    const ids = [...prompt];
    for (let i = 0; i < body.max_tokens; i++) {
      const all = await logits(model, weights, ids);
      const last = all.data.subarray((ids.length - 1) * all.columns, ids.length * all.columns);
      ids.push(last.reduce((best, value, id) => (value > last[best]! ? id : best), 0));
    }
    const text = tokenizer.decode(ids.slice(prompt.length));
    response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({
        id: `demo-${number++}`,
        model: body.model,
        choices: [{ message: { role: "assistant", content: text }, finish_reason: "length" }],
        usage: { prompt_tokens: prompt.length, completion_tokens: ids.length - prompt.length },
      }),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
      await files.close();
    },
  };
}

/** GPT-2's byte-level BPE (Radford et al. 2019) with the repository's own vocabulary. */
function bytePairEncoding(path: string) {
  const { model } = JSON.parse(readFileSync(path, "utf8"));
  const vocabulary: Record<string, number> = model.vocab;
  const merges: (string | [string, string])[] = model.merges;
  const ranks = new Map(merges.map((merge, i) => [Array.isArray(merge) ? merge.join(" ") : merge, i]));
  const printable = [...Array(256).keys()].filter((b) => (b > 32 && b < 127) || (b > 160 && b !== 173));
  let other = 256;
  const symbols = Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable.includes(b) ? b : other++));
  const bytes = new Map(symbols.map((symbol, b) => [symbol, b]));
  const names = new Map(Object.entries(vocabulary).map(([token, id]) => [id, token]));
  const split = /'(?:[sdmt]|ll|ve|re)| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+/g;
  return {
    encode: (text: string): number[] =>
      (text.match(split) ?? []).flatMap((piece) => {
        const parts = [...Buffer.from(piece)].map((b) => symbols[b]!);
        for (;;) {
          let best = -1;
          let rank = Number.POSITIVE_INFINITY;
          for (let i = 0; i + 1 < parts.length; i++) {
            const of = ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Number.POSITIVE_INFINITY;
            if (of < rank) [best, rank] = [i, of];
          }
          if (best === -1) return parts.map((part) => vocabulary[part]!);
          parts.splice(best, 2, parts[best]! + parts[best + 1]!);
        }
      }),
    decode: (ids: readonly number[]): string =>
      Buffer.from(
        ids.flatMap((id) => [...(names.get(id) ?? "")].flatMap((symbol) => bytes.get(symbol) ?? [])),
      ).toString(),
  };
}
