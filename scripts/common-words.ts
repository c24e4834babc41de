// Writes src/scan/protected/common-words.ts: the words of six letters and more that many texts share, and the headers of
// keys and tokens. Run by hand: `node scripts/common-words.ts`; its input is the readmes of the installed packages.
import { globSync, readFileSync, writeFileSync } from "node:fs";

/** Texts that must hold a word before it counts as ordinary, and the words kept. */
const TEXTS_MIN = 4;
const WORDS_MAX = 2500;

const HEADERS = [
  "BEGIN RSA PRIVATE KEY",
  "END RSA PRIVATE KEY",
  "BEGIN EC PRIVATE KEY",
  "END EC PRIVATE KEY",
  "BEGIN DSA PRIVATE KEY",
  "BEGIN ENCRYPTED PRIVATE KEY",
  "END ENCRYPTED PRIVATE KEY",
  "BEGIN OPENSSH PRIVATE KEY",
  "END OPENSSH PRIVATE KEY",
  "BEGIN PGP PRIVATE KEY BLOCK",
  "BEGIN CERTIFICATE END CERTIFICATE",
  // The base64 of the usual first bytes: JSON headers of JWT, PKCS 1, PKCS 8, OpenSSH.
  ...['{"alg":"HS256","typ":"JWT"}', '{"alg":"RS256","typ":"JWT"}', '{"typ":"JWT","alg":"HS256"}'].map(
    (each) => Buffer.from(each).toString("base64url"),
  ),
  ...["308204a40201000282010100", "308204bd020100300d06092a864886f70d0101010500048204a7"].map((each) =>
    Buffer.from(each, "hex").toString("base64"),
  ),
  Buffer.from("openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none").toString("base64"),
  ..."postgresql mongodb localhost username password".split(" "),
];

const texts = new Map<string, number>();
for (const path of globSync("node_modules/**/*.md")) {
  const words =
    readFileSync(path, "latin1")
      .toLowerCase()
      .match(/[a-z]{6,24}/g) ?? [];
  for (const word of new Set(words)) texts.set(word, (texts.get(word) ?? 0) + 1);
}
const words = [...texts]
  .filter(([, count]) => count >= TEXTS_MIN)
  .sort(([, one], [, other]) => other - one)
  .slice(0, WORDS_MAX)
  .map(([word]) => word);

const rows = [...HEADERS.map((each) => each.replaceAll(" ", "")), ...words.sort()];
writeFileSync(
  "src/scan/protected/common-words.ts",
  `// Ordinary words and headers, whose windows tell no value apart. Written by scripts/common-words.ts; not edited by hand.

/** Lower case or as in the header. */
export const COMMON_WORDS: readonly string[] = (
  "${rows.join(" ").replaceAll(/.{1,90} /g, (line) => `${line}" +\n  "`)}"
).split(" ");
`,
);
