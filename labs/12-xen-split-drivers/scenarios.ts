/** The ways in which lab 12 drives a component: grants, events and a ring, each with another side that writes when it likes. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { EventField, GrantEntry, GrantUse, RingIndex, RingPage, SplitDrivers } from "./component.ts";

/** What reads give, one after the other; the last one stays. */
export type Reads = readonly number[];

export type GrantStep =
  | { readonly kind: "pin"; readonly domain: number; readonly readonly: boolean }
  /** One that reads, or one that writes, has done. */
  | { readonly kind: "unpin"; readonly readonly: boolean }
  /** The other domain writes its entry. */
  | { readonly kind: "entry"; readonly flags?: number; readonly domain?: number; readonly frame?: number };

export interface GrantDay {
  readonly flags: Reads;
  readonly domain: Reads;
  readonly frame: Reads;
  readonly use: GrantUse | null;
  /** Frames that the other domain has, and those of them that are for reading only. */
  readonly pages: readonly number[];
  readonly fixed: readonly number[];
  readonly steps: readonly GrantStep[];
}

const useOf = (use: GrantUse | null) =>
  use === null ? "nobody" : `frame ${use.frame}, ${use.readers} reading, ${use.writers} writing`;

/** A value that reads use up. */
function changing(reads: Reads) {
  let left = [...reads];
  return {
    read: () => (left.length > 1 ? left.shift() : left[0]) as number,
    write: (value: number) => {
      left = [value];
    },
    now: () => left[0] as number,
  };
}

const grants: Scenario<SplitDrivers, GrantDay, string[]> = {
  drive(component, day) {
    const [flags, domain, frame] = [changing(day.flags), changing(day.domain), changing(day.frame)];
    const entry: GrantEntry = {
      flags: flags.read,
      setFlags: (value) => flags.write(value & 0xffff),
      domain: domain.read,
      frame: frame.read,
      reach: (page, writable) => day.pages.includes(page) && !(writable && day.fixed.includes(page)),
    };
    let { use } = day;
    return day.steps.map((step) => {
      if (step.kind === "entry") {
        if (step.flags !== undefined) flags.write(step.flags);
        if (step.domain !== undefined) domain.write(step.domain);
        if (step.frame !== undefined) frame.write(step.frame);
        return `the other domain writes: flags ${flags.now()}`;
      }
      const given = act(step);
      return `${given}; flags ${flags.now()}`;
    });
    function act(step: Exclude<GrantStep, { kind: "entry" }>): string {
      if (step.kind === "pin") {
        const { domain: asking, readonly } = step;
        const made = component.pin({ domain: asking, readonly }, use, entry);
        const who = `domain ${asking} wants to ${readonly ? "read" : "write"}`;
        if (typeof made === "string") return `${who}: ${made}`;
        use = made;
        return `${who}: ${useOf(use)}`;
      }
      if (use === null) return "nobody uses it";
      use = component.unpin(step.readonly, use, entry);
      return `one that ${step.readonly ? "reads" : "writes"} has done: ${useOf(use)}`;
    }
  },
  describe(day) {
    const list = (reads: Reads) => reads.join(", then ");
    const step = (one: GrantStep): string => {
      if (one.kind === "pin") return `domain ${one.domain} wants to ${one.readonly ? "read" : "write"}`;
      if (one.kind === "unpin") return `one that ${one.readonly ? "reads" : "writes"} has done`;
      const { flags, domain, frame } = one;
      const what = Object.entries({ flags, domain, frame }).filter(([, value]) => value !== undefined);
      return `the other domain writes ${what.map(([name, value]) => `${name} ${value}`).join(", ")}`;
    };
    return [
      `entry: flags ${list(day.flags)}; domain ${list(day.domain)}; frame ${list(day.frame)}`,
      `in use by ${useOf(day.use)}`,
      `frames there: ${day.pages.join(", ")}; only for reading: ${day.fixed.join(", ") || "none"}`,
      ...day.steps.map(step),
    ].join("\n");
  },
};

export interface EventDay {
  /** Channels. */
  readonly pending: readonly number[];
  readonly masked: readonly number[];
  /** Words of `pending`. */
  readonly selected: readonly number[];
  readonly upcall: boolean;
  readonly steps: readonly EventStep[];
}

/** `handled`: the domain takes its upcall, and with it all words that are selected. */
export type EventStep =
  | { readonly kind: "sent" | "unmasked"; readonly channel: number }
  | { readonly kind: "handled" };

const WORDS = 32;

