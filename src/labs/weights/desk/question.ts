/** `assay examine weights`: what is typed, what is examined, and how a bundle is examined again. */
import { optionValue } from "../../../app/asked.js";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question, RecomputeDesk } from "../../../app/laboratory.js";
import { readPolicyFile } from "../../../app/log/log.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Finding } from "../../../finding/finding.js";
import { isUrl } from "../../../host/http/http-pin.js";
import { statedUrl } from "../../../host/model/remote-files.js";
import { commitmentText } from "../making/commitment.js";
import { FURTHER_MAX } from "../making/merges.js";
import { SEED_BITS_DEFAULT, SEED_DEFAULT, type Settings } from "../method.js";
import { checkCommitted, checkSameCommitments, commitmentsOf, committedInputs } from "./committed.js";
import { examineModels, type ModelsExamined } from "./examine-models.js";
import { type RemoteUse, urlOf } from "./remote-side.js";
import { settingsOf } from "./typed.js";

export const weightsQuestion: Question = {
  description:
    "Do two models share ancestral weights? Compares a reference and a suspect, each a Hugging Face folder, one .safetensors, .gguf, .onnx or torch.save file (.bin, .pt), or an http(s) URL of a folder or one of the first two.",
  arguments: [
    { name: "reference", help: "model folder, .safetensors or .gguf file of the claimant" },
    { name: "suspect", help: "model folder, .safetensors or .gguf file of the respondent" },
  ],
  options: [
    {
      flags: "--rows <which>",
      help: "labels looked at in each block (default: sampled; screened, the least, where a side is a URL)",
      choices: ["sampled", "all", "screened"],
    },
    {
      flags: "--seed <text>",
      help: "seed of every random draw, 1 to 200 characters",
      read: optionValue.text(1, 200),
      default: SEED_DEFAULT,
    },
    {
      flags: "--init <path>",
      help: "the reference's initial weights, or a sketch of them: asks whether the suspect leans to them",
    },
    {
      flags: "--seed-bits <n>",
      help: "bits of seed their holder could have searched; 0 where it was committed before (default: 64)",
      read: optionValue.whole(0, 4096),
    },
    {
      flags: "--also <model...>",
      help: "candidate parents beside the reference: says whether the suspect is a merge of them",
    },
    {
      flags: "--candidates <n>",
      help: "models you asked about, this pair among them: every p is paid for all (assay scan)",
      read: optionValue.whole(1, 1_000_000),
    },
    {
      flags: "--committed <receipt...>",
      help: "receipts of a register's log for a side: says at what time it is shown to have existed; with --policy",
    },
    { flags: "--policy <file>", help: "tlog-policy under which the receipts are believed (with --committed)" },
    {
      flags: "--exhibits",
      help: "compute published likenesses for large models too: shown, never evidence",
    },
    {
      flags: "--threads <n>",
      help: "threads to use (default: cores + 1)",
      read: optionValue.whole(1, 64),
    },
  ],
  help: `
Examples:
  $ assay examine weights models/base models/suspect
  $ assay examine weights base.safetensors suspect.safetensors --json | jq .outcome
  $ assay examine weights models/base models/suspect --init models/base-init.safetensors
  $ assay examine weights models/base models/suspect --also models/second-parent models/third-parent
  $ assay examine weights models/base models/suspect --committed base.receipt.json --policy trust.txt
  $ assay examine weights base.sketch suspect.sketch
  $ assay examine weights models/base models/suspect --rows all --out case-1.zip --sign lab.pem
  $ assay examine weights models/base models/base+adapters/suspect
  $ assay examine weights models/base https://example.org/models/suspect/resolve/main

It reads safetensors with the names of Llama, Mistral, Qwen 2 and 3, Gemma, Phi, OLMo, StableLM,
GPT-2 and GPT-NeoX, of mixtures of experts, and their usual quantised forms; what torch.save wrote of these, as data, running nothing;
ONNX exports, plain or with 8-bit codes; and GGUF files of such models.
Behind a URL only what the examination needs is read, in ranges; the finding says how much and what that means.
An outcome of "inconclusive" does not show that the models are independent.`,

  async examine({ arguments: [reference, suspect], options }, desk) {
    const given = options as Options;
    const sides = [String(reference), String(suspect)] as const;
    const rows = given.rows ?? (sides.some(isUrl) ? "screened" : "sampled");
    if (given.seedBits !== undefined && given.init === undefined)
      throw new AssayError("USAGE", "--seed-bits: expected --init beside it");
    if ((given.also?.length ?? 0) > FURTHER_MAX)
      throw new AssayError("USAGE", `--also: expected at most ${FURTHER_MAX} models, got ${given.also?.length}`);
    if ((given.committed === undefined) !== (given.policy === undefined))
      throw new AssayError("USAGE", "--committed: expected receipts and a --policy under which they are believed");
    const committed = given.committed
      ? await commitmentsOf(given.committed, await readPolicyFile(given.policy!))
      : null;
    const examined = await examineModels({
      reference: sides[0],
      suspect: sides[1],
      ...(given.init === undefined ? {} : { init: given.init }),
      ...(given.also ? { also: given.also } : {}),
      settings: {
        seed: given.seed ?? SEED_DEFAULT,
        rows,
        ...(committed ? { committed } : {}),
        ...(given.init === undefined ? {} : { seedBits: given.seedBits ?? SEED_BITS_DEFAULT }),
        ...(given.exhibits ? { exhibits: true } : {}),
        ...(given.candidates === undefined ? {} : { candidates: given.candidates }),
      },
      ...(given.threads ? { threads: given.threads } : {}),
      studies: desk.studies,
      home: desk.home,
      onProgress: desk.onProgress,
    });
    checkCommitted(committed ?? [], examined.findings[0]!);
    return asExamination(examined, committed ? await committedInputs(given.committed!, given.policy!) : []);
  },

  async again(request, desk) {
    const settings = settingsOf(request);
    const papers = request.inputs.filter(({ role }) => PAPERS.has(role));
    const inputs = request.inputs.filter(({ role }) => !PAPERS.has(role));
    const found = await foundInputs("models", { ...request, inputs }, desk, allowedUrls(desk));
    // Bundles of earlier versions state what receipts showed and do not name them.
    if (papers.length > 0) {
      const { all, at } = await foundInputs("files", { ...request, inputs: papers }, desk);
      const receipts = all("receipt").map(({ path }) => path);
      checkSameCommitments(settings.committed ?? [], await commitmentsOf(receipts, await readPolicyFile(at("policy"))));
    }
    const also = request.inputs.map(({ role }) => role).filter((role) => /^also-\d+$/.test(role));
    return asExamination(
      await examineModels({
        reference: found.at("reference"),
        suspect: found.at("suspect"),
        ...(found.has("init") ? { init: found.at("init") } : {}),
        also: also.map(found.at),
        settings,
        studies: desk.studies,
        home: desk.home,
        onProgress: desk.onProgress,
      }),
      papers,
    );
  },
};

