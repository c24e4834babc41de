// Proof files, signed notes with several signatures, and policies: made, changed, and judged as C2SP says.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, isDeep, seed } from "../../test/depth.ts";
import { origin, testKey } from "../../test/ledger/sample-ledger.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { importPublicKey } from "./ledger-key.ts";
import { judgeNote, type LedgerPolicy, logOnly, parsePolicy } from "./ledger-policy.ts";
import { MerkleProver } from "./merkle-prover.ts";
import { leafHash, MerkleTree } from "./merkle-tree.ts";
import {
  cosignedMessage,
  formatVkey,
  type NoteKey,
  parseSignedNote,
  parseVkey,
  signatureLine,
  signedBy,
} from "./signed-note.ts";
import { checkProof, formatProof, parseProof } from "./tlog-proof.ts";

const logKey: NoteKey = { name: origin, algorithm: "ed25519", key: importPublicKey(testKey().publicKey) };
const records = Array.from({ length: 11 }, (_, at) => Buffer.from(`{"record":${at}}`));
const root = ((): Uint8Array => {
  const tree = new MerkleTree();
  for (const record of records) tree.append(leafHash(record));
  return tree.root();
})();
const note = signCheckpoint(
  { size: records.length, root, closing: false },
  { origin, key: logKey.key },
  testKey().sign,
);

function witnessKey(byte: number): NoteKey {
  return { name: `witness-${byte}`, algorithm: "cosignature", key: importPublicKey(testKey(byte).publicKey) };
}

/** `note` with a cosignature line of the witness of each of `bytes`. */
function cosigned(...bytes: readonly number[]): string {
  const text = note.slice(0, note.indexOf("\n\n") + 1);
  const lines = bytes.map((byte) => {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(1_700_000_000n);
    const signature = testKey(byte).sign(cosignedMessage(text, 1_700_000_000));
    return `${signatureLine(witnessKey(byte), Buffer.concat([time, signature]))}\n`;
  });
  return `${note}${lines.join("")}`;
}

function proofOf(index: number, of: string = note, extra = true): Buffer {
  const prover = MerkleProver.inclusion(index, records.length);
  for (const record of records) prover.add(leafHash(record));
  const body = records[index] ?? null;
  return formatProof({ index, hashes: prover.proof(), extra: extra ? body : null, note: Buffer.from(of) });
}

function policyOf(text: string): LedgerPolicy {
  const parsed = parsePolicy(Buffer.from(text));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const vkeys = (bytes: readonly number[]): string =>
  bytes.map((byte) => `witness W${byte} ${formatVkey(witnessKey(byte))} https://w.example\n`).join("");

test("checkProof takes every record's proof, and the record beside it where the file carries none", () => {
  for (const [index, record] of records.entries()) {
    const found = checkProof(proofOf(index), logOnly(logKey));
    expect(found).toMatchObject({ ok: true, index, origin, witnessed: false });
    if (found.ok) expect(Buffer.from(found.record).equals(record)).toBe(true);
    expect(checkProof(proofOf(index, note, false), logOnly(logKey))).toMatchObject({ ok: false });
    expect(checkProof(proofOf(index, note, false), logOnly(logKey), record).ok).toBe(true);
    expect(checkProof(proofOf(index), logOnly(logKey), Buffer.from("other")).ok).toBe(false);
  }
});

test("checkProof notices every single-bit change of a proof file", () => {
  const whole = proofOf(6, cosigned(21));
  const policy = policyOf(`log ${formatVkey(logKey)}\n${vkeys([21])}quorum W21\n`);
  expect(checkProof(whole, policy)).toMatchObject({ ok: true, witnessed: true });
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    // Bounded: every byte, one bit of each by turns; deep: every bit.
    if (!isDeep && bit % 8 !== (bit >> 3) % 8) continue;
    const changed = Buffer.from(whole);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (checkProof(changed, policy).ok) throw new Error(`bit ${bit} flipped unnoticed`);
  }
});

test("checkProof says what is wrong: no proof, no note, a stranger's log, too few witnesses, another place", () => {
  const why = (bytes: Uint8Array, policy: LedgerPolicy): string => {
    const found = checkProof(bytes, policy);
    return found.ok ? "holds" : found.why;
  };
  const mine = logOnly(logKey);
  expect(why(Buffer.from("hello"), mine)).toContain("no tlog-proof");
  expect(why(proofOf(1, "nothing\n"), mine)).toContain("no signed note");
  const stranger = { ...logKey, key: importPublicKey(testKey(8).publicKey) };
  expect(why(proofOf(1), logOnly(stranger))).toContain("not signed by a log");
  const strict = policyOf(`log ${formatVkey(logKey)}\n${vkeys([21, 22])}group G all W21 W22\nquorum G\n`);
  expect(why(proofOf(1, cosigned(21)), strict)).toContain("1 known witnesses");
  expect(why(proofOf(1, cosigned(22, 21)), strict)).toBe("holds");
  const moved = Buffer.from(proofOf(1).toString("utf8").replace("index 1", "index 2"));
  expect(why(moved, mine)).toContain("not record 2");
  expect(why(Buffer.alloc(2_000_000, "a"), mine)).toContain("no tlog-proof");
});

