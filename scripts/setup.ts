// Sets up the system packages that Writ (and, asked with --tests, its tests) needs and this machine lacks. Debian and
// Ubuntu only: elsewhere, or without root, it prints the one command to run and stops. Downloads nothing else.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

interface SystemPart {
  readonly package: string;
  readonly why: string;
  readonly present: () => boolean;
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
    why: "the attack programs and example tasks",
    present: () => spawnSync("python3", ["-c", "import ctypes, json"], { stdio: "ignore" }).status === 0,
  },
];

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
  const wanted = purpose === "tests" ? [...RUNTIME, ...TESTS] : [...RUNTIME, ...EXAMPLES];
  if (process.platform !== "linux") return;
  const missing = wanted.filter((part) => !part.present());
  if (missing.length === 0) return;
  const packages = missing.map((part) => part.package);
  for (const part of missing) process.stderr.write(`setup: ${part.package} is missing: ${part.why}\n`);
  const apt = onPath("apt-get");
  if (!apt || process.getuid?.() !== 0)
    stop(apt ? `sudo apt-get install -y ${packages.join(" ")}` : undefined, packages);
  install(packages);
  const still = missing.filter((part) => !part.present()).map((part) => part.package);
  if (still.length > 0) stop(`apt-get update && apt-get install -y ${still.join(" ")}`, still);
}

function install(packages: readonly string[]): void {
  process.stderr.write(`setup: installing ${packages.join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (args: readonly string[]): number | null =>
    spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env }).status;
  const args = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
  if (run(args) !== 0) {
    run(["update", "-qq"]);
    run(args);
  }
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
