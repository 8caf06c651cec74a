/**
 * One side of an examination that lies behind a URL. What is read is known only when the examination is over: until
 * then the side goes by a provisional root, which is then replaced by the root of what was read (evidence/partial-reading.ts).
 */
import { utf8 } from "../../../base/bytes.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { assert } from "../../../base/error.js";
import { type PartialReading, partialReading } from "../../../evidence/partial-reading.js";
import type { Finding } from "../../../finding/finding.js";
import { pinOf } from "../../../host/http/http-pin.js";
import type { RemoteReads } from "../../../host/model/compute-pool.js";
import { fileNames, type RemoteFiles } from "../../../host/model/remote-files.js";

/** What was read of one side, for whoever prints it. */
export interface RemoteUse extends PartialReading {
  role: string;
  /** Without query. */
  url: string;
  totalBytes: number;
  /** Of both sides: what came over the line, and in how many requests. */
  receivedBytes: number;
  requests: number;
  /** Matrices of this side in which values that are NaN or infinite were read. */
  notFinite: number;
}

const OBTAINED = "in part, over HTTP from ";

/** The URL, without query, of a side that was read over HTTP; null of any other. */
export function urlOf(obtained: string): string | null {
  return obtained.startsWith(OBTAINED) ? obtained.slice(OBTAINED.length) : null;
}

/** Stands for the root until all is read. The same URL on both sides is the same model. */
export function provisionalRoot(url: string): Digest {
  return sha256Digest(utf8(`assay/provisional-root ${url}`));
}

/** @throws AssayError FORMAT when a range came twice with two contents */
export function remoteUse(
  role: string,
  remote: RemoteFiles,
  { reads, receivedBytes, requests, notFinite }: RemoteReads,
): RemoteUse {
  const names = fileNames(remote);
  const own = reads.filter(({ file }) => names.has(file));
  const files = remote.files.map(({ name, sizeBytes }) => ({ name, sizeBytes }));
  const reading = partialReading(own, files, (file) => {
    const name = names.get(file);
    assert(name !== undefined, "remoteUse: expected a file of this side");
    return name;
  });
  const totalBytes = files.reduce((n, f) => n + f.sizeBytes, 0);
  const paths = new Set(remote.files.map(({ path }) => path));
  const odd = new Set(notFinite.flatMap(({ file, offsetBytes }) => (paths.has(file) ? `${file} ${offsetBytes}` : [])));
  return { ...reading, role, url: remote.url, totalBytes, receivedBytes, requests, notFinite: odd.size };
}

/** The finding under the root of what was read, with a limit that says so. */
export function settled(finding: Finding, use: RemoteUse, remote: RemoteFiles): Finding {
  const from = provisionalRoot(remote.url);
  const pinned = remote.files.filter(({ path }) => pinOf(path).etag !== null).length;
  const obtained = `${OBTAINED}${use.url}`.slice(0, 500);
  const { subject } = finding;
  const artefact = <T extends { root: Digest }>(a: T): T => (a.root === from ? { ...a, root: use.root, obtained } : a);
  const percent = ((100 * use.readBytes) / use.totalBytes).toPrecision(2);
  const limit =
    `The ${use.role} was read in part, over HTTP: ${use.readBytes} of ${use.totalBytes} bytes (${percent} %) in ${use.ranges} ranges of ${use.files} files. ` +
    `Its root is the digest of these ranges, not of the whole model: what was not read may differ, and a server may give others other bytes. ` +
    `That files did not change meanwhile rests on their sizes and on the server's own tags (${pinned} of ${use.files} files have one).` +
    (use.notFinite > 0
      ? ` ${use.notFinite} matrices hold values that are NaN or infinite, of those that were read: they were taken for nought.`
      : "");
  return {
    ...finding,
    subject:
      subject.kind === "pair"
        ? { ...subject, reference: artefact(subject.reference), suspect: artefact(subject.suspect) }
        : subject,
    limits: [...finding.limits, limit],
    evidence: [...new Set(finding.evidence.map((digest) => (digest === from ? use.root : digest)))],
  };
}
