export interface SpinnerOptions {
  message?: string;
  output?: typeof Deno.stdout | typeof Deno.stderr;
}

/** npm's `deno-std` has no spinner: this one turns as the real one does. */
export class Spinner {
  message: string;
  readonly #output: typeof Deno.stdout | typeof Deno.stderr;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor({ message = "", output = Deno.stdout }: SpinnerOptions = {}) {
    this.message = message;
    this.#output = output;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    let turn = 0;
    const draw = () => {
      const dot = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[turn++ % 10];
      this.#write(`\r\x1b[K\x1b[?7l${dot} ${this.message}\x1b[?7h`);
    };
    this.#timer = setInterval(draw, 75);
    draw();
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#write("\r\x1b[K");
  }

  #write(text: string): void {
    this.#output.writeSync(new TextEncoder().encode(text));
  }
}
