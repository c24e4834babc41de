// The words of a universe so small that its random specs, tasks and facts meet, and ways to draw from them. The values made
// of them stand in arbitrary-decision.ts and arbitrary-facts.ts.
import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";

export const LADDER = ["public", "internal", "confidential", "secret"] as const;
export const CAPABILITIES = ["chat", "embed", "frontier"] as const;
export const HOSTS = [
  "a.home.arpa",
  "b.home.arpa",
  "x.b.home.arpa",
  "api.example.com",
  "u.example.net",
] as const;
export const PATTERNS = [...HOSTS.slice(0, 4), "*.home.arpa", "*.b.home.arpa"];
export const PATHS = ["/d", "/d/a", "/d/a/x", "/d/b", "/e", "/e/v", "/e/v/w"] as const;
export const PROVIDERS = ["p", "q"] as const;
export const MODELS = ["small", "large"] as const;
export const WINDOWS = [60_000, 3_600_000] as const;

export const SECRETS = ["KEY", "TOKEN"] as const;
export const ADDRESSES = ["8.8.8.8", "10.0.0.5", "127.0.0.1"] as const;
/** What stands for a certificate: deciding reads none. */
export const pem = (body: string): string =>
  `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;

export const label: Arbitrary<string> = fc.constantFrom(...LADDER);
/** Rarely a word that no ladder has. */
export const anyLabel: Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: label },
  { weight: 1, arbitrary: fc.constant("nonsense") },
);
export const capabilities: Arbitrary<string[]> = fc.subarray([...CAPABILITIES]);
export const nullable = <T>(arbitrary: Arbitrary<T>, nulls = 1, values = 3): Arbitrary<T | null> =>
  fc.oneof({ weight: values, arbitrary }, { weight: nulls, arbitrary: fc.constant(null) });
export const mostly = <T>(usual: T, ...rare: readonly T[]): Arbitrary<T> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(usual, ...rare) },
  );
export const orNone = <T>(arbitrary: Arbitrary<T[]>): Arbitrary<T[]> =>
  fc.oneof({ weight: 2, arbitrary }, { weight: 1, arbitrary: fc.constant<T[]>([]) });
export const bytes: Arbitrary<number> = fc.constantFrom(
  0,
  1,
  4096,
  4097,
  65_536,
  65_537,
  1_048_577,
  16_777_217,
);
