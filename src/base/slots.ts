/** Runs at most `max` tasks at a time. The others wait, in the order of their calls. */
export class Slots {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#max) this.#running += 1;
    else await new Promise<void>((proceed) => this.#waiting.push(proceed));
    try {
      return await work();
    } finally {
      // The slot is passed on, so that a new task does not overtake the waiting ones.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
