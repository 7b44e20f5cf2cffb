/** Standard input as the other end of the serial port, and Ctrl-C as the end. */

const CONTROL_C = 3;

export class Terminal {
  /** Ctrl-C, or SIGTERM. */
  ended = false;
  /** A person is typing: the machine then keeps to real time. */
  readonly interactive = process.stdin.isTTY === true;
  readonly #receive: (bytes: Uint8Array) => void;
  #open = true;
  #wake: () => void = () => {};

  constructor(receive: (bytes: Uint8Array) => void) {
    this.#receive = receive;
    process.on("SIGINT", this.#end);
    process.on("SIGTERM", this.#end);
    if (this.interactive) process.stdin.setRawMode(true);
    process.stdin.on("data", this.#data);
    process.stdin.once("end", this.#close);
    process.stdin.once("error", this.#close);
  }

  /** Input may still come. */
  get open(): boolean {
    return this.#open;
  }

  /** Until something was typed or ended, at most so many milliseconds. */
  async wait(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (Number.isFinite(milliseconds)) setTimeout(resolve, milliseconds);
    });
    this.#wake = () => {};
  }

  /** Gives the terminal back. */
  close(): void {
    process.off("SIGINT", this.#end);
    process.off("SIGTERM", this.#end);
    if (this.interactive) process.stdin.setRawMode(false);
    process.stdin.off("data", this.#data);
    process.stdin.destroy();
  }

  readonly #end = () => {
    this.ended = true;
    this.#wake();
  };

  readonly #close = () => {
    this.#open = false;
    this.#wake();
  };

  readonly #data = (bytes: Buffer) => {
    // In raw mode Ctrl-C comes as a byte.
    if (this.interactive && bytes.includes(CONTROL_C)) this.#end();
    else this.#receive(bytes);
    this.#wake();
  };
}
