/**
 * Name constraints (RFC 5280, §4.2.1.10 and §6.1): each certificate above narrows what every name below may be; what
 * one permits cannot widen what another did. A form that is constrained and cannot be compared here refuses the name.
 * Wildcards and odd names are read against their bearer. It cannot see whether a name is its bearer's own.
 */
import { isIPv4, isIPv6 } from "node:net";
import type { Certificate } from "./certificate.js";
import { attributesOf, COMMON_NAME, EMAIL_ADDRESS, isWithin } from "./distinguished-name.js";
import type { GeneralName, NameConstraints } from "./name-forms.js";

/** OpenSSL's bound on names times constraints, against chains made to be slow (x509-limbo: nc-dos). */
const COMPARISONS_MAX = 1 << 20;

/** The names of a certificate that constraints speak of. `last`: a common name that reads like a host counts as one. */
export function constrainedNames(certificate: Certificate, last: boolean): GeneralName[] {
  const { subject, subjectAltNames } = certificate;
  const alternatives = subjectAltNames ?? [];
  const emails = attributesOf(subject, EMAIL_ADDRESS).map((text) => asText("rfc822Name", text));
  const hosts =
    last && !alternatives.some(({ form }) => form === "dNSName")
      ? attributesOf(subject, COMMON_NAME).filter((text) => text?.includes("."))
      : [];
  return [
    ...(subject.length > 0 ? [{ form: "directoryName", name: subject } as const] : []),
    ...alternatives,
    ...emails,
    ...hosts.filter((text) => isHost(text!)).map((text) => asText("dNSName", text)),
  ];
}

function asText(form: "rfc822Name" | "dNSName", text: string | null): GeneralName {
  // A text that cannot be read is no name of any host, and so refused by whatever is permitted.
  return { form, text: text ?? "" };
}

/** Why the names break the constraints; null when they keep them. */
export function brokenConstraint(names: readonly GeneralName[], constraints: NameConstraints): string | null {
  const { permitted, excluded } = constraints;
  if (names.length * (permitted.length + excluded.length) > COMPARISONS_MAX)
    return "has more names and constraints than are compared here";
  for (const base of [...permitted, ...excluded])
    if (!isWellFormed(base)) return `has a malformed ${base.form} among its constraints`;
  for (const name of names) {
    const allowed = permitted.filter(({ form }) => form === name.form);
    if (excluded.some((base) => base.form === name.form && overlaps(name, base)))
      return `excludes the ${name.form} "${textOf(name)}"`;
    if (allowed.length > 0 && !allowed.some((base) => contains(base, name)))
      return `does not permit the ${name.form} "${textOf(name)}"`;
  }
  return null;
}

function isWellFormed(base: GeneralName): boolean {
  switch (base.form) {
    case "dNSName":
      return base.text === "" || isHost(base.text);
    case "rfc822Name":
      return base.text.includes("@") ? isMailbox(base.text) : isHost(base.text.replace(/^\./, ""));
    case "uniformResourceIdentifier":
      return isHost(base.text.replace(/^\./, ""));
    case "iPAddress":
      return (
        (base.octets.length === 8 || base.octets.length === 32) && isMask(base.octets.subarray(base.octets.length / 2))
      );
    default:
      return true;
  }
}

/** Whether all that the name may stand for lies within the base: the narrow reading. */
function contains(base: GeneralName, name: GeneralName): boolean {
  if (base.form === "dNSName" && name.form === "dNSName") {
    const host = name.text.replace(/^\*\./, "");
    return isHost(host) && underHost(host, base.text);
  }
  if (base.form === "rfc822Name" && name.form === "rfc822Name")
    return isMailbox(name.text) && mailboxWithin(name.text, base.text, false);
  if (base.form === "uniformResourceIdentifier" && name.form === "uniformResourceIdentifier") {
    const host = hostOf(name.text);
    return host !== null && hostWithin(host, base.text);
  }
  if (base.form === "iPAddress" && name.form === "iPAddress") return addressWithin(name.octets, base.octets);
  if (base.form === "directoryName" && name.form === "directoryName") return isWithin(name.name, base.name, "narrow");
  return false;
}

