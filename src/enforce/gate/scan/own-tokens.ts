// What a host itself gave to a task: cookies, entity tags, cursors, tokens of a session. Sent back to the same host they are
// no finding. Keeps keyed hashes alone, bounded. Not the reading of answers (http/pass-answer.ts).
import { OWN_TOKENS_MAX } from "./bounds.ts";

/** Characters from which a piece of text is a token: shorter ones are no finding anyway. */
const TOKEN_MIN = 8;

/** What tokens are made of: RFC 9110 section 11.2, cookies (RFC 6265 section 4.1.1) and names of variables. */
const TOKEN = /[A-Za-z0-9._~+/%-]{8,4096}/g;

export class OwnTokens {
  readonly #hash: (text: string) => string;
  /** In the order in which they came. */
  readonly #known = new Set<string>();

  /** `hash`: of a token, keyed, the same for the same text. */
  constructor(hash: (text: string) => string) {
    this.#hash = hash;
  }

  /** Remembers the tokens of `texts`, which the host said. */
  learn(texts: readonly string[]): void {
    for (const text of texts) {
      for (const [token] of text.matchAll(TOKEN)) {
        const hash = this.#hash(token);
        this.#known.delete(hash);
        this.#known.add(hash);
      }
    }
    for (const oldest of this.#known) {
      if (this.#known.size <= OWN_TOKENS_MAX) return;
      this.#known.delete(oldest);
    }
  }

  /** Whether everything that could be a token in `text` came from the host, and something did. */
  covers(text: string): boolean {
    if (this.#known.size === 0) return false;
    const tokens = Array.from(text.matchAll(TOKEN), ([token]) => token).filter(
      ({ length }) => length >= TOKEN_MIN,
    );
    return tokens.length > 0 && tokens.every((token) => this.#known.has(this.#hash(token)));
  }
}
