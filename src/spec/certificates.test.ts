// certificates: PEM text in one form, by its shape; what is not exactly certificates is refused, and so is too much.
import { expect, test } from "vitest";
import type { ScalarNode } from "../stdx/document/document-node.ts";
import { INVALID } from "../stdx/schema/schema.ts";
import { CERTIFICATE_BYTES_MAX, CERTIFICATES_MAX, certificateSet, certificates } from "./certificates.ts";

/** The base64 of one DER SEQUENCE with `size` bytes of content. */
function bodyOf(size: number, filling = 7): string {
  const head = Buffer.from([0x30, 0x82, size >> 8, size & 0xff]);
  return Buffer.concat([head, Buffer.alloc(size, filling)]).toString("base64");
}

function pem(body: string, width = 64, end = "\n"): string {
  const lines = body.match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join(end);
}

/** What the field reads from `text`: its value, or the messages of its errors. */
function read(text: string): string | readonly string[] {
  const node: ScalarNode = { kind: "scalar", type: "text", text, line: 1, column: 1 };
  const errors: { message: string; hint: string | null }[] = [];
  const session = { errors, origins: new Map(), directory: null, nameOf: (path: string) => path };
  const value = certificates().read(node, { path: "ca", session: session as never });
  return value === INVALID
    ? errors.map(({ message }) => message.slice(message.lastIndexOf("`: ") + 3))
    : value;
}

const ONE = bodyOf(300);
const TWO = bodyOf(301);

test("certificates reads PEM in any layout as one text, sorted, each certificate once", () => {
  const canonical = pem(ONE) + pem(TWO);
  expect(ONE < TWO).toBe(true);
  expect(read(pem(ONE))).toBe(pem(ONE));
  expect(read(`\n\n${pem(TWO, 76, "\r\n")}\n  ${pem(ONE, 10, "  \n   ")}${pem(TWO)}`)).toBe(canonical);
  expect(read(canonical)).toBe(canonical);
});

test("certificateSet is the base64 of each, and nothing of none", () => {
  expect(certificateSet(null)).toEqual([]);
  expect(certificateSet(pem(ONE))).toEqual([ONE]);
  expect(certificateSet(pem(ONE) + pem(TWO))).toEqual([ONE, TWO]);
});

test.each([
  ["", "no certificate"],
  ["\n\n", "no certificate"],
  ["/etc/ssl/ca.pem", "something around the certificates"],
  [`subject=x\n${pem(ONE)}`, "something around the certificates"],
  [`${pem(ONE)}x`, "something around the certificates"],
  ["-----END CERTIFICATE-----", "something around the certificates"],
  ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "something around the certificates"],
  [pem(ONE).slice(0, -5), "a certificate that does not end"],
  ["-----BEGIN CERTIFICATE-----", "a certificate that does not end"],
  [pem(`${ONE}-----BEGIN CERTIFICATE-----`), "a certificate that is not base64"],
  [pem("****"), "a certificate that is not base64"],
  [pem(ONE.slice(0, -1)), "a certificate that is not base64"],
  [pem(`${ONE}=`), "a certificate that is not base64"],
  ["-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "a certificate that is not DER"],
  [pem("AAAA"), "a certificate that is not DER"],
  [pem("MIIB"), "a certificate that is not DER"],
  // The length says one more, one less, and the kind is another.
  [
    pem(Buffer.concat([Buffer.from([0x30, 0x82, 1, 0x2d]), Buffer.alloc(300)]).toString("base64")),
    "a certificate that is not DER",
  ],
  [
    pem(Buffer.concat([Buffer.from([0x30, 0x82, 0, 0x2c]), Buffer.alloc(300)]).toString("base64")),
    "a certificate that is not DER",
  ],
  [
    pem(Buffer.concat([Buffer.from([0x31, 0x82, 1, 0x2c]), Buffer.alloc(300)]).toString("base64")),
    "a certificate that is not DER",
  ],
  [
    pem(Buffer.concat([Buffer.from([0x30, 0x81, 1, 0x2c]), Buffer.alloc(300)]).toString("base64")),
    "a certificate that is not DER",
  ],
])("certificates refuses %#: %s", (text, message) => {
  expect(read(text)).toEqual([message]);
});

test("certificates takes sixteen of sixteen thousand bytes, and no more of either", () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => pem(bodyOf(300 + n))).join("");
  expect(certificateSet(read(many(CERTIFICATES_MAX)) as string)).toHaveLength(16);
  expect(read(many(CERTIFICATES_MAX + 1))).toEqual(["17 certificates: limit is 16"]);
  const largest = bodyOf(CERTIFICATE_BYTES_MAX - 4);
  expect(read(pem(largest))).toBe(pem(largest));
  expect(read(pem(bodyOf(CERTIFICATE_BYTES_MAX - 3)))).toEqual([
    "a certificate of 16385 bytes: limit is 16384",
  ]);
});
