/** The sessions of one repetition, one after the other: what runs is ended when the user cancels, or when the time is over. */
import type { Job, Opened, Session } from "../engines/engine.ts";
import { Cancelled } from "../errors.ts";

export class Sessions {
  /** Command lines, in their order. */
  readonly commands: string[] = [];
  isLate = false;
  private readonly opened: Opened;
  private readonly signal: AbortSignal;
  private readonly timer: NodeJS.Timeout;
  private readonly stop = () => void this.current?.stop();
  private current: Session | undefined;
  private noises: string[] = [];

  /** @param limit seconds for all of them */
  constructor(opened: Opened, signal: AbortSignal, limit: number) {
    this.opened = opened;
    this.signal = signal;
    signal.addEventListener("abort", this.stop);
    this.timer = setTimeout(() => {
      this.isLate = true;
      this.stop();
    }, limit * 1000);
  }

  /** @throws Cancelled */
  async start(job: Job): Promise<Session> {
    await this.end();
    if (this.signal.aborted) throw new Cancelled();
    this.current = await this.opened.start(job);
    this.commands.push(this.current.command);
    if (this.signal.aborted) throw new Cancelled();
    if (this.isLate) throw new Error("its time was over before it had started");
    return this.current;
  }

  /** Ends the session that is current, if one is. */
  async end(): Promise<void> {
    const session = this.current;
    if (!session) return;
    await session.stop();
    const noise = await session.noise();
    if (noise) this.noises.push(noise);
    this.current = undefined;
  }

  /** Ends everything. What the sessions wrote beside their standard output. */
  async close(): Promise<string> {
    clearTimeout(this.timer);
    await this.end();
    this.signal.removeEventListener("abort", this.stop);
    return this.noises.join("\n");
  }
}
