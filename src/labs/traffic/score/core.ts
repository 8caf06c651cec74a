/**
 * The rows of a group: of its members, in its own templates; those that judge it lie in the half of the log that did not
 * find it. A prompt may stand in a template and in a group of near duplicates, both the group's own: its rows count once, under the template.
 */
import { HALF_SQL, NONE } from "../graph/activity.js";

const TEMPLATES_SQL = "(SELECT template FROM group_templates)";
const MEMBERS_SQL = "(SELECT account FROM group_members)";
const COLUMNS = "account, prompt, ts, turn, system, signals, flags";

/** Templates before groups of near duplicates (templates/read-prompts.ts marks these in the lowest bit of the first byte). */
export const NAMED_LATER_SQL = "(bitAnd(reinterpretAsUInt8(substring(k.template, 1, 1)), 1), k.template)";

const rowsSql = (
  days: string,
) => `SELECT m.g AS g, r.account AS account, r.prompt AS prompt, r.ts AS ts, r.turn AS turn, r.system AS system,
 r.signals AS signals, r.flags AS flags, r.template AS template FROM (
 SELECT ${COLUMNS}, template FROM rows
 WHERE template != ${NONE} AND template IN ${TEMPLATES_SQL} AND account IN ${MEMBERS_SQL}${days}
) AS r INNER JOIN group_members AS m ON r.account = m.account
INNER JOIN group_templates AS o ON o.template = r.template AND o.g = m.g
UNION ALL SELECT m.g AS g, r.account AS account, r.prompt AS prompt, r.ts AS ts, r.turn AS turn, r.system AS system,
 r.signals AS signals, r.flags AS flags, t.template AS template
FROM (SELECT ${COLUMNS} FROM rows WHERE template = ${NONE} AND prompt != ${NONE} AND account IN ${MEMBERS_SQL}${days}) AS r
INNER JOIN group_members AS m ON r.account = m.account
INNER JOIN (SELECT o.g AS g, k.prompt AS prompt, argMin(k.template, ${NAMED_LATER_SQL}) AS template
 FROM (SELECT prompt, template FROM templates WHERE template IN ${TEMPLATES_SQL}) AS k
 INNER JOIN group_templates AS o ON o.template = k.template GROUP BY g, prompt) AS t ON t.prompt = r.prompt AND t.g = m.g`;

/** On the days that judge. */
export const CORE_SQL = rowsSql(` AND ${HALF_SQL} = 1`);

/** On all days: for what did not choose the group, such as the hours at which its accounts work. */
export const EVERY_DAY_SQL = rowsSql("");
