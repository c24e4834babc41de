// The words that random specs and tasks of the language are made of: few hosts, labels, capabilities and paths, so that they
// have something to do with each other. The values made of them stand in arbitrary-*.ts.
import * as fc from "fast-check";

export const LABELS = ["public", "internal", "confidential", "secret"] as const;
export const CAPABILITIES = ["chat", "code-frontier", "embed"] as const;
export const PRINCIPALS = ["mail-agent", "nightly", "operator"] as const;
export const PROVIDERS = ["ollama", "spare", "stand-in"] as const;
export const HOSTS = [
  "api.example.com",
  "api.example.net",
  "deep.api.example.com",
  "free-llm.example.org",
  "text.example.net",
] as const;
export const SECRETS = ["API_KEY", "git-token", "_x.1"] as const;
export const SIGNERS = [
  `ed25519:${"A".repeat(43)}`,
  `ed25519:${"_".repeat(42)}8`,
  `sk-ed25519:${"B".repeat(42)}A:ssh:`,
] as const;
export const WILDCARDS = ["*.api.example.com", "*.example.com"] as const;
export const URL_PATHS = ["/", "/v1", "/v1/", "/v1/chat", "/v2/summarise"] as const;
export const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;
export const PLACES = [
  "/data",
  "/data/clients",
  "/data/mail",
  "/data/mail/today.mbox",
  "/data/out",
  "/data/vault",
  "/data/vault/keys.txt",
  "/srv/site",
] as const;

export const MIB = 1024 * 1024;

/** One of few sizes, some of them at the edges that limits have. */
export function arbitraryBytes(): fc.Arbitrary<number> {
  return fc.constantFrom(0, 1, 1000, 4096, 64 * 1024, MIB, 512 * MIB, 8 * 1024 * MIB, 8 * 1024 * MIB + 1);
}

/** One of few durations in ms. */
export function arbitraryMs(): fc.Arbitrary<number> {
  return fc.constantFrom(1, 50, 500, 1000, 30_000, 90_500, 120_000, 1_800_000);
}

/** `null` about as often as a value. */
export function orNull<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null, freq: 2 });
}

/** A sorted set of some of `words`. */
export function someOf<T extends string>(words: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.subarray([...words]).map((chosen) => chosen.sort());
}
