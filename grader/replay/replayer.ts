/**
 * The component as it was recorded, on a machine of our own. The simulator that drives it is ours, its ports are ours, and the
 * state in which a scenario ends is ours; of the record only what the component answered is believed, and that is held to the
 * lab's rules. A forged record is a wrong answer, or a right one.
 *
 *     sandbox:   drive ──▶ recorder ──▶ student's component        tokens
 *                                                                    ▼
 *     here:      drive ──▶ replayer ───────────────────────── what it answered
 *                  ▲           │ port calls, carried out on our machine, their results compared
 *                  └───────────┘
 */
import type { Lab } from "../../src/course/index.ts";
import { accept, acceptArguments, type MethodRules, type PortRules } from "../../src/course/rules.ts";
import { CALL, decode, END, encode, PORT, RETURN, THREW } from "../record/tokens.ts";
import { Divergence } from "./record.ts";
import { breachOf } from "./thrown.ts";

/** The record ends in the middle of a scenario: the process was stopped, or stopped itself. */
export class RecordEnds extends Error {
  override name = "RecordEnds";
}

type Method = (...given: unknown[]) => unknown;

export class Replayer<C extends object> {
  readonly component: C;
  /** How many calls the record answers so far. */
  calls = 0;
  /** Why the replay cannot go on. A scenario that swallows exceptions does not get past it. */
  stopped: Error | undefined;
  readonly #tokens: readonly unknown[];
  /** Where in the student's files a frame of a stack lies. */
  readonly #place: (stack: string) => string | undefined;
  #at = 0;

  constructor(lab: Lab<C>, tokens: readonly unknown[], place: (stack: string) => string | undefined) {
    this.#tokens = tokens;
    this.#place = place;
    const methods = Object.entries(lab.component) as [string, MethodRules][];
    this.component = Object.fromEntries(
      methods.map(([name, rules], index): [string, Method] => [
        name,
        (...given) => this.#guarded(() => this.#call(name, index, rules, given)),
      ]),
    ) as C;
  }

  /** Whether nothing is left of the record. */
  get empty(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** Whether nothing is left but its end. */
  get over(): boolean {
    return this.#at === this.#tokens.length - 1 && this.#tokens[this.#at] === END;
  }

  #guarded<T>(action: () => T): T {
    if (this.stopped) throw this.stopped;
    try {
      return action();
    } catch (error) {
      this.stopped ??= error as Error;
      throw error;
    }
  }

  #take(): unknown {
    if (this.#at >= this.#tokens.length) throw new RecordEnds("the record ends here");
    return this.#tokens[this.#at++];
  }

  #expect(token: number, what: string): void {
    if (this.#take() !== token)
      throw new Divergence(`the record should have ${what} as its token ${this.#at}`);
  }

  #call(name: string, index: number, rules: MethodRules, given: readonly unknown[]): unknown {
    this.#expect(CALL, `a call of ${name}`);
    if (this.#take() !== index) throw new Divergence(`the record calls another method than ${name}`);
    this.calls++;
    for (;;) {
      const token = this.#take();
      if (token === PORT) this.#port(rules, given);
      else if (token === RETURN) return accept(name, rules, this.#value());
      else if (token === THREW) throw breachOf(name, rules, this.#take(), this.#take(), this.#place);
      else throw new Divergence(`the record has no token ${String(token)} while ${name} runs`);
    }
  }

  #port({ parameters }: MethodRules, given: readonly unknown[]): void {
    const [place, index] = [this.#take(), this.#take()];
    if (!Number.isSafeInteger(place) || !Number.isSafeInteger(index))
      throw new Divergence("the record names a port by something else than numbers");
    const port = parameters[place as number]?.port ?? {};
    const [name, rules] = (Object.entries(port) as [string, PortRules][])[index as number] ?? [];
    if (name === undefined || !rules) throw new Divergence("the record calls a method that no argument has");
    const values = acceptArguments(
      name,
      rules,
      rules.parameters.map(() => this.#value()),
    );
    const object = given[place as number] as Record<string, Method>;
    const result = encode((object[name] as Method)(...values));
    const recorded = this.#take();
    if (result !== recorded && JSON.stringify(result) !== JSON.stringify(recorded))
      throw new Divergence(`the record claims that ${name} gave back something else than it does`);
  }

  #value(): unknown {
    return garbage(this.#take());
  }
}

/** A value of the record. */
function garbage(token: unknown): unknown {
  try {
    return decode(token);
  } catch {
    throw new Divergence("the record holds a value that cannot be read");
  }
}
