/**
 * What rows are made of, more finely than by template: users of one relay may all send prompts that the templates put
 * together (one tool's, one data set's), and then differ in the words around them alone. A prompt's grain at a share s is
 * the fingerprint of its words (templates/features.ts) that most of the group's distinct prompts have, among those that no
 * more than a share s of them have: at a quarter a part of a template, at a sixty-fourth a phrase. It sees words that
 * several prompts have in a row; of a log that came as hashes it sees nothing.
 */
import type { SqlEngine } from "../engine.js";
import { NONE } from "../graph/activity.js";
import { CORE_SQL } from "./core.js";

/** Shares of the group's distinct prompts that a fingerprint may stand in at most. */
const SHARES = [1 / 4, 1 / 16, 1 / 64] as const;
/** Columns of `group_grains`, from coarse to fine. */
export const GRAINS = SHARES.map((_, i) => `grain${i}`);

/** Of a longer list a share by the prompts' keyed hashes is looked at. */
const PROMPTS_MAX = 20_000;

const NUMBER = "reinterpretAsUInt32(substring(prompt, 1, 4))";
const grainsSql = (groups: string) => {
  const own = `SELECT g, prompt FROM group_stream WHERE g IN (${groups}) AND prompt != ${NONE} GROUP BY g, prompt`;
  const lookedAt = `SELECT p.g AS g, p.prompt AS prompt, t.taken AS taken FROM (SELECT g, prompt, ${NUMBER} AS place FROM (${own})) AS p INNER JOIN
 (SELECT g, least(1, ${PROMPTS_MAX} / count()) AS part, count() * part AS taken FROM (${own}) GROUP BY g) AS t ON t.g = p.g WHERE p.place < t.part * 4294967296`;
  const known = `SELECT prompt, any(features) AS features FROM prompts WHERE prompt IN (SELECT prompt FROM (${own})) GROUP BY prompt`;
  const words = `SELECT l.g AS g, l.prompt AS prompt, l.taken AS taken, f.features AS features FROM (${lookedAt}) AS l INNER JOIN (${known}) AS f ON f.prompt = l.prompt`;
  const common = `SELECT g, feature, n FROM (SELECT g, feature, count() AS n, any(taken) AS of FROM (${words}) ARRAY JOIN features AS feature GROUP BY g, feature) WHERE n >= 2 AND n <= ${SHARES[0]} * of`;
  const grains = SHARES.map((share) => `argMaxIf(w.feature, (c.n, w.feature), c.n <= ${share} * w.taken)`);
  return `SELECT w.g, w.prompt, ${grains.join(", ")} FROM (SELECT g, prompt, taken, feature FROM (${words}) ARRAY JOIN features AS feature) AS w
 INNER JOIN (${common}) AS c ON c.g = w.g AND c.feature = w.feature GROUP BY w.g, w.prompt`;
};

/** The table `group_stream`: the rows that judge the groups that `group_members` and `group_templates` hold. */
export async function fillStream(engine: SqlEngine): Promise<void> {
  await engine.run("DROP TABLE IF EXISTS group_stream");
  await engine.run(
    "CREATE TABLE group_stream (g UInt32, account FixedString(16), ts DateTime64(3, 'UTC'), prompt FixedString(16), template FixedString(16)) ENGINE = MergeTree ORDER BY (g, account, ts)",
  );
  await engine.run(`INSERT INTO group_stream SELECT g, account, ts, prompt, template FROM (${CORE_SQL})`);
}

/** The table `group_grains`: of the prompts of these groups, the grains (0: none), a sample of long lists. */
export async function fillGrains(engine: SqlEngine, groups: readonly number[]): Promise<void> {
  await engine.run("DROP TABLE IF EXISTS group_grains");
  await engine.run(
    `CREATE TABLE group_grains (g UInt32, prompt FixedString(16), ${GRAINS.map((name) => `${name} UInt32`).join(", ")}) ENGINE = MergeTree ORDER BY (g, prompt)`,
  );
  await engine.run(`INSERT INTO group_grains ${grainsSql(groups.join(", "))}`);
}
