/**
 * A process that appends to a log until it is killed, and what it had acknowledged by then. Used by the test of crashes
 * and by its study.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

/** Appends in small rounds and says what was acknowledged, until it is killed. */
const APPENDER = `
import { withWriter } from ${JSON.stringify(join(process.cwd(), "dist/app/log/log.js"))};
const [folder, from] = process.argv.slice(1);
await withWriter(folder, null, async (writer) => {
  process.stdout.write("open " + writer.size + "\\n");
  for (let i = Number(from); ; i += 3) {
    const done = await Promise.all([i, i + 1, i + 2].map((n) => writer.append(new TextEncoder().encode("entry " + n))));
    for (const [k, { index }] of done.entries()) process.stdout.write("ack " + index + " entry " + (i + k) + "\\n");
  }
});`;

/** @returns index and text of every entry whose acknowledgement left the process */
export async function runAndKill(log: string, from: number, afterMs: number): Promise<Map<number, string>> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", APPENDER, log, String(from)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stderr.on("data", (chunk) => (err += chunk));
  const opened = new Promise<void>((resolve) =>
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (out.includes("open ")) resolve();
    }),
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await Promise.race([opened, ended]);
  if (!out.includes("open ")) throw new Error(`the log did not open again: ${err}`);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill("SIGKILL");
  await ended;
  // A line cut off by the kill was not acknowledged to anyone.
  const lines = out.slice(0, out.lastIndexOf("\n")).split("\n");
  const acks = lines.map((line) => /^ack ([0-9]+) (entry [0-9]+)$/.exec(line)).filter((hit) => hit !== null);
  return new Map(acks.map((hit) => [Number(hit[1]), hit[2]!]));
}
