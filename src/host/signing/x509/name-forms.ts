/** General names and name constraints as RFC 5280 writes them (§4.2.1.6, §4.2.1.10). Reading only; `name-constraints.ts` judges. */
import { AssayError } from "../../../base/error.js";
import { type Der, smallInteger, TAG } from "./der.js";
import { type DistinguishedName, nameOf } from "./distinguished-name.js";

const NAME_FORMS = [
  "otherName",
  "rfc822Name",
  "dNSName",
  "x400Address",
  "directoryName",
  "ediPartyName",
  "uniformResourceIdentifier",
  "iPAddress",
  "registeredID",
] as const;

export type GeneralName =
  | { form: "rfc822Name" | "dNSName" | "uniformResourceIdentifier"; text: string }
  | { form: "directoryName"; name: DistinguishedName }
  | { form: "iPAddress"; octets: Uint8Array }
  | { form: "otherName" | "x400Address" | "ediPartyName" | "registeredID" };

export interface NameConstraints {
  permitted: GeneralName[];
  excluded: GeneralName[];
}

/** @throws FORMAT when it is none, or an empty list */
export function generalNamesOf(der: Der | null, what: string): GeneralName[] | null {
  if (!der) return null;
  if (der.tag !== TAG.sequence || der.inside.length === 0)
    throw new AssayError("FORMAT", `${what}: expected at least one general name`);
  return der.inside.map((each) => generalNameOf(each, what));
}

function generalNameOf(der: Der, what: string): GeneralName {
  const form = NAME_FORMS[der.tag & 0x1f];
  const fault = () => new AssayError("FORMAT", `${what}: expected a general name`);
  if (form === undefined || (der.tag & 0xc0) !== 0x80) throw fault();
  switch (form) {
    case "rfc822Name":
    case "dNSName":
    case "uniformResourceIdentifier": {
      // IA5String: seven bits, and a NUL would end the name for whoever reads it in C (CVE-2009-2408).
      if (der.tag & 0x20 || der.contents.some((octet) => octet === 0 || octet > 0x7f)) throw fault();
      return { form, text: Buffer.from(der.contents).toString("latin1") };
    }
    case "directoryName": {
      const [inside] = der.inside;
      if (der.inside.length !== 1 || !inside) throw fault();
      return { form, name: nameOf(inside, what) };
    }
    case "iPAddress":
      if (der.tag & 0x20) throw fault();
      return { form, octets: der.contents };
    default:
      return { form };
  }
}

/** @throws FORMAT for an empty extension and for minimum or maximum, which the profile does not use */
export function nameConstraintsOf(der: Der | null, what: string): NameConstraints | null {
  if (!der) return null;
  const fault = () => new AssayError("FORMAT", `${what}: expected name constraints`);
  if (der.tag !== TAG.sequence || der.inside.length === 0 || der.inside.length > 2) throw fault();
  const constraints: NameConstraints = { permitted: [], excluded: [] };
  let last = 0;
  for (const list of der.inside) {
    if ((list.tag !== 0xa0 && list.tag !== 0xa1) || list.tag <= last || list.inside.length === 0) throw fault();
    last = list.tag;
    for (const subtree of list.inside) {
      const [base, ...distances] = subtree.inside;
      if (subtree.tag !== TAG.sequence || !base) throw fault();
      if (distances.length > 0)
        throw new AssayError(
          "FORMAT",
          `${what}: expected name constraints without distances, got minimum ${smallInteger(distances[0]!)}`,
        );
      constraints[list.tag === 0xa0 ? "permitted" : "excluded"].push(generalNameOf(base, what));
    }
  }
  return constraints;
}
