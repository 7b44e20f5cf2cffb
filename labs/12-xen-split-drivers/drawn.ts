/** Grants, events and rings drawn from a seed, each of one kind, for the student's own trials and for the hidden tests. */
import { SPLIT } from "../../src/systems/io/xen.ts";
import { type EventDay, type GrantDay, type GrantStep, type RingDay, SCENARIOS } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
const list = <T>(length: number, make: (at: number) => T): T[] => Array.from({ length }, (_, at) => make(at));

/** What is right: what the simulator's own does. */
export const expectedGrants = (day: GrantDay): string[] => SCENARIOS.grants.drive(SPLIT, day);
export const expectedEvents = (day: EventDay): string[] => SCENARIOS.events.drive(SPLIT, day);
export const expectedRing = (day: RingDay): string[] => SCENARIOS.ring.drive(SPLIT, day);

export const QUIET_GRANT: GrantDay = {
  ...{ flags: [1], domain: [0], frame: [7], use: null },
  ...{ pages: [7, 8, 9], fixed: [], steps: [] },
};

export const PIN_KINDS = ["types", "domains", "readonly", "in use", "no page", "flags", "changing"] as const;
export type PinKind = (typeof PIN_KINDS)[number];

/** Some who want to use a grant. */
export function drawPins(draw: Draw, kind: PinKind): GrantDay {
  const frames = [3 + draw(90), 100 + draw(90), 200 + draw(90)];
  const [frame, other, third] = frames as [number, number, number];
  const domain = one(draw, [0, 2, 5]);
  const extra = kind === "flags" ? one(draw, [32, 64, 256, 320, 1024]) : 0;
  const ask = (readonly = draw(2) === 0, asking = domain): GrantStep => {
    return { kind: "pin", domain: asking, readonly };
  };
  const day: GrantDay = {
    ...{ flags: [1 | extra], domain: [domain], frame: [frame], use: null },
    ...{ pages: frames, fixed: [], steps: list(2 + draw(3), () => ask()) },
  };
  if (kind === "types") {
    const types = list(3, () => draw(4) + one(draw, [0, 0, 32]));
    return { ...day, steps: types.flatMap((flags) => [{ kind: "entry", flags } as const, ask()]) };
  }
  if (kind === "domains") {
    const steps = list(4, () => ask(draw(2) === 0, one(draw, [domain, domain, domain + 1, 7])));
    return { ...day, steps };
  }
  if (kind === "readonly") return { ...day, flags: [5], steps: [ask(false), ask(true), ask()] };
  if (kind === "in use") {
    const later = { kind: "entry", frame: one(draw, [other, third, 999]) } as const;
    const use = draw(2) === 0 ? { frame: third, readers: 1 + draw(3), writers: draw(2) } : null;
    return { ...day, use, flags: [use ? 9 : 1], steps: [ask(), later, ask(), ask()] };
  }
  if (kind === "no page") {
    const steps = [ask(), { kind: "entry", frame: one(draw, [other, 999]) } as const, ask(true), ask(false)];
    return { ...day, frame: [one(draw, [frame, 998])], fixed: [frame], steps };
  }
  if (kind === "changing") {
    const flags = one(draw, [
      [1, 5],
      [1, 1 | 32],
      [1, 2],
      [1, 0],
      [5, 1],
    ]);
    return { ...day, flags, frame: [frame, other], steps: [ask(flags[0] === 5)] };
  }
  return day;
}

export const UNPIN_KINDS = ["a reader left", "a writer left", "to the last", "flags"] as const;
export type UnpinKind = (typeof UNPIN_KINDS)[number];

/** Some who have done. */
export function drawUnpins(draw: Draw, kind: UnpinKind): GrantDay {
  const frame = 3 + draw(90);
  // Whoever is left has seen others of both kinds go, or at least all of the other kind.
  const stays = kind === "a reader left" ? true : kind === "a writer left" ? false : undefined;
  const readers = stays === undefined ? draw(3) : 1 + draw(2);
  const writers = stays === undefined && readers > 0 ? draw(3) : 1 + draw(2);
  const users = [...list(readers, () => true), ...list(writers, () => false)];
  if (stays !== undefined) users.splice(users.indexOf(stays), 1);
  const ending = shuffled(draw, users);
  const extra = kind === "flags" ? one(draw, [4, 32, 64, 1024]) : 0;
  const flags = 1 | extra | 8 | (writers > 0 ? 16 : 0);
  const steps = ending.flatMap((readonly): GrantStep[] => [
    ...(kind === "flags" && draw(2) === 0
      ? [{ kind: "entry", flags: flags ^ one(draw, [1, 128, 512]) } as const]
      : []),
    { kind: "unpin", readonly },
  ]);
  const use = { frame, readers, writers };
  return { ...QUIET_GRANT, flags: [flags], frame: [frame], pages: [frame], use, steps };
}

function shuffled<T>(draw: Draw, given: readonly T[]): T[] {
  const made = [...given];
  for (let last = made.length - 1; last > 0; last--) {
    const other = draw(last + 1);
    [made[last], made[other]] = [made[other] as T, made[last] as T];
  }
  return made;
}

export const QUIET_EVENTS: EventDay = { pending: [], masked: [], selected: [], upcall: false, steps: [] };

