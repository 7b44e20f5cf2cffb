/** What the lab measures: cycles of the same kernel, translated and on the bare machine, and what was counted on the way. */
import type { Translator } from "./component.ts";
import { playBare, playTranslated } from "./play.ts";
import { programOf, WORKLOAD, type Workload } from "./workload.ts";

const KIB = 1024;
const STEPS = 100_000_000;

export interface Point extends Partial<Workload> {
  /** KiB of the code cache; 256 unless said. */
  cache?: number;
  /** False: no exit is ever chained. */
  chaining?: boolean;
}

const onBare = new Map<string, { events: string[]; cycles: number }>();

function onBareMachine(program: string) {
  const before = onBare.get(program);
  if (before) return before;
  const { events, machine } = playBare(program, { steps: STEPS });
  const found = { events, cycles: machine.clock.now };
  onBare.set(program, found);
  return found;
}

export interface Measured {
  slowdown: number;
  flushes: number;
  /** Instructions translated, and ways out of the cache that the cache itself asked for. */
  translated: number;
  callOuts: number;
}

/** A notebook asks for some points twice. */
const known = new WeakMap<Translator, Map<string, Measured | undefined>>();

/** @returns undefined when the translated kernel did something else than on the bare machine; that is said once. */
export function measure(component: Translator, point: Point): Measured | undefined {
  const points = known.get(component) ?? new Map<string, Measured | undefined>();
  known.set(component, points);
  const key = JSON.stringify(point);
  if (!points.has(key)) points.set(key, run(component, point));
  return points.get(key);
}

function run(
  component: Translator,
  { cache = 256, chaining = true, ...workload }: Point,
): Measured | undefined {
  const program = programOf({ ...WORKLOAD, ...workload });
  const { events, cycles } = onBareMachine(program);
  const policy = chaining ? component : { ...component, chain: () => null };
  const played = playTranslated(program, policy, { cache: cache * KIB, steps: STEPS });
  if (played.events.join("\n") !== events.join("\n")) {
    complain(played.events.find((line, n) => line !== events[n]));
    return undefined;
  }
  const { trace, clock } = played.machine;
  return {
    ...{ slowdown: clock.now / cycles, flushes: played.flushes },
    ...{ translated: trace.count("translate"), callOuts: trace.count("callout") },
  };
}

let complained: string | undefined;

function complain(line: string | undefined): void {
  const text = `With this component the kernel goes wrong, so there is nothing to measure: ${line ?? "it does less"}`;
  if (text !== complained) console.log(text);
  complained = text;
}

const round = (value: number) => Number(value.toPrecision(3));

/** Slow-down against the rounds that the kernel runs, for each kind of locks. */
export const warmingRows = (
  component: Translator,
  rounds: readonly number[],
  locks: readonly Workload["locks"][],
) =>
  locks.flatMap((kind) =>
    rounds.flatMap((count) => {
      const found = measure(component, { rounds: count, locks: kind });
      return found ? [{ rounds: count, locks: kind, slowdown: round(found.slowdown) }] : [];
    }),
  );

/** Slow-down against the size of the code cache. */
export const cacheRows = (
  component: Translator,
  sizes: readonly number[],
  points: Readonly<Record<string, Point>>,
) =>
  Object.entries(points).flatMap(([series, point]) =>
    sizes.flatMap((cache) => {
      const found = measure(component, { ...point, cache });
      return found ? [{ cache, series, slowdown: round(found.slowdown) }] : [];
    }),
  );

/** What was counted at each point, for a table. */
export const countedRows = (component: Translator, points: readonly Point[]) =>
  points.flatMap((point) => {
    const found = measure(component, point);
    if (!found) return [];
    return [
      {
        "code cache, KiB": point.cache ?? 256,
        chaining: point.chaining === false ? "off" : "on",
        calls: point.calls ?? WORKLOAD.calls,
        order: point.order ?? WORKLOAD.order,
        "slow-down": round(found.slowdown),
        flushes: found.flushes,
        "instructions translated": found.translated,
        "call-outs": found.callOuts,
      },
    ];
  });