/** Whether anything that the name may stand for lies within the base: the wide reading. What cannot be read does. */
function overlaps(name: GeneralName, base: GeneralName): boolean {
  if (base.form === "dNSName" && name.form === "dNSName") {
    const host = name.text.replace(/^\*\./, "");
    if (!isHost(host)) return true;
    if (underHost(host, base.text)) return true;
    // "*.a" may be any one label before a.
    return host !== name.text && base.text.toLowerCase().replace(/^[^.]+\./, "") === host.toLowerCase();
  }
  if (base.form === "rfc822Name" && name.form === "rfc822Name")
    return !isMailbox(name.text) || mailboxWithin(name.text, base.text, true);
  if (base.form === "uniformResourceIdentifier" && name.form === "uniformResourceIdentifier") {
    const host = hostOf(name.text);
    return host === null || hostWithin(host, base.text);
  }
  if (base.form === "iPAddress" && name.form === "iPAddress")
    return ![4, 16].includes(name.octets.length) || addressWithin(name.octets, base.octets);
  if (base.form === "directoryName" && name.form === "directoryName") return isWithin(name.name, base.name, "wide");
  return true;
}

/** Preferred name syntax (RFC 1034, §3.5, with RFC 1123's leading digit); no underscore, no trailing dot. */
export function isHost(text: string): boolean {
  if (text.length === 0 || text.length > 253 || isIPv4(text)) return false;
  return text.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}

/** `local@host`, the local part as it stands (RFC 5280, §4.2.1.6: RFC 2821's Mailbox). */
export function isMailbox(text: string): boolean {
  const at = text.lastIndexOf("@");
  return at > 0 && at === text.indexOf("@") && /^[\x21-\x7e]+$/.test(text.slice(0, at)) && isHost(text.slice(at + 1));
}

function underHost(host: string, base: string): boolean {
  if (base === "") return true;
  const [a, b] = [host.toLowerCase(), base.toLowerCase()];
  return a === b || a.endsWith(`.${b}`);
}

/** A host of exactly that name, or, with a leading dot, any below it (mail and URI: §4.2.1.10). */
function hostWithin(host: string, base: string): boolean {
  const [a, b] = [host.toLowerCase(), base.toLowerCase()];
  return b.startsWith(".") ? a.endsWith(b) && a.length > b.length : a === b;
}

function mailboxWithin(mailbox: string, base: string, anyCase: boolean): boolean {
  const at = mailbox.lastIndexOf("@");
  const [local, host] = [mailbox.slice(0, at), mailbox.slice(at + 1)];
  const baseAt = base.lastIndexOf("@");
  if (baseAt < 0) return hostWithin(host, base);
  const [baseLocal, baseHost] = [base.slice(0, baseAt), base.slice(baseAt + 1)];
  const sameLocal = anyCase ? local.toLowerCase() === baseLocal.toLowerCase() : local === baseLocal;
  return sameLocal && host.toLowerCase() === baseHost.toLowerCase();
}

/** The host of a URI with an authority; null for an address or none, which a constraint cannot permit (§4.2.1.10). */
function hostOf(uri: string): string | null {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri) ?? [];
  const host = authority?.replace(/^.*@/, "").replace(/:[0-9]*$/, "");
  return host !== undefined && isHost(host) && !isIPv6(host.replace(/^\[|\]$/g, "")) ? host : null;
}

function addressWithin(octets: Uint8Array, base: Uint8Array): boolean {
  const n = octets.length;
  return 2 * n === base.length && octets.every((octet, i) => ((octet ^ base[i]!) & base[n + i]!) === 0);
}

/** Ones, then zeros (RFC 4632). */
function isMask(octets: Uint8Array): boolean {
  return /^1*0*$/.test(Array.from(octets, (octet) => octet.toString(2).padStart(8, "0")).join(""));
}

function textOf(name: GeneralName): string {
  if ("text" in name) return name.text.slice(0, 80);
  return name.form === "iPAddress" ? Array.from(name.octets).join(".") : "…";
}