export const EVENT_KINDS = [
  "one by one",
  "pending",
  "masked",
  "selected",
  "other words",
  "unmasked",
  "edges",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Events for a few channels that share words, and some that do not. */
export function drawEvents(draw: Draw, kind: EventKind): EventDay {
  const word = 1 + draw(30);
  const near = shuffled(
    draw,
    list(32, (bit) => 32 * word + bit),
  );
  const far = 32 * ((word + 1 + draw(30)) % 32) + draw(32);
  const [a, b, c] = near as [number, number, number];
  const sent = (channel: number) => ({ kind: "sent", channel }) as const;
  const unmasked = (channel: number) => ({ kind: "unmasked", channel }) as const;
  const handled = { kind: "handled" } as const;
  if (kind === "pending")
    return {
      ...QUIET_EVENTS,
      pending: [a, far],
      steps: [sent(a), sent(b), sent(one(draw, [a, b, far])), handled, sent(a)],
    };
  if (kind === "masked")
    return { ...QUIET_EVENTS, masked: [a, far], steps: [sent(a), sent(one(draw, [b, far])), sent(a)] };
  if (kind === "selected")
    return {
      ...QUIET_EVENTS,
      ...{ selected: [word], upcall: draw(2) === 0, steps: [sent(a), sent(far), sent(b)] },
    };
  if (kind === "other words")
    return { ...QUIET_EVENTS, upcall: draw(3) > 0, steps: [sent(far), sent(a), handled, sent(b), sent(far)] };
  if (kind === "unmasked")
    return {
      ...QUIET_EVENTS,
      pending: [a, c],
      masked: [a, b],
      steps: shuffled(draw, [unmasked(a), unmasked(b), unmasked(c), unmasked(far)]),
    };
  if (kind === "edges") {
    const edge = shuffled(draw, [0, 31, 32, 63, 992, 1023]);
    const [first, second, third] = edge as [number, number, number];
    return {
      ...{ pending: [second], masked: [third], selected: [], upcall: false },
      steps: [sent(second), sent(first), sent(third), handled, unmasked(third), sent(first)],
    };
  }
  return { ...QUIET_EVENTS, steps: [sent(a), handled, sent(b), sent(c), handled, sent(far)] };
}

export const QUIET_RING: RingDay = {
  ...{ size: 8, requests: 0, responses: 0, produced: [0], meanwhile: null },
  ...{ event: 1, eventMeanwhile: null, steps: [] },
};

export const TAKE_KINDS = [
  "some",
  "wrapped",
  "few wanted",
  "full",
  "too far",
  "too many unanswered",
  "changing",
  "empty",
  "meanwhile",
] as const;
export type TakeKind = (typeof TAKE_KINDS)[number];

const wrap = (index: number) => index >>> 0;

/** A ring that is looked at. */
export function drawTakes(draw: Draw, kind: TakeKind): RingDay {
  const size = one(draw, [8, 16, 32]);
  const start = kind === "wrapped" ? 2 ** 32 - 1 - draw(3) : 1000 + draw(2 ** 31);
  const owed = draw(size / 2);
  const room = size - owed;
  let fresh = 1 + draw(4);
  if (kind === "wrapped") fresh = 4;
  if (kind === "few wanted") fresh = 3 + draw(room - 3);
  if (kind === "full") fresh = room;
  if (kind === "too far") fresh = one(draw, [size + 1, size + 1 + draw(1000), -1, -1 - draw(5)]);
  if (kind === "too many unanswered") fresh = room + 1;
  if (kind === "empty" || kind === "meanwhile") fresh = 0;
  const base = {
    ...{ ...QUIET_RING, size, requests: start, responses: wrap(start - owed) },
    ...{ produced: [wrap(start + fresh)], steps: [{ kind: "take", most: size } as const] },
  };
  if (kind === "few wanted") {
    const most = 1 + draw(2);
    return { ...base, steps: list(1 + Math.ceil(fresh / most), () => ({ kind: "take", most }) as const) };
  }
  if (kind === "changing")
    return {
      ...base,
      produced: [
        wrap(start + fresh),
        wrap(start + one(draw, [size + 9, fresh + 1 < room ? fresh + 1 : size + 1])),
      ],
    };
  if (kind === "meanwhile")
    return { ...base, meanwhile: wrap(start + one(draw, [1, 2, room, room + 1])), steps: [...base.steps] };
  if (kind === "empty") return { ...base, steps: [base.steps[0]!, base.steps[0]!] };
  // What is left after the first look is found to be nothing by the second.
  return kind === "some" || kind === "wrapped" ? { ...base, steps: [base.steps[0]!, base.steps[0]!] } : base;
}

export const PUSH_KINDS = [
  "no event",
  "event",
  "just past",
  "first",
  "last",
  "not yet",
  "wrapped",
  "meanwhile",
] as const;
export type PushKind = (typeof PUSH_KINDS)[number];

/** Answers, and an event near them. */
export function drawPushes(draw: Draw, kind: PushKind): RingDay {
  const size = one(draw, [8, 16]);
  const answers = 1 + draw(5);
  const old = kind === "wrapped" ? 2 ** 32 - 1 - draw(answers) : 1000 + draw(2 ** 31);
  let ahead = 1 + draw(answers);
  if (kind === "no event") ahead = one(draw, [answers + 1, answers + 3, -1, -3 - draw(10)]);
  const edges: Partial<Record<PushKind, number>> = {
    "just past": 0,
    first: 1,
    last: answers,
    "not yet": answers + 1,
  };
  ahead = edges[kind] ?? ahead;
  if (kind === "wrapped") ahead = draw(answers + 2);
  const late = kind === "meanwhile";
  const [before, after] = late && draw(3) > 0 ? [0, ahead] : [ahead, late ? answers + 1 : ahead];
  return {
    ...{
      ...QUIET_RING,
      size,
      requests: wrap(old + answers),
      responses: old,
      produced: [wrap(old + answers)],
    },
    ...{ event: wrap(old + before), eventMeanwhile: late ? wrap(old + after) : null },
    steps: [{ kind: "push", answers }],
  };
}
