// What kind of place an IP address is. Judges the address that will be dialled, so it also looks into the IPv6 forms
// that carry an IPv4 address. Not a parser of host names (host.ts).
import ipaddr from "ipaddr.js";

/** Where an address leads. Only `public` is ever dialled without the spec saying more. */
export type AddressClass =
  | "public"
  | "loopback"
  | "private"
  | "link-local"
  | "cgnat"
  | "multicast"
  | "metadata"
  | "unspecified"
  | "reserved";

/**
 * Cloud metadata and platform services, which hand out credentials to whoever asks: AWS, Azure, GCP, OCI and others on
 * 169.254.169.254 and fd00:ec2::254; AWS container credentials 169.254.170.2, 169.254.170.23 and fd00:ec2::23; GCP
 * fd20:ce::254; Azure WireServer 168.63.129.16; Alibaba 100.100.100.200; OCI's older 192.0.0.192. From the vendors' manuals.
 */
export const METADATA_ADDRESSES: readonly string[] = [
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
];

/**
 * The class of an IP address in text. IPv4 mapped into IPv6 (RFC 4291 section 2.5.5.2), behind NAT64 64:ff9b::/96
 * (RFC 6052) and in 6to4 2002::/16 (RFC 3056) is judged as the IPv4 address it carries. What is not an address at all,
 * or is in a registry's special range that has no other name here, is `reserved`: never dialled.
 *
 * @example addressClass("::ffff:127.0.0.1") === "loopback"
 * @example addressClass("64:ff9b::a9fe:a9fe") === "metadata"
 */
export function addressClass(text: string): AddressClass {
  if (FOUR_PARTS.test(text) && ipaddr.IPv4.isValid(text)) return classOfIpv4(ipaddr.IPv4.parse(text));
  if (!text.includes(":") || !ipaddr.IPv6.isValid(text)) return "reserved";
  const address = ipaddr.IPv6.parse(text);
  const carried = carriedIpv4(address);
  if (carried !== null) return classOfIpv4(carried);
  if (METADATA_ADDRESSES.includes(address.toRFC5952String())) return "metadata";
  const range = classOfRange(address.range());
  return range === "public" && !address.match(GLOBAL_UNICAST) ? "reserved" : range;
}

/**
 * As isValidFourPartDecimal of ipaddr.js has it, looked at before that parser sees a name: it says no by throwing, which
 * was nine tenths of comparing two specs of many hosts.
 */
const FOUR_PARTS = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){3}$/;

function classOfIpv4(address: ipaddr.IPv4): AddressClass {
  return METADATA_ADDRESSES.includes(address.toString()) ? "metadata" : classOfRange(address.range());
}

function carriedIpv4(address: ipaddr.IPv6): ipaddr.IPv4 | null {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  if (address.match(NAT64)) return new ipaddr.IPv4(bytes.slice(12));
  if (address.match(SIX_TO_FOUR)) return new ipaddr.IPv4(bytes.slice(2, 6));
  return null;
}

const NAT64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("64:ff9b::"), 96];
/** All that IANA has allocated to be routed (RFC 4291 section 2.4, IANA IPv6 address space registry). */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];
const SIX_TO_FOUR: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2002::"), 16];

function classOfRange(range: string): AddressClass {
  return CLASS_OF_RANGE.get(range) ?? "reserved";
}

/** ipaddr.js's names for the ranges of the IANA special-purpose registries (RFC 6890). */
const CLASS_OF_RANGE: ReadonlyMap<string, AddressClass> = new Map([
  ["unicast", "public"],
  ["loopback", "loopback"],
  ["private", "private"],
  ["uniqueLocal", "private"],
  ["deprecatedSiteLocal", "private"],
  ["linkLocal", "link-local"],
  ["carrierGradeNat", "cgnat"],
  ["multicast", "multicast"],
  ["unspecified", "unspecified"],
]);
