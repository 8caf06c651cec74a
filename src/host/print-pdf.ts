/**
 * Prints a page as a tagged PDF with an outline by a Chromium that this machine has; bytes differ from print to print (dates
 * and ids), so that the page is the record and the print is not.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const PRINT_MS_MAX = 60_000;

/** Null where there is no Chromium, or it does not print. @param page path of an HTML file without requests of its own */
export async function printPdf(page: string): Promise<Uint8Array | null> {
  const program = await firstThere(process.env.CHROMIUM ? [process.env.CHROMIUM] : PLACES);
  if (program === null) return null;
  const folder = await mkdtemp(join(tmpdir(), "assay-print-"));
  const out = join(folder, "page.pdf");
  try {
    await new Promise<void>((resolve) => {
      const child = spawn(
        program,
        [
          ...["--headless", "--disable-gpu", "--no-first-run", `--user-data-dir=${join(folder, "profile")}`],
          // As root Chromium does not start with its sandbox; what is printed is this program's own page, without script.
          ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
          ...["--export-tagged-pdf", "--generate-pdf-document-outline", "--no-pdf-header-footer"],
          ...[`--print-to-pdf=${out}`, pathToFileURL(page).href],
        ],
        { stdio: "ignore", timeout: PRINT_MS_MAX },
      );
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    return await readFile(out).then(
      (bytes) => new Uint8Array(bytes),
      () => null,
    );
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await stat(path).catch(() => null)) return path;
  return null;
}
