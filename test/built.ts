/** Tests start what was built: a build older than its sources would be judged in their place. */
import { existsSync, readFileSync } from "node:fs";
import { BUILT_FROM, digestOfSources } from "../tools/built-from.ts";

export default function setup(): void {
  const built = existsSync(BUILT_FROM) ? readFileSync(BUILT_FROM, "utf8").trim() : null;
  if (built !== digestOfSources()) throw new Error("dist/ was built from other sources than src/: run `npm run build`");
}
