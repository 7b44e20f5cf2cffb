/** stdout and stderr of cells: gathered into few messages, in order with displays, and never faster than they leave. */
import { ANSWERS, FLAG, type FromRunner, IN_FLIGHT } from "./messages.ts";

/** UTF-16 units: text is sent when so much has gathered, or when the last sending is so many ms ago. */
const GATHER = 65_536;
const GATHER_MS = 30;
/** With more than this under way the cell waits. */
const MOST_IN_FLIGHT = 1_000_000;

export class Output {
  readonly #post: (message: FromRunner) => void;
  readonly #shared: Int32Array<SharedArrayBuffer>;
  #name: "stdout" | "stderr" = "stdout";
  #texts: string[] = [];
  #length = 0;
  #sentAt = 0;
  #scheduled = false;

  constructor(post: (message: FromRunner) => void, shared: Int32Array<SharedArrayBuffer>) {
    this.#post = post;
    this.#shared = shared;
  }

  /** Takes over `process.stdout` and `process.stderr` of this thread. */
  install(): void {
    for (const name of ["stdout", "stderr"] as const) {
      const write = (data: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
        const charset = typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8";
        this.write(name, typeof data === "string" ? data : Buffer.from(data).toString(charset));
        const done = typeof encoding === "function" ? encoding : callback;
        if (typeof done === "function") process.nextTick(done as () => void);
        return true;
      };
      process[name].write = write as typeof process.stdout.write;
    }
  }

  write(name: "stdout" | "stderr", text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#texts.push(text);
    this.#length += text.length;
    if (this.#length >= GATHER || performance.now() - this.#sentAt > GATHER_MS) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.flush());
    }
  }

  flush(): void {
    this.#scheduled = false;
    if (!this.#length) return;
    const text = this.#texts.join("");
    this.#texts = [];
    this.#length = 0;
    for (
      let flying = Atomics.load(this.#shared, IN_FLIGHT);
      flying > MOST_IN_FLIGHT && !this.#shared[FLAG];
      flying = Atomics.load(this.#shared, IN_FLIGHT)
    )
      Atomics.wait(this.#shared, IN_FLIGHT, flying, 50);
    Atomics.add(this.#shared, IN_FLIGHT, text.length);
    this.#post({ type: "stream", name: this.#name, text });
    this.#sentAt = performance.now();
  }

  /** Waits without the event loop until the kernel has answered a question. False when interrupted. */
  waitForAnswer(before: number): boolean {
    while (Atomics.load(this.#shared, ANSWERS) === before) {
      if (this.#shared[FLAG]) return false;
      Atomics.wait(this.#shared, ANSWERS, before, 200);
    }
    return true;
  }

  get answers(): number {
    return Atomics.load(this.#shared, ANSWERS);
  }
}
