/** One submission's process in the sandbox: plays scenarios one after the other, and is replaced when it ended badly. */
import type { Request } from "../record/harness.ts";
import { encode } from "../record/tokens.ts";
import type { Recording } from "../replay/judge.ts";
import { RecordReader } from "../replay/record.ts";
import type { Ending, Limits, Running, Sandbox } from "../sandbox/contract.ts";
import { HARNESS } from "./harness-bundle.ts";

export interface Budget {
  /** Processor time that one scenario may take. */
  seconds: number;
  megabytes: number;
}

const RECORD_BYTES = 32 << 20;
const OUTPUT_BYTES = 1 << 20;
/** Loading Node and the module, in seconds of processor time. */
const START = 1;
/**
 * A process that works with others beside it gets that much less of the processor, at worst. Whatever loops ends by its
 * processor time; the clock is for what sleeps, and must not strike an honest component on a crowded machine.
 */
const CROWD = 12;

export class Session {
  readonly #sandbox: Sandbox;
  readonly #folder: string;
  readonly #budget: Budget;
  #process: Running | undefined;
  #listener: (chunk: Buffer) => void = () => {};
  #played = 0;
  #number = 0;

  /** @param folder holds harness.mjs and what it imports */
  constructor(sandbox: Sandbox, folder: string, budget: Budget) {
    this.#sandbox = sandbox;
    this.#folder = folder;
    this.#budget = budget;
  }

  /**
   * Plays one scenario. A bad end counts only for a process that had played nothing before: whatever an earlier scenario left
   * behind must not cost this one, and no grade may depend on the order.
   */
  async play(scenario: string, input: unknown): Promise<Recording> {
    const first = await this.#attempt(scenario, input);
    if (first.alone || !(first.ending || first.garbled)) return first;
    return this.#attempt(scenario, input);
  }

  async #attempt(scenario: string, input: unknown): Promise<Recording & { alone: boolean }> {
    const alone = this.#played === 0;
    const running = this.#process ?? this.#start();
    this.#played++;
    const request: Request = { number: ++this.#number, scenario, input: encode(input) };
    const reader = new RecordReader(request.number);
    const over = new Promise<undefined>((resolve) => {
      this.#listener = (chunk) => {
        reader.take(chunk);
        if (reader.ended || reader.garbled) resolve(undefined);
      };
    });
    const seconds = this.#budget.seconds * CROWD + START;
    const timer = setTimeout(() => running.kill("timeout"), seconds * 1000);
    running.send(Buffer.from(`${JSON.stringify(request)}\n`));
    const ending = await Promise.race([over, running.ended]);
    clearTimeout(timer);
    this.#listener = () => {};
    if (ending || reader.garbled) await this.close();
    return { tokens: reader.tokens, garbled: reader.garbled, ending, alone };
  }

  #start(): Running {
    const { seconds, megabytes } = this.#budget;
    const limits: Limits = {
      cpuSeconds: seconds + START,
      megabytes,
      recordBytes: RECORD_BYTES,
      outputBytes: OUTPUT_BYTES,
    };
    const running = this.#sandbox.start({ folder: this.#folder, entry: HARNESS, limits });
    running.onData((chunk) => this.#listener(chunk));
    this.#process = running;
    return running;
  }

  /** Ends the process, if there is one. */
  async close(): Promise<Ending | undefined> {
    const running = this.#process;
    this.#process = undefined;
    this.#played = 0;
    running?.kill("killed");
    return running?.ended;
  }
}
