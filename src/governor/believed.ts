// Whom an offline reader believes: a key, a policy file, or the key of a home. Judges nothing (ledger/ledger-policy.ts).
import { readFileSync } from "node:fs";
import { logKey } from "../ledger/checkpoint.ts";
import { type LedgerPolicy, logOnly, parsePolicy } from "../ledger/ledger-policy.ts";
import { parseVkey } from "../ledger/signed-note.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import { auditedHome } from "./audited-home.ts";

/** Whom to believe, as somebody says it: a key, a file with a policy, or else the home that they have. */
export interface Trust {
  readonly key: string | undefined;
  readonly policy: string | undefined;
  readonly home: string;
}

/** The policy that `trust` comes to. Throws WRIT_USAGE, WRIT_FILE_UNREADABLE and WRIT_KEY_UNUSABLE. */
export function believed({ key, policy, home }: Trust): LedgerPolicy {
  if (key !== undefined && policy !== undefined) {
    throw new WritError("WRIT_USAGE", "`--key` and `--policy` are two answers to one question", {
      hint: "writ ledger verify PATH --policy FILE",
    });
  }
  if (key !== undefined) return policyOfKey(key);
  return policy === undefined ? policyOfHome(home) : policyFrom(policy);
}

function policyFrom(file: string): LedgerPolicy {
  const source = escapeUntrusted(file);
  const parsed = parsePolicy(bytesOf(file, source));
  if (parsed.ok) return parsed.value;
  throw new WritError("WRIT_USAGE", `policy \`${source}\`: ${escapeUntrusted(parsed.error)}`, {
    hint: "docs/LEDGER.md says how a policy is written",
  });
}

function bytesOf(file: string, source: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new WritError("WRIT_FILE_UNREADABLE", `policy \`${source}\` cannot be read: ${code}`, {
      hint: "give a policy file that is there and that you may read",
      cause,
    });
  }
}

/** The policy that believes the log of `vkey` alone. Throws WRIT_USAGE and WRIT_KEY_UNUSABLE. */
export function policyOfKey(vkey: string): LedgerPolicy {
  const key = parseVkey(vkey);
  if (key?.algorithm === "ed25519") return logOnly(key);
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(vkey)}\` is no key of a log`, {
    hint: "writ ledger verify  # prints the key of its log: name+id+key",
  });
}

function policyOfHome(home: string): LedgerPolicy {
  try {
    return logOnly(logKey(auditedHome(home, null).verifier));
  } catch (cause) {
    if (!(cause instanceof WritError) || cause.code !== "WRIT_HOME_MISSING") throw cause;
    throw new WritError("WRIT_USAGE", "there is no home here whose key could be believed", {
      hint: "writ ledger verify PATH --key KEY  # or --policy FILE",
      cause,
    });
  }
}
