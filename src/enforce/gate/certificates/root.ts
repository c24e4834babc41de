// The certificate root of one start: its key lives in this process alone, and what it signs are authorities for exactly
// the names of one writ. Not where leaves are made (leaves.ts): a gate worker never meets this key.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  BasicConstraints,
  ExtendedKeyUsage,
  type Extension,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
} from "@peculiar/asn1-x509";
import { canonicalHost } from "../../../names/host.ts";
import { assert } from "../../../stdx/assert.ts";
import type { TaskAuthority } from "../policy.ts";
import { onlyThese } from "./general-names.ts";
import { extension, type Issuer, signCertificate } from "./sign-certificate.ts";

export interface Root {
  /** PEM; the one certificate that a task's bundle gains. */
  readonly certificate: string;
  /**
   * A fresh authority for `names` (canonical hosts, at least one), which can sign leaves and no further authority. Valid
   * from an hour ago for a day, and for the task's own time (ms) beyond that.
   */
  issue(names: readonly string[], time?: number): TaskAuthority;
}

/**
 * A new root, in memory only: it ends with this process.
 *
 * @example const authority = createRoot().issue(["api.example.com"]);
 */
export function createRoot(): Root {
  const root = issuer("Writ root of this start");
  const now = Date.now();
  const certificate = signCertificate(
    {
      subject: root.name,
      publicKey: root.publicKey,
      notBefore: new Date(now - CLOCK_SLACK),
      notAfter: new Date(now + ROOT_LIFE),
      extensions: authorityExtensions(1),
    },
    root,
  );
  return { certificate, issue: (names, time = 0) => issue(root, names, time) };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** ms that a clock inside a task may be behind. */
const CLOCK_SLACK = HOUR;
/** ms. Longer than any governor runs: every authority below it lives for days only, and its key dies with the process. */
const ROOT_LIFE = 3650 * DAY;

function issue(root: Issuer, names: readonly string[], time: number): TaskAuthority {
  assert(names.length > 0, "an authority is for at least one name");
  assert(Number.isFinite(time) && time >= 0, "a task's time is not negative");
  const hosts = [...new Set(names)];
  for (const host of hosts) assert(isCanonical(host), "an authority is for canonical hosts");
  const task = issuer("Writ authority of a task");
  const now = Date.now();
  const certificate = signCertificate(
    {
      subject: task.name,
      publicKey: task.publicKey,
      notBefore: new Date(now - CLOCK_SLACK),
      notAfter: new Date(Math.min(now + DAY + time, now + ROOT_LIFE - DAY)),
      extensions: [
        ...authorityExtensions(0),
        extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
        extension(id_ce_nameConstraints, onlyThese(hosts), true),
      ],
    },
    root,
  );
  return { certificate, key: pkcs8(task.privateKey) };
}

function isCanonical(name: string): boolean {
  const host = canonicalHost(name);
  return host.ok && host.value.name === name;
}

function issuer(name: string): Issuer {
  return { name, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
}

/** A certificate authority with at most `below` further ones under it (RFC 5280 sections 4.2.1.3 and 4.2.1.9). */
function authorityExtensions(below: number): readonly Extension[] {
  return [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: below }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
  ];
}

function pkcs8(key: KeyObject): string {
  return String(key.export({ type: "pkcs8", format: "pem" }));
}
