/** What a guest does all day: requests to pages of files and of processes, some of which are asked for more often than others. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { GuestOs } from "../../virt/memory/index.ts";

export interface WorkloadPlan {
  /** Pages of processes, and of files. */
  readonly anonymous: number;
  readonly files: number;
  /** Of each, the fraction that is hot, and of the requests those that go there; the others go anywhere. */
  readonly hot: number;
  readonly toHot: number;
  /** Of the requests, those to pages of processes; of these and of those to files, the ones that write. */
  readonly toAnonymous: number;
  readonly writes: number;
  readonly fileWrites: number;
  /** Nanoseconds between a request's end and the next one's beginning. */
  readonly think?: number;
}

/** Chances are asked for in parts of a million. */
const MILLION = 1_000_000;

export class Workload {
  readonly think: number;
  readonly #os: GuestOs;
  readonly #plan: WorkloadPlan;
  readonly #draw: (below: number) => number;

  constructor(os: GuestOs, plan: WorkloadPlan, seed: number) {
    const generator = xoroshiro128plus(seed);
    this.#draw = (below) => uniformInt(generator, 0, below - 1);
    this.#os = os;
    this.#plan = plan;
    this.think = plan.think ?? 0;
  }

  /** One request. */
  step(): void {
    const { anonymous, files, toAnonymous, writes, fileWrites } = this.#plan;
    if (anonymous > 0 && (files === 0 || this.chance(toAnonymous)))
      this.#os.anonymous(this.which(anonymous), this.chance(writes));
    else this.#os.file(this.which(files), this.chance(fileWrites));
  }

  private which(pages: number): number {
    const { hot, toHot } = this.#plan;
    return this.#draw(this.chance(toHot) ? Math.max(1, Math.floor(hot * pages)) : pages);
  }

  private chance(probability: number): boolean {
    return this.#draw(MILLION) < probability * MILLION;
  }
}
