/**
 * Wrong: does not mind how many are wanted.
 * Breaks clause: C13
 * Caught by: take: two are wanted
 * Caught by hidden: take: a few at a time
 */
import type {
  EventField,
  EventWords,
  GrantAsked,
  GrantEntry,
  GrantUse,
  RingPage,
  RingPosition,
  SplitDrivers,
} from "ringlab/labs/12-xen-split-drivers/component";

function pin(asked: GrantAsked, use: GrantUse | null, entry: GrantEntry): GrantUse | "denied" | "no page" {
  const flags = entry.flags();
  if ((flags & 3) !== 1) return "denied";
  if (entry.domain() !== asked.domain) return "denied";
  if (!asked.readonly && (flags & 4) !== 0) return "denied";
  const frame = use === null ? entry.frame() : use.frame;
  if (!entry.reach(frame, !asked.readonly)) return "no page";
  entry.setFlags(asked.readonly ? flags | 8 : flags | 24);
  let readers = use === null ? 0 : use.readers;
  let writers = use === null ? 0 : use.writers;
  if (asked.readonly) readers++;
  else writers++;
  return { frame, readers, writers };
}

function unpin(readonly: boolean, use: GrantUse, entry: GrantEntry): GrantUse | null {
  let { readers, writers } = use;
  if (readonly) readers--;
  else writers--;
  let flags = entry.flags();
  if (writers === 0) flags &= ~16;
  if (readers + writers === 0) flags &= ~8;
  entry.setFlags(flags);
  return readers + writers === 0 ? null : { frame: use.frame, readers, writers };
}

/** True: the bit was clear. */
function set(words: EventWords, field: EventField, word: number, bit: number): boolean {
  const was = words.read(field, word);
  if ((was & bit) !== 0) return false;
  words.write(field, word, (was | bit) >>> 0);
  return true;
}

function deliver(channel: number, cause: "sent" | "unmasked", words: EventWords): boolean {
  const word = Math.floor(channel / 32);
  const bit = 1 << (channel % 32);
  const mask = words.read("mask", word);
  const masked = (mask & bit) !== 0;
  if (cause === "sent") {
    if (!set(words, "pending", word, bit)) return false;
    if (masked) return false;
  } else {
    if (!masked) return false;
    words.write("mask", word, (mask & ~bit) >>> 0);
    if ((words.read("pending", word) & bit) === 0) return false;
  }
  if (!set(words, "selector", 0, 1 << word)) return false;
  return set(words, "upcall", 0, 1);
}

function take(position: RingPosition, _most: number, page: RingPage): boolean {
  const { size, requests, responses } = position;
  let produced = page.read("req_prod");
  if (produced === requests) {
    page.write("req_event", (requests + 1) >>> 0);
    produced = page.read("req_prod");
  }
  const fresh = (produced - requests) >>> 0;
  if (fresh > size) return false;
  if ((produced - responses) >>> 0 > size) return false;
  const count = fresh;
  for (let n = 0; n < count; n++) page.copy(((requests + n) >>> 0) % size);
  return true;
}

function push(position: RingPosition, answers: number, page: RingPage): boolean {
  const { size, responses } = position;
  for (let n = 0; n < answers; n++) page.answer(((responses + n) >>> 0) % size);
  const now = (responses + answers) >>> 0;
  page.write("rsp_prod", now);
  const event = page.read("rsp_event");
  return (now - event) >>> 0 < answers;
}

export const component: SplitDrivers = { pin, unpin, deliver, take, push };
