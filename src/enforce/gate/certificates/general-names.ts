// Hosts as X.509 names them: as subject alternative names, and as the constraints that keep an authority to them.

import { isIP } from "node:net";
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  NameConstraints,
  SubjectAlternativeName,
} from "@peculiar/asn1-x509";

/** A subject alternative name of exactly this canonical host. */
export function alternativeName(host: string): SubjectAlternativeName {
  return new SubjectAlternativeName([generalName(host)]);
}

/**
 * Name constraints (RFC 5280 section 4.2.1.10) that permit exactly `hosts` (canonical, never empty). A kind of name that
 * no host has is excluded as a whole, because a kind that is not mentioned would be free. A DNS constraint also covers
 * the names below it; the standard has no narrower one.
 */
export function onlyThese(hosts: readonly string[]): NameConstraints {
  const permitted = hosts.map((host) => subtree(isIP(host) === 0 ? generalName(host) : single(host)));
  const excluded: GeneralSubtree[] = [];
  if (hosts.every((host) => isIP(host) !== 0)) excluded.push(subtree(new GeneralName({ dNSName: "" })));
  if (!hosts.some((host) => isIP(host) === 4))
    excluded.push(subtree(new GeneralName({ iPAddress: "0.0.0.0/0" })));
  if (!hosts.some((host) => isIP(host) === 6)) excluded.push(subtree(new GeneralName({ iPAddress: "::/0" })));
  return new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted),
    ...(excluded.length === 0 ? {} : { excludedSubtrees: new GeneralSubtrees(excluded) }),
  });
}

function generalName(host: string): GeneralName {
  return isIP(host) === 0 ? new GeneralName({ dNSName: host }) : new GeneralName({ iPAddress: host });
}

/** A network of one address. */
function single(address: string): GeneralName {
  return new GeneralName({ iPAddress: `${address}/${isIP(address) === 4 ? 32 : 128}` });
}

function subtree(base: GeneralName): GeneralSubtree {
  return new GeneralSubtree({ base });
}