const events: Scenario<SplitDrivers, EventDay, string[]> = {
  drive(component, day) {
    const bits = (channels: readonly number[]) => {
      const made = new Uint32Array(WORDS);
      for (const channel of channels) made[channel >>> 5]! |= 1 << (channel & 31);
      return made;
    };
    const page: Record<EventField, Uint32Array> = {
      pending: bits(day.pending),
      mask: bits(day.masked),
      selector: bits(day.selected).slice(0, 1),
      upcall: Uint32Array.of(day.upcall ? 1 : 0),
    };
    const words = {
      read: (field: EventField, word: number) => page[field][word] ?? 0,
      write: (field: EventField, word: number, value: number) => {
        if (word >= 0 && word < page[field].length) page[field][word] = value;
      },
    };
    const lines = day.steps.map((step) => {
      if (step.kind === "handled") {
        const selected = page.selector[0]!;
        for (let word = 0; word < WORDS; word++)
          if ((selected >>> word) & 1) page.pending[word]! &= page.mask[word]!;
        page.upcall[0] = 0;
        page.selector[0] = 0;
        return "the domain handles what is selected";
      }
      const due = component.deliver(step.channel, step.kind, words);
      return `channel ${step.channel} ${step.kind}: ${due ? "an upcall is due" : "no upcall"}`;
    });
    const channels = (words: Uint32Array) =>
      [...Array(WORDS * words.length).keys()].filter((bit) => (words[bit >>> 5]! >>> (bit & 31)) & 1);
    const shown = (name: string, list: readonly number[]) => `${name} ${list.join(", ") || "none"}`;
    return [
      ...lines,
      shown("pending", channels(page.pending)),
      shown("masked", channels(page.mask)),
      shown("selected words", channels(page.selector)),
      `upcall ${page.upcall[0]}`,
    ];
  },
  describe: ({ pending, masked, selected, upcall, steps }) =>
    [
      `pending: ${pending.join(", ") || "none"}; masked: ${masked.join(", ") || "none"}`,
      `selected words: ${selected.join(", ") || "none"}; upcall ${upcall ? 1 : 0}`,
      ...steps.map((step) =>
        step.kind === "handled"
          ? "the domain handles what is selected"
          : `channel ${step.channel} ${step.kind}`,
      ),
    ].join("\n"),
};

export type RingStep =
  | { readonly kind: "take"; readonly most: number }
  | { readonly kind: "push"; readonly answers: number };

export interface RingDay {
  readonly size: number;
  readonly requests: number;
  readonly responses: number;
  readonly produced: Reads;
  /** `req_prod` when `req_event` is written: the front end was just before. Null: it stays. */
  readonly meanwhile: number | null;
  readonly event: number;
  /** `rsp_event` when `rsp_prod` is written, likewise. */
  readonly eventMeanwhile: number | null;
  readonly steps: readonly RingStep[];
}

const wrap = (index: number) => index >>> 0;

const ring: Scenario<SplitDrivers, RingDay, string[]> = {
  drive(component, day) {
    const produced = changing(day.produced);
    const event = changing([day.event]);
    let { requests, responses } = day;
    let lines: string[] = [];
    const page: RingPage = {
      read: (index: RingIndex) =>
        index === "req_prod" ? produced.read() : index === "rsp_event" ? event.read() : 0,
      write: (index, value) => {
        lines.push(`${index} is ${wrap(value)}`);
        if (index === "req_event" && day.meanwhile !== null) produced.write(day.meanwhile);
        if (index === "rsp_prod" && day.eventMeanwhile !== null) event.write(day.eventMeanwhile);
      },
      copy: (slot) => {
        // Whoever goes on for ever is stopped by the limits; until then the record must not grow.
        if (lines.length < 4 * day.size) lines.push(`slot ${slot} copied`);
        requests = wrap(requests + 1);
      },
      answer: (slot) => {
        if (lines.length < 4 * day.size) lines.push(`slot ${slot} answered`);
      },
    };
    return day.steps.flatMap((step) => {
      lines = [];
      const position = { size: day.size, requests, responses };
      if (step.kind === "take") {
        const sound = component.take(position, step.most, page);
        return [`take ${step.most}:`, ...lines, sound ? "taken" : "the index cannot be"];
      }
      const wanted = component.push(position, step.answers, page);
      responses = wrap(responses + step.answers);
      return [`push ${step.answers}:`, ...lines, wanted ? "an event" : "no event"];
    });
  },
  describe: ({ size, requests, responses, produced, meanwhile, event, eventMeanwhile, steps }) =>
    [
      `${size} slots; requests ${requests}, responses ${responses}`,
      `req_prod ${produced.join(", then ")}${meanwhile === null ? "" : `; ${meanwhile} by the time that req_event is written`}`,
      `rsp_event ${event}${eventMeanwhile === null ? "" : `; ${eventMeanwhile} by the time that rsp_prod is written`}`,
      ...steps.map((step) => (step.kind === "take" ? `take ${step.most}` : `push ${step.answers}`)),
    ].join("\n"),
};

export const SCENARIOS = defineScenarios<SplitDrivers>()({
  grants,
  events,
  ring,
  "grants-many": each(grants),
  "events-many": each(events),
  "ring-many": each(ring),
});
