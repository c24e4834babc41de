// What labelled tasks wrote, by place: the label and trust that each place carries until nothing is there any more. A
// projection of the ledger, rebuilt from its cores. Not what they mean for a task (decide/task-label.ts).
import type { PathChain } from "./path-chain.ts";

/** What a task passes on to what it writes. */
export interface Carried {
  readonly label: string;
  readonly untrusted: boolean;
  /** Sequence of the decision that it ran under. */
  readonly decision: number;
}

/** One label and trust of one place. */
export interface KnownOutput extends Carried {
  readonly chain: PathChain;
  /** null: the record's payload was erased. */
  readonly path: string | null;
  /** Decimal: the file system that it is on; null: not known. */
  readonly device: string | null;
  /** Sequence of the record that brought it. */
  readonly at: number;
}

/** A place at which nothing was found, when what it carried was known up to the record `at`. */
export interface EndedOutput {
  readonly place: string;
  readonly at: number;
}

interface Place {
  readonly chain: PathChain;
  readonly below: Set<string>;
  path: string | null;
  device: string | null;
  /** By label and trust: they join, and none replaces another. */
  readonly carried: Map<string, Carried & { readonly at: number }>;
}

/** Every method is synchronous. */
export class Outputs {
  /** By the last hash of their chain. */
  readonly #places = new Map<string, Place>();

  /** Places that carry something, and the folders around them. */
  get size(): number {
    return this.#places.size;
  }

  /** The place of `chain`, and everything below it, carries `carried` from record `at` on, beside what it carried before. */
  add({ chain, path, device, at, label, untrusted, decision }: KnownOutput): void {
    let place: Place | null = null;
    for (const [depth, hash] of chain.entries()) {
      place?.below.add(hash);
      place = this.#places.get(hash) ?? emptyPlace(chain.slice(0, depth + 1));
      this.#places.set(hash, place);
    }
    if (place === null) return;
    place.path = path ?? place.path;
    // Of a place on two file systems nobody can say that nothing is there.
    place.device = place.carried.size === 0 || place.device === device ? device : null;
    place.carried.set(`${untrusted} ${label}`, { label, untrusted, decision, at });
  }

  /** Nothing was at the place any more, so what it carried up to then ends. What came later stays. */
  end({ place, at }: EndedOutput): void {
    const known = this.#places.get(place);
    if (known === undefined) return;
    for (const [key, carried] of known.carried) if (carried.at <= at) known.carried.delete(key);
    this.#prune(known);
  }

  /** Everything that the place of `chain` meets: at the place, around it and below it. */
  meeting(chain: PathChain): readonly KnownOutput[] {
    const found: KnownOutput[] = [];
    let place: Place | undefined;
    for (const hash of chain) {
      place = this.#places.get(hash);
      if (place === undefined) return found;
      if (hash !== chain.at(-1)) collect(place, found);
    }
    const open = place === undefined ? [] : [place];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      collect(next, found);
      for (const hash of next.below) {
        const below = this.#places.get(hash);
        if (below !== undefined) open.push(below);
      }
    }
    return found;
  }

  /** Whether the very place, or one around it, carries this label already, and this taint if it is one. */
  carries(chain: PathChain, { label, untrusted }: Pick<Carried, "label" | "untrusted">): boolean {
    const kinds = untrusted ? [`true ${label}`] : [`true ${label}`, `false ${label}`];
    return chain.some((hash) => kinds.some((kind) => this.#places.get(hash)?.carried.has(kind) === true));
  }

  /** Everything but the names, in one comparable form: two projections are equal when these are. */
  snapshot(): readonly unknown[] {
    const all = [...this.#places.values()].flatMap((place) => {
      const found: KnownOutput[] = [];
      collect(place, found);
      return found.map((output) => ({ ...output, path: null, device: null }));
    });
    return all.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }

  /** Folders that lead to nothing are forgotten. */
  #prune(from: Place): void {
    let place: Place | undefined = from;
    while (place !== undefined && place.carried.size === 0 && place.below.size === 0) {
      const { chain }: Place = place;
      const hash = chain.at(-1) ?? "";
      this.#places.delete(hash);
      place = this.#places.get(chain.at(-2) ?? "");
      place?.below.delete(hash);
    }
  }
}

function emptyPlace(chain: PathChain): Place {
  return { chain, below: new Set(), path: null, device: null, carried: new Map() };
}

function collect({ chain, path, device, carried }: Place, into: KnownOutput[]): void {
  for (const one of carried.values()) into.push({ ...one, chain, path, device });
}