/** Roles of inputs that are no models. */
const PAPERS: ReadonlySet<string> = new Set(["receipt", "policy"]);

interface Options {
  seed?: string;
  rows?: Settings["rows"];
  also?: string[];
  committed?: string[];
  policy?: string;
  exhibits?: boolean;
  candidates?: number;
  init?: string;
  seedBits?: number;
  threads?: number;
}

/** For whoever publishes it; the demo reuses a pool over several examinations. */
function asExamination(
  { findings, inputs, settings, remote }: ModelsExamined,
  papers: Examination["inputs"] = [],
): Examination {
  const also = inputs.flatMap(({ role }) => (role.startsWith("also-") ? ["--also", role.toUpperCase()] : []));
  const init = settings.seedBits === undefined ? [] : ["--init", "INIT"];
  return {
    findings,
    inputs: [...inputs, ...papers],
    settings: requestSettings(settings),
    arguments: ["REFERENCE", "SUSPECT", ...init, ...also],
    notes: remote.map(remoteLine),
  };
}

/** As texts and numbers: commitments were checked when they were handed in, and stand here by what they showed. */
function requestSettings({ committed, ...settings }: Settings): Examination["settings"] {
  return { ...settings, ...(committed ? { committed: committed.map(commitmentText) } : {}) };
}

/** A server learns that it is asked, so only the caller may say that a side is read from it again. */
function allowedUrls({ inputs, stored }: RecomputeDesk): Map<string, string> {
  const allowed = new Map<string, string>();
  for (const { root, url } of behindUrls(stored[0]!)) {
    const given = inputs.find((input) => isUrl(input) && statedUrl(input) === url);
    if (given === undefined)
      throw new AssayError(
        "NOT_FOUND",
        `verify: expected leave to read ${quoted(url)} again, as the examination did; give --inputs ${url}`,
      );
    allowed.set(root, given);
  }
  return allowed;
}

/** Sides that were read over HTTP, by the words that remote-side.ts writes. */
function behindUrls({ subject }: Finding): { root: string; url: string }[] {
  if (subject.kind !== "pair") return [];
  return [subject.reference, subject.suspect].flatMap(({ root, obtained }) => {
    const url = urlOf(obtained ?? "");
    return url === null ? [] : [{ root, url }];
  });
}

function remoteLine({ role, url, readBytes, totalBytes, ranges, receivedBytes, requests }: RemoteUse): string {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${role}: ${mb(readBytes)} of ${mb(totalBytes)} read from ${url} in ${ranges} ranges (${mb(receivedBytes)} received in ${requests} requests, all sides)`;
}
