/**
 * Recorded answers for the study of a common origin: sets of models that answered the same prompts, each model with its
 * base and maker, and what is documented of each pair. What no reachable document of a maker states is neither related
 * nor unrelated.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTranscript } from "../../dist/transcript/read-transcript.js";
import { firstAnswers } from "../../dist/transcript/transcript.js";
import { furtherCard } from "./further-labels.ts";
import { loadMaterial } from "./material.ts";

/** How a pair counts: which relation of the first proposition, which kind of null, or neither. */
export type OriginKind = string;

export interface OriginSet {
  name: string;
  names: string[];
  bases: string[];
  makers: string[];
  /** Makers as a listing names them: what material is divided by. */
  listed: string[];
  promptIds: string[];
  prompts: ReadonlyMap<string, string>;
  texts: ReadonlyMap<string, string>[];
  kind(a: number, b: number): { side: "hp" | "hd" | "neither"; kind: OriginKind };
}

export function alpacaSet(folder: string): OriginSet {
  const material = loadMaterial(folder);
  const { labels } = material;
  const promptIds = material.prompts.map((_, p) => String(p));
  return {
    name: "instructions",
    names: [...labels.names],
    bases: [...labels.bases].map((b) => labels.baseNames[b]!),
    makers: labels.names.map((name) => labels.maker(name)),
    listed: labels.names.map((name) => labels.maker(name)),
    promptIds,
    prompts: new Map(material.prompts.map((text, p) => [String(p), text])),
    texts: material.texts.map((of) => new Map(of.flatMap((text, p) => (text === null ? [] : [[String(p), text]])))),
    kind: (a, b) => {
      const kind = labels.kind(a, b);
      if (["same model", "tuned", "taught", "siblings of one base", "same maker, other size"].includes(kind))
        return { side: "hp", kind };
      if (kind === "same maker, other base") return { side: "hp", kind };
      if (kind === "undocumented") return { side: "hp", kind: "one base, one maker" };
      // A card that names answers of one maker's models as training data makes every model of that maker a possible
      // teacher: which of them it was is not documented.
      if (labels.mayBeTaught(a, b)) return { side: "neither", kind: "possible teacher" };
      return { side: "hd", kind };
    },
  };
}

/** The further recorded answers, a set a kind of prompt. @param wanted by maker; the others are not even read */
export function furtherSets(folder: string, wanted: (maker: string) => boolean): OriginSet[] {
  const listing: Record<string, { model: string; base: string; maker: string }> = JSON.parse(
    readFileSync(join(folder, "listing.json"), "utf8"),
  );
  return ["code", "crux", "gsm"].map((name) => {
    const files = readdirSync(join(folder, name))
      .map((file) => file.replace(/\.jsonl\.gz$/, ""))
      .filter((file) => wanted(listing[`${name}/${file}`]!.maker))
      .sort();
    const cards = files.map((file) => furtherCard(listing[`${name}/${file}`]!));
    const texts = files.map((file) => {
      const first = firstAnswers(readTranscript(readFileSync(join(folder, name, `${file}.jsonl.gz`)), file));
      return new Map([...first].map(([id, { text }]) => [id, text]));
    });
    return {
      name,
      names: files,
      bases: cards.map(({ base }) => base),
      makers: cards.map(({ maker }) => maker),
      listed: files.map((file) => listing[`${name}/${file}`]!.maker),
      promptIds: [...new Set(texts.flatMap((of) => [...of.keys()]))].sort(),
      prompts: new Map(),
      texts,
      kind: (a, b) => {
        const [x, y] = [cards[a]!, cards[b]!];
        if (x.weights === y.weights) return { side: "hp", kind: "same model" };
        const shared = [...x.makers].some((maker) => y.makers.has(maker));
        if (x.base === y.base)
          return { side: "hp", kind: x.maker === y.maker ? "one base, one maker" : "siblings of one base" };
        if (x.maker === y.maker) return { side: "hp", kind: "same maker, other base" };
        if (shared) return { side: "neither", kind: "bases of one maker" };
        if ((x.teacher && y.makers.has(x.teacher)) || (y.teacher && x.makers.has(y.teacher)))
          return { side: "neither", kind: "possible teacher" };
        if (x.teacher && x.teacher === y.teacher) return { side: "hd", kind: "one teacher, other base" };
        return { side: "hd", kind: "other bases" };
      },
    };
  });
}
