// Reads strace's lines: whom a process addressed, and whether Writ may address it. Used by the P12 test.

/** Who an address is. Only a stranger breaks P12. */
export type Verdict = "home" | "route" | "own listener" | "provider" | "names service" | "stranger";

export interface Known {
  readonly home: string;
  /** `address:port` of the providers that the spec names. */
  readonly providers: readonly string[];
}

/** Every address of a trace, once: `unix PATH`, `netlink PROTOCOL`, `127.0.0.1:80`, `[::1]:80`, or the whole argument. */
export function addressesIn(trace: string): readonly string[] {
  const lines = trace
    .split("\n")
    .filter((line) => /\b(socket\(AF_NETLINK|(connect|sendto|sendmsg|sendmmsg)\()/.test(line));
  return [...new Set(lines.flatMap((line) => addressOf(line)))];
}

/** Who `address` is. */
export function judge(address: string, trace: string, known: Known): Verdict {
  if (address.startsWith(`unix ${known.home}/`)) return "home";
  // The kernel's own socket about interfaces: bubblewrap brings its namespace's loopback up.
  if (address === "netlink NETLINK_ROUTE") return "route";
  // The C library asks a names cache for user names, if there is one (nscd(8)).
  if (address === "unix /var/run/nscd/socket") return "names service";
  if (known.providers.includes(address)) return "provider";
  // The isolation probe knocks at a door that it has opened itself.
  return ownListeners(trace).has(address) ? "own listener" : "stranger";
}

function addressOf(line: string): readonly string[] {
  const netlink = /socket\(AF_NETLINK, [^,]+, (\w+)\)/.exec(line)?.[1];
  if (netlink !== undefined) return [`netlink ${netlink}`];
  const family = /sa_family=(AF_\w+)/.exec(line)?.[1];
  // Without an address it goes to who the socket is connected to already: that connect has its own line.
  if (family === undefined) return [];
  const port = /sin6?_port=htons\((\d+)\)/.exec(line)?.[1];
  const four = /sin_addr=inet_addr\("([^"]+)"\)/.exec(line)?.[1];
  const six = /inet_pton\(AF_INET6, "([^"]+)"/.exec(line)?.[1];
  const path = /sun_path=@?"([^"]*)"/.exec(line)?.[1];
  if (family === "AF_INET" && four !== undefined) return [`${four}:${port ?? ""}`];
  if (family === "AF_INET6" && six !== undefined) return [`[${six}]:${port ?? ""}`];
  if (family === "AF_UNIX" && path !== undefined) return [`unix ${path}`];
  // What it is for stood in the socket's own line.
  if (family === "AF_NETLINK") return [];
  return [line];
}

/** Loopback addresses that a traced process itself listened on, as the kernel told it. */
function ownListeners(trace: string): ReadonlySet<string> {
  const named =
    /getsockname\(\d+, \{sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\("127\.0\.0\.1"\)/g;
  return new Set([...trace.matchAll(named)].map((match) => `127.0.0.1:${match[1] ?? ""}`));
}
