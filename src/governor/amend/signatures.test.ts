// checkSignatures against the tools that make signatures: minisign and ssh-keygen sign, writ verifies, and the reverse; then
// everything that must not count.
import { spawnSync } from "node:child_process";
import { createHash, scryptSync, sign } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { isDeep } from "../../../test/depth.ts";
import { canonical, parseSigner } from "../../spec/signer.ts";
import { signMinisign } from "./minisign.ts";
import {
  formatPublicKey,
  formatSecretKey,
  type MinisignKey,
  makeMinisignKey,
  readSecretKey,
} from "./minisign-key.ts";
import { checkSignatures } from "./signatures.ts";
import { readSsh, SSH_NAMESPACE } from "./ssh-signature.ts";

const folder = mkdtempSync(`${tmpdir()}/writ-signatures-`);
afterAll(() => rmSync(folder, { recursive: true }));

const NOW = 1_800_000_000;
const BYTES = Buffer.from("writ: 1\nname: signed\n");
const KEY = makeMinisignKey();
const SIGNER = signerOf(KEY);

function signerOf({ raw }: MinisignKey): string {
  return canonical({ kind: "ed25519", raw, application: null });
}

function present(program: string): boolean {
  const found = (process.env["PATH"] ?? "").split(":").some((place) => existsSync(`${place}/${program}`));
  if (!found)
    console.log(`skipped: ${program} is not installed (node scripts/setup.ts, or apt-get install it)`);
  return found;
}

function tool(program: string, args: readonly string[], input = ""): string {
  const ran = spawnSync(program, args, { input, encoding: "utf8", cwd: folder });
  expect([program, ran.status, ran.stderr]).toEqual([program, 0, expect.any(String)]);
  return ran.stdout;
}

function keyOf(text: string): string {
  const parsed = parseSigner(text.trim().split("\n").at(-1) ?? "");
  return parsed.ok ? parsed.value : "";
}

const ours = (key = KEY, at = NOW): { name: string; text: string } => ({
  name: "ours",
  text: signMinisign(BYTES, key, at, "governance.yaml"),
});

describe.runIf(present("minisign"))("minisign", () => {
  test.each([
    ["pre-hashed", []],
    ["legacy", ["-l"]],
  ])("checkSignatures takes a %s signature of minisign", (_, legacy) => {
    tool("minisign", ["-G", "-f", "-W", "-p", "m.pub", "-s", "m.key"]);
    writeFileSync(`${folder}/spec`, BYTES);
    tool("minisign", ["-S", ...legacy, "-s", "m.key", "-m", "spec", "-x", "spec.minisig"]);
    const signer = keyOf(readFileSync(`${folder}/m.pub`, "utf8"));
    const file = { name: "spec.minisig", text: readFileSync(`${folder}/spec.minisig`, "utf8") };
    const now = Math.floor(Date.now() / 1000);
    expect(checkSignatures(BYTES, [file], [signer], now)).toMatchObject({
      signed: [{ signer }],
      problems: [],
    });
    expect(checkSignatures(Buffer.from("other"), [file], [signer], now).signed).toEqual([]);
  });

  test("signMinisign and formatPublicKey are what minisign verifies", () => {
    writeFileSync(`${folder}/ours`, BYTES);
    writeFileSync(`${folder}/ours.minisig`, ours().text);
    writeFileSync(`${folder}/ours.pub`, formatPublicKey(KEY));
    expect(tool("minisign", ["-V", "-p", "ours.pub", "-m", "ours"])).toContain("timestamp:1800000000");
  });

  test("formatSecretKey is a key that minisign signs with, and readSecretKey reads minisign's", () => {
    writeFileSync(`${folder}/secret`, formatSecretKey(KEY));
    writeFileSync(`${folder}/by-theirs`, BYTES);
    tool("minisign", ["-S", "-s", "secret", "-m", "by-theirs"]);
    const text = readFileSync(`${folder}/by-theirs.minisig`, "utf8");
    expect(
      checkSignatures(BYTES, [{ name: "x", text }], [SIGNER], Math.floor(Date.now() / 1000)).signed,
    ).toHaveLength(1);
    tool("minisign", ["-G", "-f", "-W", "-p", "n.pub", "-s", "n.key"]);
    const key = readSecretKey(readFileSync(`${folder}/n.key`, "utf8"))?.open("") ?? null;
    expect(key === null ? "" : signerOf(key)).toBe(keyOf(readFileSync(`${folder}/n.pub`, "utf8")));
  });

  // A gibibyte of scrypt, three times over.
  test.runIf(isDeep)(
    "readSecretKey opens a key of minisign under a password, and no other password does",
    () => {
      tool("minisign", ["-G", "-f", "-p", "p.pub", "-s", "p.key"], "correct horse\ncorrect horse\n");
      const file = readSecretKey(readFileSync(`${folder}/p.key`, "utf8"));
      expect(file?.encrypted).toBe(true);
      const key = file?.open("correct horse") ?? null;
      expect(key === null ? "" : signerOf(key)).toBe(keyOf(readFileSync(`${folder}/p.pub`, "utf8")));
      expect(file?.open("wrong horse")).toBeNull();
    },
    60_000,
  );
});

