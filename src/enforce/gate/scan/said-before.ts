// Which of the texts that a host says were said to a task before: the fields of its answers are mostly the same, and the scan
// thread need not hear them again. Not what is done with them (own-tokens.ts).

/** Texts remembered of one task: those of a few hosts. Far fewer tokens than the thread keeps. */
const TEXTS_MAX = 64;

/** Characters of a text that is remembered; a longer one is always fresh. */
const LENGTH_MAX = 1024;

export class SaidBefore {
  /** In the order in which they came. */
  readonly #known = new Set<string>();

  /** Those of `texts` that `host` has not said lately. */
  fresh(host: string, texts: readonly string[]): readonly string[] {
    return texts.filter((text) => !this.#knows(`${host} ${text}`));
  }

  clear(): void {
    this.#known.clear();
  }

  #knows(said: string): boolean {
    if (said.length > LENGTH_MAX) return false;
    if (this.#known.has(said)) return true;
    this.#known.add(said);
    for (const oldest of this.#known) {
      if (this.#known.size <= TEXTS_MAX) break;
      this.#known.delete(oldest);
    }
    return false;
  }
}
