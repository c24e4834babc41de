// What explains a run that looks random: identifiers, digests and signatures of public things, in their written forms and where
// their context names them. Not a proof that it is one: how many of them a task may send is for the novelty budget.
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";

/** The spans that are explained, in order of the rules; they may overlap. */
export function knownShapes(text: string, budget: ScanBudget): readonly Span[] {
  const spans: Span[] = [];
  for (const { pattern, group = 0 } of SHAPES) {
    budget.spend(text.length >> 2);
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const whole = match[0];
      const inner = match[group] ?? whole;
      const start = match.index + (group === 0 ? 0 : whole.lastIndexOf(inner));
      spans.push({ start, end: start + inner.length });
      if (whole.length === 0) pattern.lastIndex++;
    }
  }
  return spans;
}

interface Shape {
  readonly pattern: RegExp;
  /** The group that is explained; 0: all of it. */
  readonly group?: number;
}

/** Names before a digest or an identifier: of version control, packages, images, tracing, caches. */
const NAMED =
  "(?:sha(?:-?(?:1|224|256|384|512))?(?:sum)?|md5|blake[23]b?|hash|digest|checksum|commit|etag|trace|span|rev(?:ision)?|tree|parent|blob|object|build|fingerprint|integrity|u?uid|guid|id|oid|sid|ref|head|base|merge|image|img|layer|version|after|before|from|to|key_?id|kid|jti|nonce_?id|request|correlation|session_?id|cache|chunk|asset|file|path|at|on|git|in|by|and|as|is|see|of|since|until|reverts?|fixes|picked|merged|base)";

