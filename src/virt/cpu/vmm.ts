/**
 * What every monitor does, whatever its technique:
 *
 *     run ──▶ settle ──▶ V in a mode that P cannot have, or asleep? ──▶ interpret
 *               │                                                          │
 *               ▼                                                          │
 *             enter: P from V ──▶ P executes ── event ──▶ leave: V from P ──▶ handle ──▶ settle ──▶ enter …
 */
import type { Cpu, Stop } from "../../machine/cpu/cpu.ts";
import { IF } from "../../machine/cpu/flags.ts";
import type { Monitor, Verdict, Visit } from "../../machine/monitor.ts";
import type { Engine } from "./engine.ts";
import type { Host } from "./host.ts";

/** V's steps within one run of P's, which P's limit does not see. */
const MOST_EMULATED = 32;

/** The word by which an engine comes back to its own loop. */
const YIELD = "yield";

export abstract class Vmm implements Engine, Monitor<Cpu> {
  abstract readonly name: string;
  protected readonly host: Host;
  readonly #crossings = new Map<string, number>();
  /** P holds the guest's state, V is behind. */
  #inside = false;
  /** V's steps at which the loop counts again. */
  #yieldAt = 0;

  constructor(host: Host) {
    this.host = host;
    host.cpu.monitor = this;
  }

  /** P can execute the guest as V is now; otherwise V interprets. A sleeping V is never asked about. */
  protected abstract executable(): boolean;
  /** Loads P from V, and pays for the way in. */
  protected abstract enter(): void;
  /** Brings V up to date from P, and pays for the way out. */
  protected abstract leave(visit: Visit): void;
  /** Deals with what happened; V is up to date, and is what counts after. Returns the cause's name. */
  protected abstract handle(visit: Visit): string;

  get crossings(): ReadonlyMap<string, number> {
    return this.#crossings;
  }

  get steps(): number {
    return this.host.interpreter.steps + this.host.machine.interpreter.steps;
  }

  get retired(): number {
    return this.host.cpu.retired;
  }

  get untouched(): number {
    return this.retired;
  }

  sync(): void {
    if (!this.#inside) return;
    this.save();
    this.#inside = false;
  }

  adopt(): void {
    this.#inside = false;
  }

  run(limit: number): Stop {
    const { host } = this;
    const end = this.steps + limit;
    for (;;) {
      const rest = end - this.steps;
      if (!this.#inside) {
        const stop = host.machine.cpu.stop;
        if (stop !== null) {
          host.machine.cpu.stop = null;
          return stop;
        }
        if (rest <= 0) return { reason: "limit" };
        if (host.machine.cpu.halted || !this.executable()) {
          const ended = host.interpret(rest, () => host.machine.cpu.halted || !this.executable());
          if (ended !== undefined) return ended;
          this.afterInterpretation();
        }
        this.#settle();
        if (host.machine.cpu.stop !== null || host.machine.cpu.halted || !this.executable()) continue;
        this.enter();
        this.#inside = true;
      }
      this.#yieldAt = host.machine.interpreter.steps + MOST_EMULATED;
      const stop = host.interpreter.run(Math.max(0, end - this.steps));
      if (stop.reason === "monitor" && stop.detail === YIELD) continue;
      return stop;
    }
  }

  visit(visit: Visit): Verdict {
    const { host } = this;
    const { cpu: virtual } = host.machine;
    this.leave(visit);
    this.#inside = false;
    if (visit.kind === "interrupt") host.devices.interrupt(host.ledger);
    // Whatever took P out, what the host's devices have sent meanwhile finds it here.
    host.interrupts.serve();
    this.cross(this.handle(visit));
    this.#settle();
    const due = host.machine.interpreter.steps >= this.#yieldAt;
    if (due || virtual.stop !== null || virtual.halted || !this.executable()) return { stop: YIELD };
    this.enter();
    this.#inside = true;
    return "resume";
  }

  /** V has run by itself: whatever is derived from its state must be made again. */
  protected abstract afterInterpretation(): void;

  /** V from P, nothing else: somebody wants to look. */
  protected abstract save(): void;

  protected cross(cause: string): void {
    this.#crossings.set(cause, (this.#crossings.get(cause) ?? 0) + 1);
  }

  /** Makes V take an interrupt that it takes now; false when there is none. */
  protected inject(): boolean {
    return this.host.injectPending();
  }

  /** Injects what V takes now, and decides whether P is to be interrupted for what waits. */
  #settle(): void {
    const { host } = this;
    const { cpu } = host.machine;
    // What has shut down takes nothing more.
    if (cpu.stop !== null) return;
    if (host.clock.left <= 0) host.clock.advance();
    while (this.inject());
    // After STI the next instruction is still free of interrupts: then P comes back for the one that waits.
    host.interrupts.noted = !cpu.shadow && (cpu.flags.eflags & IF) === 0;
  }
}
