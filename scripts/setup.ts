// Sets up the system packages that Writ (and, asked with --tests, its tests) needs and this machine lacks. Debian and
// Ubuntu only: elsewhere, or without root, it prints the one command to run and stops. Downloads nothing else.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

interface SystemPart {
  readonly package: string;
  readonly why: string;
  readonly present: () => boolean;
  /** Without it something is left out, and says so. */
  readonly optional?: true;
}

const onPath = (program: string): boolean =>
  ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].some((folder) =>
    existsSync(`${folder}/${program}`),
  );

const RUNTIME: readonly SystemPart[] = [
  { package: "bubblewrap", why: "the sandbox that tasks run in", present: () => onPath("bwrap") },
  { package: "iproute2", why: "the loopback of a task's own network", present: () => onPath("ip") },
];

const TESTS: readonly SystemPart[] = [
  {
    package: "strace",
    why: "proves that no command makes a request of its own",
    present: () => onPath("strace"),
  },
  {
    package: "python3",
    why: "the attack programs, example tasks and the second verifier of the ledger",
    present: () => spawnSync("python3", ["-c", "import ctypes, json"], { stdio: "ignore" }).status === 0,
  },
  { package: "openssl", why: "signatures for that verifier", present: () => onPath("openssl") },
];

/** What the tests of a first day's work use as it is; none of these packages starts anything by itself. */
const TOOLS: readonly SystemPart[] = [
  ["dropbear-bin", "the SSH server that git and a backup are tried against", "dropbear"],
  ["openssh-client", "git and a backup over SSH, and signatures of a spec", "ssh"],
  ["minisign", "signatures of a spec", "minisign"],
  ["git", "clone, commit and push", "git"],
  ["rsync", "a backup", "rsync"],
  ["logrotate", "log rotation", "logrotate"],
  ["sqlite3", "CSV into a database", "sqlite3"],
  ["make", "a build", "make"],
  ["curl", "a feed", "curl"],
].map(([name = "", why = "", program = ""]): SystemPart => {
  return { package: name, why, present: () => onPath(program), optional: true };
});

const EXAMPLES: readonly SystemPart[] = [
  {
    package: "python3",
    why: "one task of the example day",
    present: () => spawnSync("python3", ["-c", "import json"], { stdio: "ignore" }).status === 0,
  },
];

/**
 * Makes sure the parts are there, or ends the process with exit code 1 and the one command that installs them.
 * Runs apt only as root on a machine that has it.
 */
export function setUp(purpose: "examples" | "tests"): void {
  const wanted = purpose === "tests" ? [...RUNTIME, ...TESTS, ...TOOLS] : [...RUNTIME, ...EXAMPLES];
  if (process.platform !== "linux") return;
  const missing = wanted.filter((part) => !part.present());
  if (missing.length === 0) return;
  for (const part of missing) process.stderr.write(`setup: ${part.package} is missing: ${part.why}\n`);
  const apt = onPath("apt-get");
  const root = process.getuid?.() === 0;
  if (apt && root) install(missing.map((part) => part.package));
  const still = missing.filter((part) => part.optional !== true && !part.present());
  if (still.length === 0) return;
  const packages = still.map((part) => part.package);
  const command = `apt-get install -y ${packages.join(" ")}`;
  stop(apt ? (root ? `apt-get update && ${command}` : `sudo ${command}`) : undefined, packages);
}

/** All at once; where one of them cannot be had, each by itself. */
function install(packages: readonly string[]): void {
  process.stderr.write(`setup: installing ${packages.join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (args: readonly string[]): number | null =>
    spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env }).status;
  const args = ["install", "-y", "-qq", "--no-install-recommends"];
  if (run([...args, ...packages]) === 0) return;
  run(["update", "-qq"]);
  if (run([...args, ...packages]) === 0) return;
  for (const one of packages) run([...args, one]);
}

function stop(command: string | undefined, packages: readonly string[]): never {
  process.stderr.write(
    command === undefined
      ? `setup: error: install ${packages.join(", ")} with this system's package manager, then try again\n`
      : `setup: error: run this once, then try again:\n  ${command}\n`,
  );
  process.exit(1);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  setUp(process.argv.includes("--tests") ? "tests" : "examples");
}
