/** A deployer's policy as a folder: `gate.json`, Cedar rules in `*.cedar`, and `log.policy`, under which the log is trusted. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { cedarEngine } from "../../host/rules/cedar.js";
import { readSmallFile } from "../../host/small-file.js";
import { type GatePolicy, POLICY_BYTES_MAX, parseGatePolicy } from "../../office/gate/gate-policy.js";
import type { RulesEngine } from "../../office/gate/verdict.js";
import { type Policy, parsePolicy } from "../../tlog/policy.js";

const RULE_FILES_MAX = 100;

export interface PolicyFolder {
  policy: GatePolicy;
  /** Cedar texts by file name. */
  rules: ReadonlyMap<string, string>;
  engine: RulesEngine;
  trust: Policy;
}

/** @param logPolicy a tlog-policy file to use instead of the folder's `log.policy` @throws what is missing or wrong, by name */
export async function openPolicyFolder(folder: string, logPolicy: string | null): Promise<PolicyFolder> {
  const names = await readdir(folder).catch(() => {
    throw new AssayError("NOT_FOUND", `--policy: expected a folder with gate.json at ${quoted(folder)}`);
  });
  const files = names.filter((name) => name.endsWith(".cedar")).sort();
  if (files.length > RULE_FILES_MAX)
    throw new AssayError("LIMIT", `--policy: expected at most ${RULE_FILES_MAX} files of rules`);
  const policy = parseGatePolicy(
    await readSmallFile(join(folder, "gate.json"), POLICY_BYTES_MAX),
    join(folder, "gate.json"),
  );
  const rules = new Map<string, string>();
  for (const name of files)
    rules.set(name, fromUtf8(await readSmallFile(join(folder, name), POLICY_BYTES_MAX), join(folder, name)));
  const trusted = logPolicy ?? join(folder, "log.policy");
  const trust = parsePolicy(await readSmallFile(trusted, POLICY_BYTES_MAX), trusted);
  return { policy, rules, engine: await cedarEngine(rules), trust };
}
