/**
 * Progress on standard error: a line redrawn on a terminal with a rate and an estimate, one line a minute otherwise.
 * Standard output is left to results.
 */
import type { Progress } from "../base/progress.js";

const REDRAW_MS = 100;
const QUIET_MS = 60_000;
/** No estimate before it means something: what has been done must have taken this long and be this share of the whole. */
const ESTIMATE_AFTER_MS = 5000;
const ESTIMATE_AFTER_SHARE = 0.02;

let quiet = false;

/** `--quiet`: neither progress nor notices; results and errors as always. */
export function beQuiet(): void {
  quiet = true;
}

/** A line on standard error about what was done; not an error. */
export function notice(line: string): void {
  if (!quiet) process.stderr.write(`${line}\n`);
}

interface ProgressLine {
  report(progress: Progress): void;
  /** Clears the line before other output. */
  done(): void;
}

/** @param now in milliseconds, for rates and the pace of redrawing; findings never depend on it */
export function progressLine(stream: NodeJS.WriteStream = process.stderr, now: () => number = Date.now): ProgressLine {
  const terminal = stream.isTTY === true;
  const started = new Map<string, number>(); // stages overlap: each has its own clock
  let last = terminal ? 0 : now();
  let drawn = false;
  return {
    report(progress) {
      if (quiet) return;
      const time = now();
      if (!started.has(progress.stage)) started.set(progress.stage, time);
      if (time - last < (terminal ? REDRAW_MS : QUIET_MS)) return;
      last = time;
      const text = describe(progress, time - started.get(progress.stage)!);
      stream.write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
      drawn = terminal;
    },
    done() {
      if (drawn) stream.write("\r\u001b[K");
      drawn = false;
    },
  };
}

function describe({ stage, done, total }: Progress, elapsedMs: number): string {
  const percent = total > 0 ? Math.floor((100 * done) / total) : 100;
  const means = elapsedMs >= ESTIMATE_AFTER_MS && done >= ESTIMATE_AFTER_SHARE * total && done > 0;
  const estimate = means ? `, about ${seconds((elapsedMs / done) * (total - done))} left` : "";
  return `${stage}: ${amount(done)} of ${amount(total)} (${percent} %)${estimate}`;
}

function amount(n: number): string {
  return n >= 1e9 ? `${(n / 1e9).toFixed(1)} G` : n >= 1e7 ? `${(n / 1e6).toFixed(0)} M` : String(n);
}

function seconds(ms: number): string {
  const s = Math.ceil(ms / 1000);
  return s >= 90 ? `${Math.ceil(s / 60)} min` : `${s} s`;
}
