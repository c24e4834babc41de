// Where everything of a home lies. Paths only: no file is touched here, so that a client stays light.

/** The folder and file names of a home, absolute. */
export interface HomePaths {
  readonly home: string;
  /** Identity of the node (node-file.ts). */
  readonly node: string;
  readonly keys: string;
  /** Ed25519, PKCS#8 PEM, mode 0600. */
  readonly private_key: string;
  /** The key that is to replace it, while that is under way. */
  readonly next_key: string;
  /** SPKI PEM. */
  readonly public_key: string;
  /** 32 random bytes that host and path names are hashed with in the ledger's cores, mode 0600. */
  readonly names_key: string;
  /** The key that the first spec was signed with, a minisign secret key file, mode 0600. */
  readonly operator_key: string;
  readonly operator_public: string;
  /** What `writ protect` enrolled, mode 0600; missing: nothing. */
  readonly protected_index: string;
  /** 32 random bytes that the index is keyed and sealed with, and fingerprints are made with, mode 0600. */
  readonly protect_key: string;
  /** The operator's copy of the spec in force; must stay byte for byte what was adopted. */
  readonly spec: string;
  readonly ledger: string;
  /** Everything that may be deleted while no governor runs. */
  readonly run: string;
  /** The queue's projection. */
  readonly queue: string;
  /** What jobs of the queue wrote to their standard streams. */
  readonly outputs: string;
  readonly lock: string;
  readonly log: string;
}

/** The socket's name inside the run folder. */
export const SOCKET_NAME = "governor.sock";

/** The layout of the home at `home` (absolute, without a trailing slash). */
export function homePaths(home: string): HomePaths {
  return {
    home,
    node: `${home}/node.json`,
    keys: `${home}/keys`,
    private_key: `${home}/keys/governor.key`,
    next_key: `${home}/keys/governor.key.next`,
    public_key: `${home}/keys/governor.pub`,
    names_key: `${home}/keys/names.key`,
    operator_key: `${home}/keys/operator.key`,
    operator_public: `${home}/keys/operator.pub`,
    protected_index: `${home}/protected.index`,
    protect_key: `${home}/keys/protect`,
    spec: `${home}/governance.yaml`,
    ledger: `${home}/ledger`,
    run: `${home}/run`,
    queue: `${home}/run/queue.sqlite`,
    outputs: `${home}/outputs`,
    lock: `${home}/run/lock.sqlite`,
    log: `${home}/run/governor.log`,
  };
}
