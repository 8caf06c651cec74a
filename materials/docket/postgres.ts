/**
 * A PostgreSQL server of a study's own, from Debian's packages (apt-get install postgresql): its cluster lies in a temporary
 * folder and it listens on this machine alone. As root it runs as the user postgres, as it refuses to run as root.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Postgres {
  url: string;
  kill: () => void;
  start: () => Promise<void>;
  end: () => Promise<void>;
}

/** @param port of this machine, which must be free @throws where PostgreSQL is not installed */
export async function startPostgres(port: number): Promise<Postgres> {
  const root = process.getuid?.() === 0;
  const folder = mkdtempSync(join(tmpdir(), "assay-docket-postgres-"));
  const bin = "$(ls -d /usr/lib/postgresql/*/bin | tail -1)";
  const shell = (line: string) =>
    new Promise<number>((resolve) => {
      const child = root ? spawn("su", ["postgres", "-c", line]) : spawn("sh", ["-c", line]);
      child.once("exit", (status) => resolve(status ?? 1));
    });
  if (root) chmodSync(folder, 0o777);
  if ((await shell(`${bin}/initdb -D ${folder}/data -A trust -U assay >/dev/null`)) !== 0)
    throw new Error("initdb failed: apt-get install postgresql");
  const start = async () => {
    // What a killed server left behind goes away first: its other processes end by themselves.
    for (let n = 0; n < 60; n++) {
      const line = `${bin}/pg_ctl -D ${folder}/data -w -l ${folder}/log -o '-p ${port} -k ${folder} -c listen_addresses=127.0.0.1' start >/dev/null 2>&1`;
      // A killed server is still counted as running while it goes away: one that runs answers.
      const ready = `${bin}/pg_isready -q -h 127.0.0.1 -p ${port}`;
      if ((await shell(`${ready} || ${line} && ${ready}`)) === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`PostgreSQL does not start: ${folder}/log`);
  };
  await start();
  return {
    url: `postgres://assay@127.0.0.1:${port}/postgres`,
    kill: () => process.kill(Number(readFileSync(`${folder}/data/postmaster.pid`, "latin1").split("\n")[0]), "SIGKILL"),
    start,
    end: async () => {
      await shell(`${bin}/pg_ctl -D ${folder}/data -m immediate stop >/dev/null`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
