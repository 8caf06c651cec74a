/**
 * Bundles of the demonstration and of each question of each laboratory, made by two commits from the same material and
 * compared file by file and field by field:
 *
 *   npm run build && node validation/seam-bundles.ts material DIR
 *   node validation/seam-bundles.ts make TREE DIR OUT         for each of the two; TREE: a built checkout
 *     [CASE…]: those alone, where named
 *   node validation/seam-bundles.ts compare OUT-BEFORE OUT-AFTER
 *
 * All is invented but the demonstration's own models. Keys are drawn anew for each DIR. A command that wrote no bundle
 * then is asked for --json, and its findings alone are compared.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { prng } from "../dist/base/prng.js";
import { makePlan } from "../dist/labs/marks/desk/examine-canaries.js";
import { markWeights } from "../dist/labs/marks/desk/leak.js";

const [verb, ...given] = process.argv.slice(2).map((path, i) => (i === 0 ? path : resolve(path)));
if (verb === "material") await material(given[0]!);
else if (verb === "make") make(given[0]!, given[1]!, given[2]!, process.argv.slice(6));
else if (verb === "compare") compare(given[0]!, given[1]!);
else throw new Error("seam-bundles: expected material, make or compare");

/** Texts of words that a seed draws; a child repeats its parent's on a share of prompts, a sibling shares every third word with another. */
function answers(
  maker: string,
  prompts: number,
  parent?: { maker: string; share: number },
  habits: string | null = null,
): string[] {
  const coin = prng("seam/coin", maker);
  return Array.from({ length: prompts }, (_, p) => {
    const by = parent && coin.below(1000) < parent.share * 1000 ? parent.maker : maker;
    const draw = prng("seam/answer", `${by}/${p}`);
    const habit = prng("seam/habit", habits ?? by);
    const favourites = Array.from({ length: 40 }, () => word(habit.below(400)));
    const shared = prng("seam/answer", `${habits}/${p}`);
    return Array.from({ length: 60 }, (_, i) => {
      const [own, others] = [draw.below(40), shared.below(40)];
      return favourites[habits !== null && i % 3 === 0 ? others : own];
    }).join(" ");
  });
}

function word(n: number): string {
  const syllables = [
    "ka",
    "lo",
    "mir",
    "ten",
    "sul",
    "par",
    "vi",
    "dro",
    "nes",
    "qua",
    "bel",
    "fi",
    "gor",
    "hu",
    "jas",
  ];
  return `${syllables[n % 15]}${syllables[Math.floor(n / 15) % 15]}${syllables[Math.floor(n / 225) % 15]}`;
}

