/**
 * How well findings name the campaigns of a world.
 *
 *   npm run world:score -- DIR FINDINGS [--key FILE]
 *
 * FINDINGS is what `assay examine traffic --json` printed. Accounts stand there in clear (--reveal) or as keyed hashes,
 * which --key (64 hexadecimal digits) makes comparable. Prints one JSON object: accounts named by findings that support
 * the first proposition, recall and precision over all campaigns and for each, and the decoys among the named.
 */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { key: { type: "string" } } });
const [dir, findingsFile] = positionals;
if (dir === undefined || findingsFile === undefined) throw new Error("world:score: expected DIR FINDINGS");

const key = values.key === undefined ? null : Buffer.from(readFileSync(values.key, "utf8").trim(), "hex");
const hashed = (account: string) =>
  key === null ? account : createHmac("sha256", key).update("account\u0000").update(account).digest("hex").slice(0, 32);
const lines = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
const truth = new Map(
  lines(join(dir, "truth.jsonl")).map((line) => {
    const { account, campaign } = JSON.parse(line) as { account: string; campaign: string | null };
    return [account, campaign] as const;
  }),
);
const alias = new Map(
  [...truth.keys()].flatMap(
    (account) =>
      [
        [account, account],
        [hashed(account), account],
      ] as const,
  ),
);
const notes = JSON.parse(readFileSync(join(dir, "notes.json"), "utf8"));
const decoyOf = new Map<string, string>();
for (const decoy of notes.decoys as { kind: string; accounts: string[] }[])
  for (const account of decoy.accounts) for (const name of [account, hashed(account)]) decoyOf.set(name, decoy.kind);

interface Named {
  outcome: string;
  proposition: { id: string };
  observations: { accounts?: { account: string }[] } | null;
}
const findings = lines(findingsFile).map((line) => JSON.parse(line) as Named);
const campaigns = new Map<string, number>();
for (const campaign of truth.values())
  if (campaign !== null) campaigns.set(campaign, (campaigns.get(campaign) ?? 0) + 1);

function score(id: string | null) {
  const supporting = findings.filter((f) => f.outcome === "supports-hp" && (id === null || f.proposition.id === id));
  const named = new Set(
    supporting.flatMap((f) => (f.observations?.accounts ?? []).map((a) => alias.get(a.account) ?? a.account)),
  );
  const right = [...named].filter((account) => (truth.get(account) ?? null) !== null);
  const byCampaign = [...campaigns].map(([campaign, accounts]) => ({
    campaign,
    accounts,
    named: right.filter((account) => truth.get(account) === campaign).length,
  }));
  const decoys: Record<string, number> = {};
  for (const account of named) {
    if ((truth.get(account) ?? null) !== null) continue;
    const kind = decoyOf.get(account) ?? "people";
    decoys[kind] = (decoys[kind] ?? 0) + 1;
  }
  const total = [...campaigns.values()].reduce((a, b) => a + b, 0);
  return {
    findings: supporting.length,
    named: named.size,
    recall: total === 0 ? null : right.length / total,
    precision: named.size === 0 ? null : right.length / named.size,
    byCampaign,
    wronglyNamed: decoys,
  };
}

const outcomes: Record<string, number> = {};
for (const { outcome, proposition } of findings) {
  const name = `${proposition.id} ${outcome}`;
  outcomes[name] = (outcomes[name] ?? 0) + 1;
}
const result = {
  rows: notes.rows,
  accounts: notes.accounts,
  campaignAccounts: [...campaigns.values()].reduce((a, b) => a + b, 0),
  outcomes,
  any: score(null),
  pooledOperation: score("traffic/pooled-operation"),
  extractionWorkload: score("traffic/extraction-workload"),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
