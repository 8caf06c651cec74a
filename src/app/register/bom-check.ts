/**
 * A stranger's BOM against the weights at hand: files are hashed, headers read, the card asked for its licence, and each
 * declared base that is at hand too is examined by the question that takes two models' weights. One line a claim.
 */
import { basename, join, resolve } from "node:path";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import type { Progress } from "../../base/progress.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { FileReader } from "../../host/files.js";
import { assayHome } from "../../host/home.js";
import { isUrl } from "../../host/http/http-pin.js";
import {
  type OpenedModel,
  openModel,
  readGgufHeader,
  readHeader,
  readOnnxGraph,
  readTorchFile,
} from "../../host/model/open-model.js";
import { fileDigests } from "../../host/signing/file-digests.js";
import { readSmallFile } from "../../host/small-file.js";
import { weightsOf } from "../../model/formats/onnx-weights.js";
import { TORCH_FILE } from "../../model/formats/torch-state.js";
import { type BomClaim, claimsOf } from "../../office/register/exchange/bom-claims.js";
import { type AtHand, type BomLine, holdAgainst } from "../../office/register/exchange/bom-held.js";
import { parseModelCard } from "../../office/register/exchange/model-card.js";
import { DESCENTS, descentAsking } from "../known.js";
import { loadStudies } from "../studies.js";
import { readBom } from "./bom.js";
import { modelRoot } from "./declare.js";

const SMALL_BYTES_MAX = 4 * 1024 * 1024;

interface BomCheck {
  subject: string;
  model: string;
  lines: BomLine[];
  /** Values of the BOM that speak of other components and of the document. */
  elsewhere: number;
  /** Places that are not as CycloneDX has them, with the reason. */
  unread: string[];
}

/** @param bases folders or files; `NAME=PATH` says which of several declared bases it is */
export async function checkBom(options: {
  bom: string;
  model: string;
  bases: readonly string[];
  onProgress: (progress: Progress) => void;
}): Promise<BomCheck> {
  const { model, onProgress } = options;
  for (const path of [model, ...options.bases])
    if (isUrl(path)) throw new AssayError("USAGE", `bom check: expected a folder or a file, got ${quoted(path)}`);
  const mended = await readBom(options.bom);
  const { subject, claims, elsewhere } = claimsOf(mended);
  const chosen = assigned(options.bases, claims);
  const opened = await openModel(model);
  const algorithms = claims.flatMap((claim) => (claim.kind === "hash" ? [claim.algorithm] : []));
  const files = new Map<string, Map<string, string>>();
  const total = opened.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  for (const { name, path } of algorithms.length > 0 ? opened.files : [])
    files.set(
      name,
      await fileDigests(path, algorithms, (bytes) => {
        done += bytes;
        onProgress({ stage: "hashing", done, total });
      }),
    );
  const root = claims.some(({ kind }) => kind === "root")
    ? `sha256:${await modelRoot(model, (d, t) => onProgress({ stage: "hashing", done: d, total: t }))}`
    : null;
  const bases: AtHand["bases"] = new Map(
    await Promise.all([...chosen].map(async ([at, base]) => [at, await examined(base, model, onProgress)] as const)),
  );
  const hand: AtHand = { root, files, bases, ...(await described(opened)) };
  return { subject, model: opened.name, lines: holdAgainst(claims, hand), elsewhere, unread: mended.unread };
}

/** Which base at hand is which declared one, by the path of the claim. @throws USAGE where that is not clear */
function assigned(given: readonly string[], claims: readonly BomClaim[]): Map<string, string> {
  const declared = claims.filter(({ kind }) => kind === "base");
  const last = (name: string) => name.split("/").at(-1)!.toLowerCase();
  const chosen = new Map<string, string>();
  for (const text of given) {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [null, null, text];
    const free = declared.filter(({ at }) => !chosen.has(at));
    const wanted = name ?? basename(resolve(path!));
    const named = free.filter((claim) => claim.declared === wanted || last(claim.declared) === last(wanted));
    const found = named.length === 1 ? named : name === null && free.length === 1 && given.length === 1 ? free : [];
    if (found.length !== 1)
      throw new AssayError(
        "USAGE",
        `bom check: expected --base NAME=PATH with one of ${declared.map((each) => quoted(each.declared)).join(", ") || "no declared bases"}, got ${quoted(text)}`,
      );
    chosen.set(found[0]!.at, path!);
  }
  return chosen;
}

