// One X.509 certificate (RFC 5280) over a P-256 key: encoded, signed, as PEM. What it may be used for is its caller's
// matter (root.ts, leaves.ts).
import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  Certificate,
  Extension,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  Name,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";

/** The key that signs, and the name it signs under. */
export interface Issuer {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface CertificateRequest {
  /** The common name. Never a host: hosts stand in the subject alternative name alone. */
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Beside both key identifiers, which every certificate gets. */
  readonly extensions: readonly Extension[];
}

/**
 * A certificate in PEM, with a serial number of 20 random octets, positive as RFC 5280 section 4.1.2.2 asks, and signed
 * by ecdsa-with-SHA256.
 */
export function signCertificate(asked: CertificateRequest, issuer: Issuer): string {
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: exact(serialNumber()),
    signature: algorithm(),
    issuer: commonName(issuer.name),
    validity: new Validity({ notBefore: asked.notBefore, notAfter: asked.notAfter }),
    subject: commonName(asked.subject),
    subjectPublicKeyInfo: publicKeyInfo(asked.publicKey),
    extensions: new Extensions([...asked.extensions, ...keyIdentifiers(asked.publicKey, issuer.publicKey)]),
  });
  const signed = Buffer.from(AsnConvert.serialize(body));
  const signature = sign("sha256", signed, { key: issuer.privateKey, dsaEncoding: "der" });
  const certificate = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm(),
    signatureValue: exact(signature),
  });
  return pem(Buffer.from(AsnConvert.serialize(certificate)));
}

/** An extension from its value's object or bytes. */
export function extension(id: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** The longest serial number (RFC 5280 section 4.1.2.2), in octets. */
const SERIAL_LENGTH = 20;

function serialNumber(): Buffer {
  const octets = randomBytes(SERIAL_LENGTH);
  // Positive, and with no leading zero octet, which DER forbids.
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return octets;
}

function algorithm(): AlgorithmIdentifier {
  // ecdsa-with-SHA256, RFC 5758 section 3.2: no parameters.
  return new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" });
}

function commonName(text: string): Name {
  // id-at-commonName, RFC 5280 appendix A.1.
  const attribute = new AttributeTypeAndValue({
    type: "2.5.4.3",
    value: new AttributeValue({ utf8String: text }),
  });
  return new Name([new RelativeDistinguishedName([attribute])]);
}

function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: "spki", format: "der" }), SubjectPublicKeyInfo);
}

function keyIdentifiers(subject: KeyObject, issuer: KeyObject): readonly Extension[] {
  return [
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(subject))),
    extension(
      id_ce_authorityKeyIdentifier,
      new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(issuer)) }),
    ),
  ];
}

/** RFC 7093 section 2, method 1: the leftmost 160 bits of SHA-256 of the key. */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  const { subjectPublicKey } = publicKeyInfo(key);
  return exact(createHash("sha256").update(Buffer.from(subjectPublicKey)).digest().subarray(0, 20));
}

/** The bytes in a buffer of their own: Node's small buffers share one. */
function exact(bytes: Buffer): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy.buffer;
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
