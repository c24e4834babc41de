// A bounded number of places, given in the order asked. Not a line of work (serial.ts): what holds a place runs beside the others.

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** `count` places, at least 1. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when there is a place, for who asked first before. It is given back once, by `leave`. */
  take(): Promise<void> {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    return Promise.resolve();
  }

  /** Gives a place back. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