test("parseProof takes one spelling", () => {
  const text = proofOf(3).toString("utf8");
  const bad = [
    text.replace("index 3", "index 03"),
    text.replace("index 3", "index +3"),
    text.replace("index 3", "index 9007199254740993"),
    text.replace("@v1", "@v2"),
    text.replace("\n", "\r\n"),
    text.replace("extra ", "extra  "),
    text.replace("index 3\n", "index 3\nAAAA\n"),
    text.replace("index 3\n", `index 3\n${`${Buffer.alloc(32).toString("base64")}\n`.repeat(54)}`),
  ];
  expect(parseProof(Buffer.from(text))).not.toBeNull();
  for (const one of bad) expect(parseProof(Buffer.from(one)), one.slice(0, 60)).toBeNull();
});

test("signedBy refuses a known key's line that it did not sign, or that stands there twice", () => {
  const read = (text: string): NonNullable<ReturnType<typeof parseSignedNote>> => {
    const parsed = parseSignedNote(Buffer.from(text));
    if (parsed === null) throw new Error("no note");
    return parsed;
  };
  expect(signedBy(read(cosigned(21)), witnessKey(21))).toEqual({ state: "signed", time: 1_700_000_000 });
  expect(signedBy(read(cosigned(21)), witnessKey(22))).toEqual({ state: "absent" });
  expect(signedBy(read(cosigned(21, 21)), witnessKey(21))).toEqual({ state: "invalid" });
  const other = read(cosigned(21).replace("\n11\n", "\n12\n"));
  expect(signedBy(other, witnessKey(21))).toEqual({ state: "invalid" });
  const policy = policyOf(`log ${formatVkey(logKey)}\n${vkeys([21])}quorum none\n`);
  expect(judgeNote(other, policy)).toMatchObject({ log: null, accepted: false });
});

test("parseVkey gives back what formatVkey wrote, and no key of small order or of another name", () => {
  for (const key of [logKey, witnessKey(21)]) {
    expect(parseVkey(formatVkey(key))).toMatchObject({ name: key.name, algorithm: key.algorithm });
    expect(parseVkey(formatVkey(key).replace(key.name, "other"))).toBeNull();
  }
  expect(parseVkey("")).toBeNull();
  const weak = { ...logKey, key: { ...logKey.key, raw: new Uint8Array(32) } };
  expect(() => parseVkey(formatVkey(weak))).toThrow("small order");
});

test("parsePolicy takes two levels of groups, comments and tabs, and counts each witness once", () => {
  const policy = policyOf(
    `# ours\n\t log ${formatVkey(logKey)}   https://log.example \n\n${vkeys([31, 32, 33, 34])}` +
      `group X 2 W31 W32 W33\ngroup Y\tany W34\ngroup B all X Y\nquorum B\n`,
  );
  const met = (...bytes: readonly number[]): boolean => {
    const parsed = parseSignedNote(Buffer.from(cosigned(...bytes)));
    return parsed !== null && judgeNote(parsed, policy).witnessed;
  };
  expect(met(31, 33, 34)).toBe(true);
  expect(met(31, 34)).toBe(false);
  expect(met(31, 32, 33)).toBe(false);
});

test("parsePolicy names the line of each mistake", () => {
  const [log, w1, w2] = [`log ${formatVkey(logKey)}\n`, vkeys([21]), vkeys([22])];
  const wrong: readonly (readonly [string, string])[] = [
    ["", "one `quorum` line"],
    ["quorum none\nquorum none\n", "line 2"],
    ["quorum W\n", "line before it"],
    [`${log}${log}quorum none\n`, "line 2: the same log key"],
    [`${w1}${w1}quorum none\n`, "line 2: the same name"],
    [`${w1}${w1.replace("W21", "V")}quorum none\n`, "line 2: the same witness key"],
    [`log ${formatVkey(witnessKey(21))}\nquorum none\n`, "of the sort `cosignature`"],
    [`witness W ${formatVkey(logKey)}\nquorum none\n`, "of the sort `ed25519`"],
    ["witness none x\n", "line 1: `none` names nobody"],
    [`${w1}group G any none\n`, "line 2"],
    [`${w1}group G 2 W21\n`, "1 to 1"],
    [`${w1}group G 0 W21\n`, "1 to 1"],
    [`${w1}group G any\n`, "at least one member"],
    [`${w1}group G any G\n`, "lines before it"],
    [`${w1}${w2}group G any W21 W21\n`, "each name is a member once"],
    [`${w1}${w2}group G any W21\ngroup H any W21\n`, "line 4: each name is a member once"],
    ["policy\n", "begins with"],
    ["log x\n", "none that can be used"],
    ["quorum none\r\n", "control characters"],
  ];
  for (const [text, error] of wrong) {
    const parsed = parsePolicy(Buffer.from(text));
    expect(parsed.ok ? "holds" : parsed.error, text).toContain(error);
  }
  expect(parsePolicy(Buffer.alloc(300_000, "#")).ok).toBe(false);
});

test("the parsers of notes, proofs, keys and policies throw for no bytes", () => {
  const mangled = fc
    .tuple(
      fc.constantFrom(
        note,
        cosigned(21),
        proofOf(2).toString("utf8"),
        `${vkeys([21])}group G any W21\nquorum G\n`,
      ),
      fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 6 })), { maxLength: 4 }),
    )
    .map(([text, edits]) => {
      let bytes = Buffer.from(text);
      for (const [at, put] of edits) {
        const cut = at % (bytes.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, cut), put, bytes.subarray(cut + put.length)]);
      }
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(mangled, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const parsed = parseSignedNote(bytes);
      if (parsed !== null) signedBy(parsed, logKey);
      parseProof(bytes);
      checkProof(bytes, logOnly(logKey));
      parsePolicy(bytes);
    }),
    { seed, numRuns: depth(400, 200_000) },
  );
});
