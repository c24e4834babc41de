// Remembers what Ollama's /api/show said of a model, by server, name and digest: the content of a digest does not change,
// and asking about each model again for each decision would cost more than the decision.

/** The part of an answer that is remembered. */
export interface ShownModel {
  readonly remote: boolean;
  /** Tokens; null: not said. */
  readonly context_max: number | null;
}

/** Answers remembered; the oldest is forgotten first. */
const REMEMBERED_MAX = 1024;

export class ShownModels {
  readonly #known = new Map<string, ShownModel>();

  get(key: string): ShownModel | undefined {
    return this.#known.get(key);
  }

  set(key: string, model: ShownModel): void {
    if (this.#known.size >= REMEMBERED_MAX) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(key, model);
  }
}
