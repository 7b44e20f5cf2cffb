/** How the hypervisor delivers an event to a domain: the contract, and our own way (event_channel.h). */

/** Words of 32 bits: `pending` and `mask` have a bit a channel, `selector` a bit for each word of `pending`; `upcall` is 0 or 1. */
export type EventField = "pending" | "mask" | "selector" | "upcall";

/** The page that the domain shares with the hypervisor. `word` is 0 for `selector` and `upcall`. */
export interface EventWords {
  /** Unsigned. */
  read(field: EventField, word: number): number;
  write(field: EventField, word: number, value: number): void;
}

export interface EventPolicy {
  /** An event was sent to the channel, or the domain unmasks it. True: an upcall has become pending by that. */
  deliver(channel: number, cause: "sent" | "unmasked", words: EventWords): boolean;
}

/** True: it was clear. */
function set(words: EventWords, field: EventField, word: number, bit: number): boolean {
  const was = words.read(field, word);
  if ((was & bit) !== 0) return false;
  words.write(field, word, was | bit);
  return true;
}

/** Three levels, and each is set only when the one before was not; a masked channel stops at the first. */
export const DELIVERY: EventPolicy = {
  deliver(channel, cause, words) {
    const word = channel >>> 5;
    const bit = 1 << (channel & 31);
    const masked = (words.read("mask", word) & bit) !== 0;
    if (cause === "unmasked") {
      if (!masked) return false;
      words.write("mask", word, words.read("mask", word) & ~bit);
      if ((words.read("pending", word) & bit) === 0) return false;
    } else if (!set(words, "pending", word, bit) || masked) return false;
    return set(words, "selector", 0, 1 << word) && set(words, "upcall", 0, 1);
  },
};
