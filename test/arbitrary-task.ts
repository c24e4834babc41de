// Random canonical tasks for property tests, from the same small universe as `arbitrarySpec`. Names, intents and arguments
// are hostile text: they move nothing.
import * as fc from "fast-check";
import type { CallNeed, ModelNeed, Needs, Task } from "../src/task/task.ts";
import {
  arbitraryBytes,
  arbitraryMs,
  CAPABILITIES,
  HOSTS,
  LABELS,
  METHODS,
  orNull,
  PLACES,
  PRINCIPALS,
  PROVIDERS,
  SECRETS,
  someOf,
  URL_PATHS,
} from "./spec-universe.ts";

const PLAIN = { noNullPrototype: true } as const;

/** A canonical task: formatting and parsing it gives it back. */
export function arbitraryTask(): fc.Arbitrary<Task> {
  return fc.record(
    {
      task: arbitraryName(),
      principal: orNull(fc.constantFrom(...PRINCIPALS)),
      intent: arbitraryWords(),
      run: fc.record({ command: arbitraryCommand() }, PLAIN),
      directory: fc.constantFrom("/", "/data", "/srv/site", "/with space/ünïcode"),
      needs: arbitraryNeeds(),
      requires: fc.record(
        {
          residency: orNull(fc.constantFrom("node" as const, "owned" as const, "contracted" as const)),
          latency: orNull(arbitraryMs()),
          bytes_out: orNull(arbitraryBytes()),
        },
        PLAIN,
      ),
      prefer: fc.record({ latency: orNull(arbitraryMs()) }, PLAIN),
    },
    PLAIN,
  );
}

/** What one call declares. */
function arbitraryCall(): fc.Arbitrary<CallNeed> {
  const request = fc.record(
    {
      to: fc
        .tuple(fc.constantFrom(...HOSTS), fc.constantFrom(443, 8443), fc.constantFrom(...URL_PATHS))
        .map(([host, port, path]) => `https://${host}:${port}${path}`),
      method: fc.subarray([...METHODS], { minLength: 1 }),
      for: someOf(CAPABILITIES),
      calls_max: fc.constantFrom(1, 2, 3, 300),
      bytes_out_max: orNull(arbitraryBytes()),
      bytes_in_max: orNull(arbitraryBytes()),
      tokens: orNull(fc.constantFrom(0, 1000)),
      money: orNull(fc.constantFrom(0, 250_000)),
      data: orNull(fc.constantFrom(...LABELS)),
    },
    PLAIN,
  );
  const target = fc
    .tuple(fc.constantFrom(...HOSTS, "[fd00::5]", "10.0.0.5"), fc.constantFrom(1, 22, 65_535))
    .map(([host, port]) => `tcp://${host}:${port}`);
  const raw = fc
    .tuple(request, target)
    .map(([call, to]) => ({ ...call, to, method: ["CONNECT"], tokens: null, money: null }));
  return fc.oneof({ arbitrary: request, weight: 4 }, { arbitrary: raw, weight: 1 });
}

/** What one model need declares. */
function arbitraryModel(): fc.Arbitrary<ModelNeed> {
  return fc.record(
    {
      capability: fc.constantFrom(...CAPABILITIES),
      context: fc.constantFrom(1, 4096, 8000),
      model: orNull(fc.constantFrom("llama3.2:3b", "qwen2.5-coder:7b")),
      calls_max: fc.constantFrom(1, 2, 300),
      bytes_out_max: orNull(arbitraryBytes()),
      tokens: orNull(fc.constantFrom(0, 1000)),
      money: orNull(fc.constantFrom(0, 250_000)),
      data: orNull(fc.constantFrom(...LABELS)),
    },
    PLAIN,
  );
}

function arbitraryNeeds(): fc.Arbitrary<Needs> {
  return fc.record(
    {
      models: fc.uniqueArray(arbitraryModel(), {
        selector: (need) => JSON.stringify([need.capability, need.model, need.data]),
        maxLength: 3,
      }),
      calls: fc.uniqueArray(arbitraryCall(), {
        selector: (call) => JSON.stringify([call.method, call.to, call.for, call.data]),
        maxLength: 4,
      }),
      reads: someOf(PLACES),
      writes: someOf(PLACES),
      secrets: someOf(SECRETS),
      reads_directory: fc.boolean(),
      records_network: fc.boolean(),
      provider: fc.option(fc.constantFrom(...PROVIDERS), { nil: null, freq: 4 }),
      submits: fc.constantFrom(0, 0, 1, 2, 9),
      memory: orNull(fc.constantFrom(1, 64 * 1024 * 1024, 512 * 1024 * 1024, 8 * 1024 ** 3)),
      cpu: orNull(fc.constantFrom(1, 500, 1000, 4000)),
      time: orNull(arbitraryMs()),
      processes: orNull(fc.constantFrom(1, 16, 64, 256)),
      tokens: orNull(fc.constantFrom(0, 1000)),
      money: orNull(fc.constantFrom(0, 250_000)),
    },
    PLAIN,
  );
}

// One line: what a task may be called. Among them words that YAML would take for something else.
function arbitraryName(): fc.Arbitrary<string> {
  const odd = fc.constantFrom(
    "no",
    "1e3",
    "null",
    "- x",
    "a: b",
    "# c",
    "*a",
    "&b",
    "!c",
    "override: admit",
    "'",
    '"',
  );
  const text = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((name) => name.length <= 200 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name));
  return fc.oneof(odd, text);
}

function arbitraryWords(): fc.Arbitrary<string> {
  const words = fc
    .string({ unit: "binary", maxLength: 80 })
    .filter((text) => !/(?![\n\t])\p{Cc}/u.test(text));
  return fc.oneof(
    fc.constantFrom("", "Summarise today's mail", "two\nlines\tand a tab", "\u202eevil\u200b"),
    words,
  );
}

function arbitraryCommand(): fc.Arbitrary<readonly string[]> {
  const program = fc.constantFrom("sh", "python3", "/usr/bin/true", "programs/run.sh");
  const word = fc.oneof(
    fc.constantFrom("-c", "", "5", "-7", "true", "0x10", "~", "a b", "\u001b[31m", "line\nline"),
    fc.string({ unit: "binary", maxLength: 30 }).filter((text) => !text.includes("\0")),
  );
  return fc.tuple(program, fc.array(word, { maxLength: 4 })).map(([first, rest]) => [first, ...rest]);
}
