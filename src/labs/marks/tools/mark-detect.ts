/** `assay mark detect`: the detector as a service, for marks of a ring. */
import { basename } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { loadStudies } from "../../../app/studies.js";
import { AssayError } from "../../../base/error.js";
import { readCertificates } from "../../../host/signing/signature-keys.js";
import { readSmallFile } from "../../../host/small-file.js";
import { detect } from "../desk/detector.js";
import { readEncoder } from "../desk/examine-marks.js";
import { RING_BYTES_MAX, readMarks } from "../schemes/mark-ring.js";
import { MARKS_STUDIES } from "../studies.js";
import { detectorServer } from "./detector-server.js";

const ROOTS_BYTES_MAX = 4 * 1024 * 1024;

interface Options {
  mark: string;
  tokenizer?: string;
  trustRoots?: string;
  rate: number;
  port: number;
  host?: string[];
}

/** A leaf of `assay mark`. */
export function markDetectCommand(): Command {
  return new Command("detect")
    .description(
      "Serve a detector for the marks of a ring: one text a request, answered with an outcome and the mark's name, at a rate for each caller; no text, digest or answer is logged or kept.",
    )
    .requiredOption("--mark <file>", "mark file, or a ring of marks made by assay mark ring")
    .option("--tokenizer <path>", "tokenizer.json, or a folder that holds one; without it callers send ids")
    .option("--trust-roots <file>", "roots in PEM that may vouch for signers of C2PA manifests")
    .option("--rate <n>", "requests a minute that each caller may make", wholeNumber, 30)
    .option("--port <n>", "0 for any free one", port, 8082)
    .option(
      "--host <name>",
      "a name besides this machine's own under which it answers, such as a proxy's; repeatable",
      more,
    )
    .addHelpText(
      "after",
      `
Example:
  $ assay mark detect --mark RING.json --tokenizer ./model --port 8082
  $ curl -d '{"text":"Was this served by one of them?"}' localhost:8082/v1/detect

It listens on 127.0.0.1. An answer says the outcome (as assay examine marks does, at 10^-6 with every mark of the ring paid for),
the mark's name where one is supported, and the C2PA manifest in one line; it tells no p, no passage and no key.
Behind a proxy all callers share the proxy's address: limit them there.`,
    )
    .action(serve);
}

async function serve({ mark, tokenizer, trustRoots, rate, port: at, host = [] }: Options): Promise<void> {
  const { marks, ring } = readMarks(await readSmallFile(mark, RING_BYTES_MAX), basename(mark));
  const roots =
    trustRoots === undefined
      ? null
      : readCertificates(await readSmallFile(trustRoots, ROOTS_BYTES_MAX), basename(trustRoots));
  const of = {
    marks: ring ? marks : marks.map((one) => ({ ...one, name: one.name ?? basename(mark) })),
    encoder: tokenizer === undefined ? null : await readEncoder(tokenizer),
    validations: (await loadStudies({ studies: MARKS_STUDIES })).map(({ summary, digest }) => ({ summary, digest })),
    trust: roots && (() => ({ roots, at: Date.now() })),
  };
  const server = detectorServer({
    detect: (body) => detect(of, body),
    rate,
    hosts: host,
    now: () => performance.now(),
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", (error) => failed(new AssayError("USAGE", `mark detect: ${error.message}`)));
    server.listen(at, "127.0.0.1", listening);
  });
  const bound = server.address();
  process.stderr.write(`${marks.length} marks, ${rate} requests a minute a caller\n`);
  process.stderr.write(`detecting on http://127.0.0.1:${typeof bound === "object" ? bound?.port : at}/v1/detect\n`);
  await new Promise((closed) => server.once("close", closed));
}

const more = (name: string, names: string[] = []) => [...names, name];

function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 100_000) throw new InvalidArgumentError("expected 1 to 100,000.");
  return n;
}

function port(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0 || n > 65_535) throw new InvalidArgumentError("expected a port.");
  return n;
}
