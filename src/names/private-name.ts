// Names that mean something only inside one network, or nothing at all: a public resolver cannot vouch for them.

/**
 * Top-level names and zones that are not delegated in the public DNS: `test`, `localhost`, `invalid`, `example`
 * (RFC 6761), `local` (RFC 6762), `onion` (RFC 7686), `alt` (RFC 9476), `home.arpa` (RFC 8375), `internal` (reserved by
 * ICANN in 2024), and the ones home routers and offices made up: `lan`, `home`, `corp`, `intranet`, `private`,
 * `localdomain` (the name-collision list of RFC 6762 appendix G). `example.com` and its kin resolve and are not here.
 */
export const PRIVATE_ZONES: readonly string[] = [
  "alt",
  "corp",
  "example",
  "home",
  "home.arpa",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "private",
  "test",
];

/**
 * Whether the canonical host `name` is a private one: a single label, or at or below a private zone.
 *
 * @example isPrivateName("nas.home.arpa") === true
 * @example isPrivateName("api.example.com") === false
 */
export function isPrivateName(name: string): boolean {
  return !name.includes(".") || isInPrivateZone(name);
}

/** Whether the canonical `name` is at or below a private zone. */
export function isInPrivateZone(name: string): boolean {
  return PRIVATE_ZONES.some((zone) => name === zone || name.endsWith(`.${zone}`));
}
