// The environment of a governor, and of what it starts beside tasks. Not that of tasks.

/**
 * The only environment a governor has beside where compiled code is kept: nothing of its starter's can reach a decision
 * (P2). The system's usual folders,
 * as in `confstr(_CS_PATH)` and Debian's default for root.
 */
export const GOVERNOR_ENVIRONMENT: { readonly [name: string]: string } = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C.UTF-8",
};