/** No finding speaks against descent: what is not supported is left open. */
async function examined(
  base: string,
  model: string,
  onProgress: (progress: Progress) => void,
): Promise<{ supported: boolean; why: string }> {
  const asking = descentAsking();
  const question = await asking.question.load();
  const options: Record<string, unknown> = {};
  for (const { flags, default: value } of question.options) {
    const name = /^--([a-z-]+)/.exec(flags)?.[1]?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (name !== undefined && value !== undefined) options[name] = value;
  }
  const { findings } = await question.examine(
    { arguments: [base, model], options },
    {
      studies: await loadStudies(asking.laboratory),
      home: assayHome(),
      bundled: false,
      openBundle: () => Promise.reject(new Error("checkBom: no bundle is opened")),
      onProgress,
    },
  );
  const { proposition, outcome, reason } = findings[0]!;
  const supported = outcome === "supports-hp" && DESCENTS.has(proposition.id);
  return { supported, why: `${proposition.id}, ${outcome}: ${reason}` };
}

async function described(opened: OpenedModel): Promise<Omit<AtHand, "root" | "files" | "bases">> {
  const { reading, weightFiles, path, files } = opened;
  const single = files.length === 1 && files[0]!.path === path;
  const reader = new FileReader();
  const tensors: { name: string; type: string; shape: readonly number[]; elements: number }[] = [];
  let config: Record<string, unknown> | null = null;
  let format: AtHand["format"] = null;
  try {
    for (const file of weightFiles)
      if (file.name.endsWith(".gguf")) {
        format = "gguf";
        const header = await readGgufHeader(reader, file);
        const architecture = header.entries.get("general.architecture");
        if (typeof architecture === "string") config = { model_type: architecture };
        for (const { name, type, typeNumber, shape, elements } of header.tensors)
          tensors.push({ name, type: type?.name ?? `type ${typeNumber}`, shape, elements });
      } else if (TORCH_FILE.test(file.name))
        for (const { name, dtype, shape, elements } of (await readTorchFile(reader, file)).tensors)
          tensors.push({ name, type: dtype, shape, elements });
      else if (/\.onnx$/i.test(file.name))
        for (const { name, dtype, shape, elements } of weightsOf(await readOnnxGraph(reader, file)).weights)
          tensors.push({ name, type: dtype, shape, elements });
      // What an ONNX graph keeps beside it is counted with the graph.
      else if (file.name.endsWith(".safetensors")) {
        format = "safetensors";
        for (const { name, dtype, shape, elements } of (await readHeader(reader, file)).tensors)
          tensors.push({ name, type: dtype, shape, elements });
      }
  } finally {
    await reader.close();
  }
  const beside = async (name: string) =>
    files.some((file) => file.name === name) && !single ? readSmallFile(join(path, name), SMALL_BYTES_MAX) : null;
  const configBytes = await beside("config.json");
  if (configBytes) {
    const value = parseStrictJson(fromUtf8(configBytes, "config.json"), "config.json");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) config = value as Record<string, unknown>;
  }
  const cardBytes = await beside("README.md");
  const model = reading.kind === "model" ? reading.model : null;
  const stored = tensors.reduce((sum, { elements }) => sum + elements, 0);
  // Packed codes are no parameters: where weights are quantised only what was read through the coding counts.
  const packed = tensors.some(({ type }) => /^[IU]\d+$/.test(type));
  return {
    single,
    format,
    tensors,
    sizes: model && {
      hidden: model.hidden,
      mlpHidden: model.mlpHidden,
      layers: model.layers,
      vocabulary: model.vocabulary,
      experts: model.experts,
    },
    counts: [...new Set([...(packed ? [] : [stored]), ...(model ? [model.parameters] : [])])],
    config,
    cardLicence: cardBytes ? (parseModelCard(cardBytes, "README.md")?.licence ?? null) : null,
  };
}
