/**
 * Exhibits and custody of a case as CASE 1.4 over UCO 1.4 (caseontology.org), JSON-LD: each custody event is an
 * InvestigativeAction with its ProvenanceRecord, which that ontology leaves optional. An export for other tools: what it
 * says stands in the case's entries, which alone can be verified. Identifiers are UUIDs of version 5 (RFC 9562) over the
 * case's origin, so that the same case gives the same bytes.
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { concatBytes, fromHex, hex, utf8 } from "../../../base/bytes.js";
import type { FactsOf } from "../pack/facts.js";
import { momentText } from "../time/day.js";

/** RFC 9562, appendix: the namespace of URLs. */
const URL_NAMESPACE = "6ba7b8119dad11d180b400c04fd430c8";

const CONTEXT = {
  kb: "urn:uuid:",
  "case-investigation": "https://ontology.caseontology.org/case/investigation/",
  "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
  "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
  "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
  "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
  "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
  xsd: "http://www.w3.org/2001/XMLSchema#",
} as const;

/** What is needed of an entry's record. */
type Entry = { seq: number; kind: string; key: string; statement: string; received: number; facts: unknown };
type Node = Record<string, unknown> & { "@id": string; "@type": string };

interface CaseUco {
  "@context": typeof CONTEXT;
  "@graph": Node[];
}

/** @param holders party and name by key id */
export function caseUco(
  about: { id: string; origin: string },
  entries: readonly Entry[],
  holders: ReadonlyMap<string, { party: string; name: string }>,
): CaseUco {
  const idOf = (what: string) => `kb:${uuid(`https://${about.origin}#${what}`)}`;
  const graph = new Map<string, Node>();
  const add = (node: Node) => {
    if (!graph.has(node["@id"])) graph.set(node["@id"], node);
    return { "@id": node["@id"] };
  };
  const identity = (key: string) => {
    const holder = holders.get(key);
    return add({
      "@id": idOf(`key ${key}`),
      "@type": "uco-identity:Identity",
      "uco-core:name": holder ? `${holder.name}, ${holder.party}` : `key ${key}`,
    });
  };
  /** Each exhibit's last action, and what it is. */
  const last = new Map<string, { "@id": string }>();
  const objects = new Map<string, { "@id": string }>();
  for (const { seq, kind, key, statement, received, facts } of entries) {
    if (kind === "exhibit") {
      const { exhibit, title, kind: what, root } = facts as FactsOf<"exhibit">;
      const object = add(observable(idOf(`exhibit ${exhibit} ${root}`), title, what, root));
      objects.set(exhibit, object);
      const record = add(
        provenance(idOf(`record ${seq}`), exhibit, object, `entry ${seq} of ${about.id}, ${statement}`),
      );
      const began = moment(received);
      last.set(exhibit, add(action(idOf(`entry ${seq}`), "entered", began, identity(key), [object], [record], title)));
    }
    if (kind === "custody") {
      const { exhibit, event, rehash, purpose, from } = facts as FactsOf<"custody">;
      // What was hashed otherwise is another object: the gap is shown, not smoothed over.
      const object = add(observable(idOf(`exhibit ${exhibit} ${rehash}`), exhibit, "exhibit", rehash));
      const record = add(
        provenance(idOf(`record ${seq}`), exhibit, object, `entry ${seq} of ${about.id}, ${statement}`),
      );
      const parent = from === undefined ? objects.get(exhibit) : objects.get(from);
      const node = action(
        idOf(`entry ${seq}`),
        event,
        moment(received),
        identity(key),
        parent ? [parent] : [],
        [object, record],
        purpose,
      );
      const before = last.get(exhibit) ?? (from === undefined ? undefined : last.get(from));
      if (before) node["case-investigation:wasInformedBy"] = [before];
      last.set(exhibit, add(node));
    }
  }
  const investigation: Node = {
    "@id": idOf("case"),
    "@type": "case-investigation:Investigation",
    "uco-core:name": about.id,
    "uco-core:description": [`the case ${about.id} in the log ${about.origin}`],
    "uco-core:object": [...graph.keys()].map((id) => ({ "@id": id })),
  };
  return { "@context": CONTEXT, "@graph": [investigation, ...graph.values()] };
}

/** UCO wants a name of its own for each part too. @param id names of parts are made from its UUID */
function observable(id: string, name: string, what: string, root: string): Node {
  const hash = {
    "@id": partOf(id, "hash"),
    "@type": "uco-types:Hash",
    // A plain string: UCO 1.4 warns of its own vocabulary's type here.
    "uco-types:hashMethod": "SHA256",
    "uco-types:hashValue": { "@type": "xsd:hexBinary", "@value": root.slice("sha256:".length) },
  };
  return {
    "@id": id,
    "@type": "uco-observable:ObservableObject",
    "uco-core:name": name,
    "uco-core:description": [what],
    "uco-core:hasFacet": [
      { "@id": partOf(id, "content"), "@type": "uco-observable:ContentDataFacet", "uco-observable:hash": [hash] },
    ],
  };
}

function partOf(id: string, part: string): string {
  return `kb:${uuid(`${id}#${part}`)}`;
}

function provenance(id: string, exhibit: string, object: { "@id": string }, says: string): Node {
  return {
    "@id": id,
    "@type": "case-investigation:ProvenanceRecord",
    "case-investigation:exhibitNumber": exhibit,
    "uco-core:description": [says],
    "uco-core:object": [object],
  };
}

function action(
  id: string,
  name: string,
  at: { "@type": string; "@value": string },
  performer: { "@id": string },
  object: { "@id": string }[],
  result: { "@id": string }[],
  says: string,
): Node {
  return {
    "@id": id,
    "@type": "case-investigation:InvestigativeAction",
    "uco-core:name": name,
    "uco-core:description": [says],
    "uco-action:startTime": at,
    "uco-action:endTime": at,
    "uco-action:performer": performer,
    ...(object.length > 0 ? { "uco-action:object": object } : {}),
    "uco-action:result": result,
  };
}

function moment(seconds: number) {
  return { "@type": "xsd:dateTime", "@value": momentText(seconds) };
}

/** Version 5, which is SHA-1 by its definition: a name, and no proof of anything. */
function uuid(name: string): string {
  const bytes = sha1(concatBytes([fromHex(URL_NAMESPACE, "uuid"), utf8(name)])).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