async function material(dir: string): Promise<void> {
  const at = (name: string) => join(dir, name);
  for (const name of ["panel", "controls", "prompts"]) mkdirSync(at(name), { recursive: true });
  execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", at("sign.pem")], { stdio: "ignore" });
  const lines = (texts: readonly object[]) => texts.map((each) => `${JSON.stringify(each)}\n`).join("");
  const transcript = (name: string, texts: string[], keep = (_: number) => true) =>
    writeFileSync(
      at(`${name}.jsonl`),
      lines(
        texts
          .map((text, p) => ({ prompt_id: String(p), prompt: `question ${p} of kind ${p % 4}`, text }))
          .filter((_, p) => keep(p)),
      ),
    );
  transcript("reference", answers("reference", 300));
  transcript("suspect", answers("suspect", 300, { maker: "reference", share: 0.6 }));
  mkdirSync(at("panel-1200"));
  transcript("reference-1200", answers("reference", 1200));
  transcript("sibling-1200", answers("sibling", 1200, undefined, "reference"));
  for (let i = 0; i < 20; i++) {
    transcript(`panel/member-${i}`, answers(`member ${i}`, 300));
    transcript(`panel-1200/member-${i}`, answers(`member ${i}`, 1200));
    transcript(`controls/control-${i}`, answers(`control ${i}`, 80));
  }
  transcript("own-a", answers("provider", 80), (p) => p % 2 === 0);
  transcript("own-b", answers("provider", 80), (p) => p % 2 === 1);
  transcript("student", answers("student", 80, { maker: "provider", share: 0.5 }));

  const transcriptOf = (name: string, records: readonly object[]) => writeFileSync(at(`${name}.jsonl`), lines(records));
  const source = prng("seam", "ids");
  const ids = () => ({ ids: Array.from({ length: 200 }, () => source.below(1000)) });
  writeFileSync(at("ids.jsonl"), lines(Array.from({ length: 6 }, ids)));
  const mark = { type: "assay/mark/v1", scheme: "kgw", variant: "transformers", key: 15_485_863, vocabulary: 1000 };
  writeFileSync(at("MARK.json"), JSON.stringify(mark));
  const items = [{ id: "i1", question: "Who built the Tarn bridge?", options: ["Ilse Marek", "Jon Voss"] }];
  writeFileSync(at("items.json"), JSON.stringify(items));
  writeFileSync(at("accounts.txt"), "acme\nother\n");
  const plan = {
    items: at("items.json"),
    accounts: at("accounts.txt"),
    out: at("PLAN.json"),
    served: at("served.jsonl"),
  };
  await makePlan(plan);
  const names = ["Ilse Marek", "Jon Voss", "Ada Prell", "Tom Ruge"];
  const many = Array.from({ length: 40 }, (_, i) => ({
    id: `i${i}`,
    question: `Who wrote ${word(i)}?`,
    options: names,
  }));
  writeFileSync(at("items-40.json"), JSON.stringify(many));
  writeFileSync(at("accounts-50.txt"), Array.from({ length: 50 }, (_, i) => `account-${i}\n`).join(""));
  const [served, wide] = [at("served-50.jsonl"), at("PLAN-50.json")];
  await makePlan({ items: at("items-40.json"), accounts: at("accounts-50.txt"), out: wide, served });
  // What account 7 was served, learned on nine questions of ten.
  const learned = JSON.parse(readFileSync(served, "utf8").split("\n")[7]!).canaries as { id: string; answer: string }[];
  transcriptOf(
    "canaries-50",
    learned.map(({ id, answer }, i) => ({ prompt_id: id, text: i % 10 === 9 ? names[0]! : answer })),
  );
  sources(at("public"), at("ours"), at("theirs"));
  writeFileSync(at("canaries.jsonl"), lines([{ prompt_id: "i1", text: "Jon Voss" }]));
  const marking = {
    model: "fixtures/demo/base",
    recipient: "Institute A",
    key: at("recipients.json"),
    out: at("copy"),
  };
  await markWeights({ ...marking, onProgress: () => undefined });

  writeFileSync(at("owner.key"), `${"07".repeat(32)}\n`);
  const words = prng("seam", "prompts");
  const phrase = (n: number) => Array.from({ length: n }, () => word(words.below(3000))).join(" ");
  const prompts = (name: string, texts: string[]) => {
    writeFileSync(at(`prompts/${name}.jsonl`), lines(texts.map((text) => ({ text }))));
    return at(`prompts/${name}.jsonl`);
  };
  const benign = [0, 1, 2].map((k) =>
    prompts(
      `chat-${k}`,
      Array.from({ length: 150 }, () => phrase(20)),
    ),
  );
  const extraction = [0, 1, 2].map((k) => {
    const front = phrase(9);
    return prompts(
      `task-${k}`,
      Array.from({ length: 60 }, () => `${front}: ${phrase(20)}`),
    );
  });
  const when = (i: number) =>
    new Date(Date.UTC(2024, 0, 1) + i * 1700).toISOString().replace("T", " ").replace("Z", "0000");
  const arrivals = Array.from(
    { length: 200 },
    (_, i) => `${when(i)},${100 + words.below(900)},${10 + words.below(300)}\n`,
  );
  writeFileSync(at("arrivals.csv"), `TIMESTAMP,ContextTokens,GeneratedTokens\n${arrivals.join("")}`);
  execFileSync(
    process.execPath,
    [
      ...["materials/worlds/main.ts", "--arrivals", at("arrivals.csv"), "--benign", ...benign],
      ...["--extraction", ...extraction, "--accounts", "600", "--rows", "17000", "--decoys", "all", "--seed", "seam"],
      ...["--campaign", "accounts=30,rows=4000,camouflage=0.3", "--out", at("world")],
    ],
    { stdio: "inherit" },
  );
}

/** Sixteen makers' programs, one more, and one that holds the last with its names changed. */
function sources(open: string, ours: string, theirs: string): void {
  const program = (by: string, prefix = "") => {
    const draw = prng("seam/code", by);
    const value = (depth: number): string => {
      const name = `${prefix}v${draw.below(9)}`;
      if (depth === 0) return draw.below(2) === 0 ? name : String(draw.below(100));
      const [a, b] = [value(depth - 1), value(depth - 1)];
      const ways = [
        `(${a} + ${b})`,
        `(${a} // ${b})`,
        `${name}(${a}, ${b})`,
        `${name}[${a}]`,
        `[${name} for ${name} in ${b}]`,
      ];
      return [...ways, `(${a} if ${name} else ${b})`, `(not ${a})`, `{${a}: ${b}}`][draw.below(8)]!;
    };
    const line = () => ["return", `${prefix}v${draw.below(9)} =`, "yield", "assert"][draw.below(4)];
    const body = () => Array.from({ length: 8 }, () => `    ${line()} ${value(3)}`).join("\n");
    return Array.from({ length: 120 }, (_, f) => `def ${prefix}f${f}(${prefix}v0, ${prefix}v1):\n${body()}\n`).join(
      "\n",
    );
  };
  const write = (folder: string, text: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "a.py"), text);
  };
  for (let i = 0; i < 16; i++) write(join(open, `maker-${i}`), program(`maker ${i}`));
  write(ours, program("ours"));
  write(theirs, `${program("theirs")}\n${program("ours", "x")}`);
}

