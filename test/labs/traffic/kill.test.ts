/** A small share of the kill study (bench/traffic/kill.ts): killed at random moments, findings come out the same to the byte. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";

test.skipIf(!existsSync("node_modules/chdb"))(
  "killed at random moments and run again, findings are the same byte for byte",
  () => {
    const out = execFileSync(
      process.execPath,
      ["bench/traffic/kill.ts", ...["--kills", "3"], ...["--rows", "1500"], ...["--seed", "test"]],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    expect(JSON.parse(out)).toMatchObject({ kills: 3, different: 0 });
  },
  240_000,
);