const SHAPES: readonly Shape[] = [
  // RFC 9562, with or without what stands around it.
  {
    pattern:
      /(?<![0-9A-Za-z])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![0-9A-Za-z])/g,
  },
  // Digests and identifiers of up to 12 bytes, in the usual lengths; colours.
  {
    pattern:
      /(?<![0-9A-Za-z])(?:[0-9a-f]{7,12}|[0-9a-f]{16}|[0-9a-f]{24}|[0-9A-F]{7,12}|[0-9A-F]{16}|[0-9A-F]{24})(?![0-9A-Za-z])/g,
  },
  { pattern: /#[0-9a-fA-F]{3,8}\b/g },
  // Longer ones of the usual lengths after a name, as `"sha": "…"`, `sha256:…`, `commit …`, `image@sha256:…`.
  {
    pattern: new RegExp(
      `${NAMED}["'\\]\\\\]{0,4}[ \\t]{0,3}[:=@ \\t/,(\\[]{1,2}[ \\t]{0,3}["'(\\\\]{0,4}(?:sha(?:1|256|384|512):)?([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|[0-9A-F]{32}|[0-9A-F]{40}|[0-9A-F]{64})(?![0-9A-Za-z])`,
      "gi",
    ),
    group: 1,
  },
  // In a list or a table whose name or header says so, in a sum file, in a log of commits, in a path of objects.
  { pattern: /(?:^|\n)([0-9a-f]{32,64}|[0-9a-f]{96}|[0-9a-f]{128})(?=[ \t]+[*]?[\w./-])/g, group: 1 },
  // Several in a row after the name of all of them, as packages list what they were built from.
  {
    pattern:
      /\b(?:build-ids?|commits|hashes|digests|checksums|parents|revisions): ?((?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{32})(?:[ ,]{1,2}[0-9a-f]{32,64})*)(?![0-9A-Za-z])/gi,
    group: 1,
  },
  // After the path of what it is of, as package managers list the files that they watch.
  { pattern: /[ \n]\/[\w./@+~-]{2,200} ([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?=[\s,]|$)/g, group: 1 },
  // Bytes around a fault of the kernel (Documentation/admin-guide/bug-hunting.rst); counts of lines that ran (geninfo(1)).
  { pattern: /\bCode: (?:<?[0-9a-f]{2}>?(?: |$|(?=\n))){8,64}/g },
  { pattern: /(?:^|\n)(?:(?:DA|BRDA|FNDA?|L[FH]|BR[FH]|FN[FH]):[0-9,-]{1,40}(?:\n|$))+/g },
  // Keys, serial numbers and signatures of certificates as text: 10 to 20 pairs a line, indented (openssl-x509(1)).
  {
    pattern:
      /(?:(?<=^|\n) {8,24}(?:[0-9a-fA-F]{2}:){9,19}[0-9a-fA-F]{0,2}(?:\n|$))+(?: {8,24}(?:[0-9a-fA-F]{2}:){1,19}[0-9a-fA-F]{0,2}(?=\n|$))?/g,
  },
  {
    pattern:
      /(?<=[,\t|]|^|\n)([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?=[,\t|])|(?<=[,\t|])([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?=[\r\n]|$)/g,
  },
  { pattern: /\b[0-9a-f]{7,40}\.{2,3}[0-9a-f]{7,40}\b/g },
  { pattern: /[/.@_#-][0-9a-f]{32,64}(?=[-/.?#"'\s)\]>,\\]|$)/g },
  // Addresses and hashes of public chains (EIP-55), and words of 32 bytes.
  { pattern: /(?<![0-9A-Za-z])0x(?:[0-9a-fA-F]{40}|[0-9a-f]{64})(?![0-9A-Za-z])/g },
  // Traceparent (W3C Trace Context, 3.2).
  { pattern: /\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b/g },
  // Subresource Integrity, lock files and go.sum.
  { pattern: /\b(?:sha(?:1|256|384|512)-|h1:)[A-Za-z0-9+/]{27,88}={0,2}/g },
  // Digests of contents (RFC 9530, section 2).
  { pattern: /\bsha-?(?:256|512)=:?[A-Za-z0-9+/]{43,88}={0,2}:?/gi },
  // Pictures and fonts in data URLs (RFC 2397) that begin as their format does.
  {
    pattern:
      /data:(?:image|font|application\/(?:x-)?font)[\w.+/-]{0,40};base64,(?:iVBORw0KGg|d09GMg|\/9j\/|R0lGOD|UklGR|AAABAA|Qk0|d09GR|AAEAAAA|PHN2Zy|PD94bW)(?:[A-Za-z0-9+/]|%2[BF]){0,2000000}={0,2}/g,
  },
  // Entity tags (RFC 9110 section 8.8.3) and boundaries of parts.
  { pattern: /\bW\/\\?"[0-9A-Za-z+/_.:-]{4,40}={0,2}\\?"/g },
  {
    pattern:
      /(?:etag|if-(?:none-)?match)["']{0,2}\s{0,2}[:=]\s{0,2}["'\\]{0,3}[0-9A-Za-z+/_.-]{4,44}={0,2}/gi,
  },
  { pattern: /boundary=["']?[0-9A-Za-z'()+_,./:=?-]{8,70}/g },
  { pattern: /-{4,}[0-9A-Za-z]{12,40}/g },
  // Times, also of 26 characters in Crockford's base32 (ULID), and 27 in base62 (KSUID) after a name that says identifier.
  { pattern: /(?<![0-9A-Za-z])01[0-9A-HJKMNP-TV-Z]{24}(?![0-9A-Za-z])/g },
  {
    pattern:
      /(?:\bid|_id|Id|ID|uid|key|cursor|name|ref)["']{0,2}\s{0,2}[:=]\s{0,2}["']?((?:[a-z]{2,12}[_-]){0,2}[0-9A-Za-z_-]{10,27})(?=["'&,;\s}]|$)/g,
    group: 1,
  },
  // Identifiers of cloud resources, and names that carry one.
  { pattern: /\b(?:i|vol|snap|ami|sg|subnet|vpc|eni|rtb|igw|acl|eipalloc|r)-[0-9a-f]{8,17}\b/g },
  {
    pattern:
      /\b(?:req|msg|evt|cus|pi|ch|in|sub|prod|price|acct|run|asst|thread|file|call|toolu|chatcmpl|resp|step|batch|org|proj)[_-][0-9A-Za-z]{14,32}\b/g,
  },
  // Public keys and certificates: made to be shown.
  { pattern: /\bssh-(?:rsa|ed25519|dss) AAAA[0-9A-Za-z+/]{20,2000}={0,2}/g },
  // Addresses, hardware addresses, versions with a build, and links to videos and the like.
  { pattern: /(?<![0-9A-Za-z:])(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}(?![0-9A-Za-z:])/g },
  // Version 6 whole, alone or in the blocks that are given out (RFC 4291, 2.4), or with a gap; times.
  {
    pattern:
      /(?<![0-9A-Za-z:])(?:[23fF][0-9a-fA-F]{3}:(?:[0-9a-fA-F]{1,4}:){6}[0-9a-fA-F]{1,4}|(?<!(?::[0-9a-fA-F]{1,4}){7}[ ,;"'\n]{1,4})(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![ ,;"'\n]{1,4}(?:[0-9a-fA-F]{1,4}:){7}))(?![0-9A-Za-z:])/g,
  },
  { pattern: /(?<![0-9A-Za-z:])(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}(?![0-9A-Za-z:])/g },
  {
    pattern: /fingerprint["']{0,2}\s{0,2}[:=]\s{0,2}["']?((?:[0-9a-fA-F]{2}:){15,31}[0-9a-fA-F]{2})/gi,
    group: 1,
  },
  { pattern: /(?<=[?&/](?:v=|watch\/|embed\/|d\/|e\/))[0-9A-Za-z_-]{11,44}/g },
  // The last part of a link's path, as short links and invitations have.
  {
    pattern:
      /\bhttps?:\/\/[\w.:-]{3,80}(?:\/[\w.%~@-]{0,40}){0,4}\/([A-Za-z0-9_-]{6,12})(?=[?#"'\s)>\]\\]|$)/g,
    group: 1,
  },
  // Prefixed identifiers of services; of members of a chat; of pods; of stores of packages; files named by their contents.
  { pattern: /(?<=["'=\s/])[a-z]{2,8}_[0-9A-Za-z]{14,32}(?=["'\s,&)\\]|$)/g },
  { pattern: /(?<=["@<\s])[A-Z]0[0-9A-Z]{7,9}(?=["|>\s])/g },
  { pattern: /-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}(?![0-9A-Za-z])/g },
  { pattern: /\/nix\/store\/[0-9a-z]{32}-/g },
  { pattern: /[-.][0-9A-Za-z_-]{6,12}\.(?:[mc]?js|css|map|woff2?)\b/g },
  // Mangled names (Itanium C++ ABI, 5.1.2); addresses of contents (CID versions 0 and 1).
  { pattern: /\b_Z[A-Z][0-9A-Za-z_]{6,400}/g },
  { pattern: /\b(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{50,62})(?![0-9A-Za-z])/g },
  // What mail, names and pages carry to be checked: signatures of letters (RFC 6376), keys of zones (RFC 4034), proofs of
  // ownership, nonces of scripts, fingerprints of keys; identifiers of calls.
  { pattern: /\bbh?=[A-Za-z0-9+/\s]{27,900}={0,2}(?=;|\n\S|$)/g },
  { pattern: /\bDNSKEY [0-9]+ 3 [0-9]+ [A-Za-z0-9+/]{20,700}={0,2}/g },
  { pattern: /verification=[A-Za-z0-9_-]{20,70}/g },
  { pattern: /'nonce-[A-Za-z0-9+/_-]{8,64}={0,2}'/g },
  { pattern: /\bSHA256:[A-Za-z0-9+/]{43}/g },
  { pattern: /\bSMTP id [0-9A-Za-z.-]{8,32}|\b(?:UID|Message-ID):\s?<?[0-9A-Za-z+._-]{8,64}@/gi },
  { pattern: /\b(?:trace|span|parentSpan)Id\\?":\s?\\?"([A-Za-z0-9+/]{11,22}={0,2})/g, group: 1 },
  {
    pattern: /(?:^|\n)[a-z-]{2,30}-(?:id|ray|trace|request):\s?([0-9A-Za-z+/=_.:-]{8,64})(?=\r?\n|$)/gi,
    group: 1,
  },
  { pattern: /\bvia: [12]\.[01] ([0-9a-f]{32})\./gi, group: 1 },
  { pattern: /sec-websocket-(?:key|accept)["']{0,2}\s?:\s?["']?[A-Za-z0-9+/]{22,27}={1,2}/gi },
  // The alphabet and the like, written out.
  {
    pattern:
      /[A-Za-z0-9+/=_.,-]{0,40}(?:abcdefghij|ABCDEFGHIJ|0123456789|qwertyuiop|1234567890)[A-Za-z0-9+/=_.,-]{0,80}/g,
  },
];
