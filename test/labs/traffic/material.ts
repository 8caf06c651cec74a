/** Prompts and arrivals made on the spot, and a world made of them by the generator. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { prng } from "../../../src/base/prng.js";

const SYLLABLES = ["ka", "lo", "mir", "ten", "sul", "par", "vi", "dro", "nes", "qua", "bel", "fi", "gor", "hu", "jas"];

/** @returns the folder of a small world with every light decoy and, where a campaign is given, its accounts */
export function smallWorld(folder: string, seed: string, campaign: string | null): string {
  return worldOf(folder, [
    ...(campaign === null ? [] : ["--campaign", campaign]),
    ...["--accounts", "600", "--rows", "17000", "--decoys", "all", "--seed", seed],
  ]);
}

/** @param args what the generator is told besides its material (materials/worlds/main.ts) */
export function worldOf(folder: string, args: readonly string[]): string {
  const r = prng("test/traffic", "material");
  const words = Array.from({ length: 900 }, () =>
    Array.from({ length: 2 + r.below(2) }, () => SYLLABLES[r.below(15)]).join(""),
  );
  const phrase = (n: number) => Array.from({ length: n }, () => words[r.below(900)]).join(" ");
  const file = (name: string, prompts: string[]) => {
    const path = join(folder, `${name}.jsonl`);
    writeFileSync(path, prompts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
    return path;
  };
  mkdirSync(folder, { recursive: true });
  const benign = [0, 1, 2].map((k) =>
    file(
      `chat-${k}`,
      Array.from({ length: 150 }, () => phrase(8 + r.below(25))),
    ),
  );
  const extraction = [0, 1, 2].map((k) => {
    const [front, back] = [phrase(9), phrase(6)];
    return file(
      `task-${k}`,
      Array.from({ length: 60 }, () => `${front}: ${phrase(20)}\n${back}`),
    );
  });
  const arrivals = join(folder, "arrivals.csv");
  const at = (i: number) =>
    new Date(Date.UTC(2024, 0, 1) + i * 1700).toISOString().replace("T", " ").replace("Z", "0000");
  writeFileSync(
    arrivals,
    `TIMESTAMP,ContextTokens,GeneratedTokens\n${Array.from({ length: 200 }, (_, i) => `${at(i)},${100 + r.below(900)},${10 + r.below(300)}\n`).join("")}`,
  );
  const world = join(folder, "world");
  execFileSync(
    process.execPath,
    [
      ...[
        resolve("materials/worlds/main.ts"),
        "--arrivals",
        arrivals,
        "--benign",
        ...benign,
        "--extraction",
        ...extraction,
      ],
      ...args,
      ...["--out", world],
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return world;
}