describe.runIf(present("ssh-keygen"))("ssh-keygen", () => {
  const sshSigned = (namespace: string): { readonly signer: string; readonly text: string } => {
    if (!existsSync(`${folder}/id`)) tool("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "id"]);
    writeFileSync(`${folder}/spec`, BYTES);
    rmSync(`${folder}/spec.sig`, { force: true });
    tool("ssh-keygen", ["-q", "-Y", "sign", "-n", namespace, "-f", "id", "spec"]);
    return {
      signer: keyOf(readFileSync(`${folder}/id.pub`, "utf8")),
      text: readFileSync(`${folder}/spec.sig`, "utf8"),
    };
  };

  test("checkSignatures takes a signature of ssh-keygen -Y sign, and no other namespace", () => {
    const { signer, text } = sshSigned(SSH_NAMESPACE);
    const file = { name: "spec.sig", text };
    expect(checkSignatures(BYTES, [file], [signer], NOW)).toMatchObject({
      signed: [{ signer }],
      problems: [],
    });
    expect(checkSignatures(Buffer.from("other"), [file], [signer], NOW).problems).toEqual([
      "`spec.sig` is not over these bytes",
    ]);
    const other = { name: "spec.sig", text: sshSigned("git").text };
    expect(checkSignatures(BYTES, [other], [signer], NOW)).toEqual({
      signed: [],
      problems: ["`spec.sig` was made for `git`: expected `ssh-keygen -Y sign -n writ-spec`"],
    });
  });

  test("a hardware key's signature counts only with the bit of a touch, and is what ssh-keygen verifies", () => {
    const { signer, text } = hardwareSigned(0x01);
    expect(checkSignatures(BYTES, [{ name: "sk", text }], [signer.canonical], NOW)).toMatchObject({
      signed: [{ signer: signer.canonical }],
    });
    writeFileSync(`${folder}/sk.sig`, text);
    writeFileSync(`${folder}/allowed`, `me ${signer.line}\n`);
    const verify = ["-Y", "verify", "-f", "allowed", "-I", "me", "-n", SSH_NAMESPACE, "-s", "sk.sig"];
    expect(tool("ssh-keygen", verify, BYTES.toString())).toContain("Good");
    const untouched = hardwareSigned(0x00);
    expect(
      checkSignatures(BYTES, [{ name: "sk", text: untouched.text }], [untouched.signer.canonical], NOW),
    ).toEqual({
      signed: [],
      problems: ["`sk` was made without touching the key"],
    });
  });
});

test("readSecretKey opens a key under a password of small costs, and no other password does", () => {
  const plain = Buffer.from(formatSecretKey(KEY).split("\n")[1] ?? "", "base64");
  const salt = Buffer.alloc(32, 7);
  // libsodium's smallest limits: N = 1024, r = 8, p = 1.
  const stream = scryptSync("correct horse", salt, 104, { N: 1024, r: 8, p: 1 });
  const locked = Buffer.from(plain);
  locked.write("Sc", 2, "latin1");
  salt.copy(locked, 6);
  locked.writeBigUInt64LE(32_768n, 38);
  locked.writeBigUInt64LE(16_777_216n, 46);
  for (let at = 54; at < locked.length; at += 1) locked[at] = (locked[at] ?? 0) ^ (stream[at - 54] ?? 0);
  const file = readSecretKey(`untrusted comment: x\n${locked.toString("base64")}\n`);
  expect(file?.open("wrong horse")).toBeNull();
  const key = file?.open("correct horse") ?? null;
  expect(key === null ? "" : signerOf(key)).toBe(SIGNER);
  locked.writeBigUInt64LE(2n ** 40n, 46);
  const greedy = readSecretKey(`untrusted comment: x\n${locked.toString("base64")}\n`);
  expect(() => greedy?.open("correct horse")).toThrow("over the bound");
});

/** What a FIDO key gives: there is none here, and its signature is Ed25519 over what PROTOCOL.u2f says. */
function hardwareSigned(flags: number): {
  readonly signer: { readonly canonical: string; readonly line: string };
  readonly text: string;
} {
  const type = "sk-ssh-ed25519@openssh.com";
  const string = (part: Uint8Array | string): Buffer => {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const digest = (algorithm: string, bytes: Uint8Array): Buffer =>
    createHash(algorithm).update(bytes).digest();
  const publicKey = Buffer.concat([string(type), string(KEY.raw), string("ssh:")]);
  const body = Buffer.concat([
    Buffer.from("SSHSIG"),
    string(SSH_NAMESPACE),
    string(""),
    string("sha512"),
    string(digest("sha512", BYTES)),
  ]);
  const state = Buffer.from([flags, 0, 0, 0, 9]);
  const signature = sign(
    null,
    Buffer.concat([digest("sha256", Buffer.from("ssh:")), state, digest("sha256", body)]),
    KEY.private_key,
  );
  const inner = Buffer.concat([string(type), string(signature), state]);
  const blob = Buffer.concat([
    Buffer.from("SSHSIG"),
    Buffer.from([0, 0, 0, 1]),
    ...[publicKey, SSH_NAMESPACE, "", "sha512", inner].map(string),
  ]);
  const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
  const line = `${type} ${publicKey.toString("base64")}`;
  return {
    signer: { canonical: keyOf(line), line },
    text: ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n"),
  };
}

describe("checkSignatures counts nothing else", () => {
  test("a key twice counts once, in two signatures or one", () => {
    const twice = [ours(), { ...ours(KEY, NOW + 1), name: "again" }];
    expect(checkSignatures(BYTES, twice, [SIGNER], NOW)).toMatchObject({
      signed: [{ signer: SIGNER }],
      problems: ["`again` is by a key that signed already"],
    });
  });

  test.each([
    ["of the future", NOW + 301, "was made in the future"],
    ["older than 30 days", NOW - 30 * 86_400 - 1, "is older than 30 days"],
  ])("a signature %s", (_, at, problem) => {
    const { signed, problems } = checkSignatures(BYTES, [ours(KEY, at)], [SIGNER], NOW);
    expect(signed).toEqual([]);
    expect(problems[0]).toContain(problem);
  });

  test("a key that is no signer, whoever it says it is", () => {
    const stranger = makeMinisignKey();
    const disguised = { ...stranger, number: KEY.number };
    const { signed, problems } = checkSignatures(BYTES, [ours(disguised)], [SIGNER], NOW);
    expect([signed, problems]).toEqual([
      [],
      ["`ours` is not by a signer of the spec in force over these bytes"],
    ]);
  });

  test("a key of small order, under which anything is a signature", () => {
    const zero = canonical({ kind: "ed25519", raw: new Uint8Array(32), application: null });
    expect(checkSignatures(BYTES, [ours()], [zero], NOW).signed).toEqual([]);
  });

  test("a changed trusted comment, and every part of the file that is changed, cut or added", () => {
    const { text } = ours();
    const lines = text.split("\n");
    const damaged = [
      text.replace("timestamp:1800000000", "timestamp:1799999999"),
      ...[1, 3].map((at) =>
        lines.map((line, index) => (index === at ? line.replace(/.{8}$/, "AAAAAA==") : line)).join("\n"),
      ),
      ...lines.slice(0, 4).map((_, at) => lines.filter((_line, index) => index !== at).join("\n")),
      `${text}more\n`,
      text.slice(0, 100),
      "",
      "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
    ];
    for (const one of damaged) {
      const { signed, problems } = checkSignatures(BYTES, [{ name: "x", text: one }], [SIGNER], NOW);
      expect([one, signed, problems.length]).toEqual([one, [], 1]);
    }
  });

  test("no prefix of a real SSH signature is read, and none makes readSsh throw", () => {
    const { text } = hardwareSigned(1);
    const blob = Buffer.from(text.split("\n").slice(1, -2).join(""), "base64");
    const armoured = (bytes: Buffer): string =>
      `-----BEGIN SSH SIGNATURE-----\n${bytes.toString("base64")}\n-----END SSH SIGNATURE-----\n`;
    expect(readSsh(armoured(blob))).not.toBeNull();
    for (let length = 0; length < blob.length; length += 1)
      expect(readSsh(armoured(blob.subarray(0, length)))).toBeNull();
    expect(readSsh(armoured(Buffer.concat([blob, Buffer.from([0])])))).toBeNull();
  });
});
