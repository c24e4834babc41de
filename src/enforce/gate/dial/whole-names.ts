// Keeps the system's resolver from completing names: with `search` in resolv.conf(5) it asks for `api.example.com.LOCAL`, and
// with `ndots` even before the name itself, so that another host than the granted one would be found.

/**
 * From now on every name is looked up as it is, by every look-up of this process. To be called before the first one. For
 * the GNU C library, whose LOCALDOMAIN stands for the search list (resolver(3)); the root alone completes nothing. A name
 * with a full stop at its end would do the same, but /etc/hosts has none of that spelling.
 */
export function useWholeNames(): void {
  process.env["LOCALDOMAIN"] = ".";
}
