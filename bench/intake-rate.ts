/** The intake of one file as an examination does it: SHA-256 and the check for values that are not finite, one pass. */
import { intake } from "../dist/host/model/intake.js";

const started = performance.now();
await intake(process.argv[2]!, { home: null });
process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - started) / 1000 })}\n`);
