// The certificates that a gate worker shows to a task: one for each host, made when it is first asked for, under the
// task's own constrained authority.
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import {
  BasicConstraints,
  ExtendedKeyUsage,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
} from "@peculiar/asn1-x509";
import type { TaskAuthority } from "../policy.ts";
import { alternativeName } from "./general-names.ts";
import { extension, type Issuer, signCertificate } from "./sign-certificate.ts";

export interface Leaves {
  /** What serves TLS for this canonical host; the same object each time. */
  context(host: string): SecureContext;
  /** The leaf and the authority that signed it, and the leaf's key, in PEM. */
  pair(host: string): { readonly cert: string; readonly key: string };
}

/**
 * Leaves under one task's authority. Throws when the authority cannot be read. The caller asks for granted hosts only;
 * a client refuses a leaf for any other, because the authority's constraints do not cover it.
 *
 * @example createLeaves(authority).context("api.example.com")
 */
export function createLeaves(authority: TaskAuthority): Leaves {
  const above = new X509Certificate(authority.certificate);
  const issuer = issuerOf(above, authority);
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const pairs = new Map<string, { readonly cert: string; readonly key: string }>();
  const contexts = new Map<string, SecureContext>();
  const pair = (host: string): { readonly cert: string; readonly key: string } => {
    const held = pairs.get(host);
    if (held !== undefined) return held;
    const leaf = signCertificate(
      {
        subject: "Writ leaf of a task",
        publicKey,
        notBefore: new Date(above.validFrom),
        notAfter: new Date(above.validTo),
        extensions: leafExtensions(host),
      },
      issuer,
    );
    const made = { cert: leaf + authority.certificate, key };
    pairs.set(host, made);
    return made;
  };
  const context = (host: string): SecureContext => {
    const held = contexts.get(host) ?? createSecureContext({ ...pair(host), minVersion: "TLSv1.2" });
    contexts.set(host, held);
    return held;
  };
  return { context, pair };
}

function issuerOf(above: X509Certificate, authority: TaskAuthority): Issuer {
  const name = /^CN=(.+)$/m.exec(above.subject)?.[1] ?? "";
  const privateKey = createPrivateKey(authority.key);
  return { name, privateKey, publicKey: createPublicKey(privateKey) };
}

function leafExtensions(host: string): readonly ReturnType<typeof extension>[] {
  return [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
    extension(id_ce_subjectAltName, alternativeName(host)),
  ];
}
