// One key, one text: whatever notation a public key is given in.
import { expect, test } from "vitest";
import { canonical, parseSigner, signerKey } from "./signer.ts";

const RAW = Uint8Array.from({ length: 32 }, (_, at) => at * 7);
const CANONICAL = canonical({ kind: "ed25519", raw: RAW, application: null });
const base64 = (...parts: readonly (Uint8Array | string)[]): string =>
  Buffer.concat(parts.map((part) => Buffer.from(part))).toString("base64");
const string = (part: Uint8Array | string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.from(part).length);
  return Buffer.concat([length, Buffer.from(part)]);
};

test.each([
  ["its canonical text", CANONICAL],
  ["minisign", base64("Ed", "12345678", RAW)],
  ["OpenSSH", `ssh-ed25519 ${base64(string("ssh-ed25519"), string(RAW))} me@here`],
])("parseSigner reads one key out of %s", (_, text) => {
  expect(parseSigner(text)).toEqual({ ok: true, value: CANONICAL });
});

test("parseSigner keeps what a hardware key is bound to", () => {
  const type = "sk-ssh-ed25519@openssh.com";
  const parsed = parseSigner(`${type} ${base64(string(type), string(RAW), string("ssh:work"))}`);
  expect(parsed).toEqual({ ok: true, value: `sk-${CANONICAL}:ssh:work` });
  expect(signerKey(`sk-${CANONICAL}:ssh:work`)).toEqual({
    kind: "sk-ed25519",
    raw: RAW,
    application: "ssh:work",
  });
});

test.each([
  "",
  "ed25519:",
  `${CANONICAL}A`,
  // The last digit of 43 has two bits to spare: another text of the same bytes would be a second name of one key.
  `${CANONICAL.slice(0, -1)}${CANONICAL.endsWith("B") ? "C" : "B"}`,
  base64("Ed", "1234567", RAW),
  base64("EX", "12345678", RAW),
  `ssh-rsa ${base64(string("ssh-ed25519"), string(RAW))}`,
  `ssh-ed25519 ${base64(string("ssh-ed25519"), string(RAW.subarray(1)))}`,
  `ssh-ed25519 ${base64(string("ssh-ed25519"), string(RAW), string("ssh:"))}`,
  `ssh-ed25519 ${base64(string("ssh-ed25519"), string(RAW), "x")}`,
  `ssh-ed25519 ${base64(Buffer.from([255, 255, 255, 255]))}`,
  `sk-ssh-ed25519@openssh.com ${base64(string("sk-ssh-ed25519@openssh.com"), string(RAW), string("web:"))}`,
  `ssh-ed25519 ${"A".repeat(5000)}`,
])("parseSigner refuses %j", (text) => {
  expect(parseSigner(text)).toMatchObject({ ok: false });
});
