/**
 * Screens a model of a trillion weights behind a local HTTP server (serve-1t.ts): what is read, how much memory the
 * examining process takes, how long it lasts.
 *   npm run build && node bench/screen-1t.ts            derived and independent, both sides behind URLs
 *   node bench/screen-1t.ts 1 1n                        one pair
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const pairs = process.argv[3]
  ? [[process.argv[2]!, process.argv[3]]]
  : [
      ["1", "1n"],
      ["1", "2"],
    ];

async function start(): Promise<{ child: ChildProcess; origin: string; bytes: number }> {
  const child = spawn(process.execPath, ["bench/serve-1t.ts"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  const { port, bytes } = JSON.parse(String(line)) as { port: number; bytes: number };
  return { child, origin: `http://127.0.0.1:${port}`, bytes };
}

/** In a process of its own, so that its memory is its own. */
async function examine(reference: string, suspect: string): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, ["bench/screen-one.ts", reference, suspect], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`examination ended with ${code}`);
  return JSON.parse(out) as Record<string, unknown>;
}

for (const [a, b] of pairs) {
  const { child, origin, bytes } = await start();
  try {
    const result = await examine(`${origin}/${a}`, `${origin}/${b}`);
    const sent = await (await fetch(`${origin}/sent`)).json();
    console.log(JSON.stringify({ pair: [a, b], modelBytes: bytes, sent, ...result }, null, 1));
  } finally {
    child.kill();
  }
}