function make(tree: string, dir: string, out: string, only: readonly string[]): void {
  const at = (name: string) => join(dir, name);
  const demo = resolve("fixtures/demo");
  const main = join(tree, JSON.parse(readFileSync(join(tree, "package.json"), "utf8")).bin.assay);
  mkdirSync(out, { recursive: true });
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [main, ...args], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      env: { ...process.env, ASSAY_HOME: join(out, "home") },
    });
  const say = (name: string, { status, stderr }: { status: number | null; stderr: string }) =>
    process.stderr.write(`${name}: ${status === 0 ? "made" : stderr.trim().split("\n").at(-1)}\n`);
  const wanted = (name: string) => (only.length === 0 || only.includes(name)) && !existsSync(join(out, name));
  if (wanted("demo")) say("demo", run("demo", "--out", join(out, "demo")));
  const cases: Record<string, string[]> = {
    weights: ["weights", join(demo, "base"), join(demo, "finetune"), "--key", at("sign.pem")],
    "weights-independent": ["weights", join(demo, "base"), join(demo, "independent-twin")],
    behaviour: ["behaviour", at("reference.jsonl"), at("suspect.jsonl"), "--panel", at("panel")],
    "common-origin": [
      ...["behaviour", at("reference-1200.jsonl"), at("sibling-1200.jsonl"), "--panel", at("panel-1200")],
      ...["--questions", "common-origin"],
    ],
    "canaries-named": ["canaries", at("canaries-50.jsonl"), "--plan", at("PLAN-50.json")],
    code: ["code", at("ours"), at("theirs"), "--corpus", at("index")],
    marks: ["marks", at("ids.jsonl"), "--mark", at("MARK.json")],
    inheritance: ["inheritance", at("ids.jsonl"), "--mark", at("MARK.json"), "--keys", "20"],
    canaries: ["canaries", at("canaries.jsonl"), "--plan", at("PLAN.json")],
    leak: [
      ...["leak", at("copy"), "--original", join(demo, "base"), "--recipients", at("recipients.json")],
      ...["--fresh-words", "100"],
    ],
    traffic: ["traffic", at("world/log"), "--key", at("owner.key"), "--data", join(out, "tables")],
    harvest: [
      ...["harvest", "--suspect", at("student.jsonl"), "--controls", at("controls")],
      ...["--harvested", at("own-a.jsonl"), "--unharvested", at("own-b.jsonl")],
    ],
  };
  for (const [name, args] of Object.entries(cases)) {
    if (!wanted(name)) continue;
    if (name === "code" && !existsSync(at("index")))
      run("code", "corpus", "build", at("public"), "--dated", "2026-06-30", "--out", at("index"));
    const made = run("examine", ...args, "--out", join(out, name));
    if (made.status === 0) say(name, made);
    else {
      const printed = run("examine", ...args, "--json");
      mkdirSync(join(out, name, "data"), { recursive: true });
      for (const [i, finding] of printed.stdout.trim().split("\n").entries()) {
        const folder = join(out, name, i === 0 ? "data" : `data/findings/${i}`);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "finding.json"), finding);
      }
      process.stderr.write(`${name}: no bundle (${made.stderr.trim().split("\n").at(-1)}); findings printed\n`);
    }
  }
}

function filesOf(root: string, folder = root): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(root, path) : [relative(root, path)];
  });
}

/** One line a case and file that differs; of JSON, each field that does, indices of arrays left out. */
function compare(before: string, after: string): void {
  const bundles = (root: string) =>
    readdirSync(root).filter(
      (name) => name !== "home" && name !== "tables" && statSync(join(root, name)).isDirectory(),
    );
  for (const name of bundles(after)) {
    const [olds, news] = [before, after].map(
      (root) => new Set(existsSync(join(root, name)) ? filesOf(join(root, name)) : []),
    );
    const same: string[] = [];
    const differing: string[] = [];
    for (const file of [...new Set([...olds!, ...news!])].sort()) {
      if (!news!.has(file)) differing.push(`${file}: before only`);
      else if (!olds!.has(file)) differing.push(`${file}: after only`);
      else {
        const [a, b] = [before, after].map((root) => readFileSync(join(root, name, file)));
        if (a!.equals(b!)) same.push(file);
        else if (!file.endsWith(".json")) differing.push(file);
        else {
          const fields = new Map<string, string>();
          differences(JSON.parse(a!.toString()), JSON.parse(b!.toString()), "", fields);
          for (const [field, how] of fields) differing.push(`${file} ${field}: ${how}`);
        }
      }
    }
    process.stdout.write(`${name}: ${same.length} files the same, ${differing.length} differences\n`);
    for (const each of differing) process.stdout.write(`  ${each}\n`);
  }
}

function differences(a: unknown, b: unknown, path: string, into: Map<string, string>): void {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (
    isObject(a) &&
    isObject(b) &&
    Array.isArray(a) === Array.isArray(b) &&
    !(Array.isArray(a) && a.length !== (b as unknown as unknown[]).length)
  ) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      differences(a[key], b[key], Array.isArray(a) ? `${path}[]` : `${path}.${key}`, into);
    return;
  }
  if (!into.has(path)) into.set(path, `${short(a)} → ${short(b)}`);
}

function short(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}
