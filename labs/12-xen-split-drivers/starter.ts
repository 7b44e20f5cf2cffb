import type {
  EventWords,
  GrantAsked,
  GrantEntry,
  GrantUse,
  RingPage,
  RingPosition,
  SplitDrivers,
} from "ringlab/labs/12-xen-split-drivers/component";

function pin(asked: GrantAsked, use: GrantUse | null, entry: GrantEntry): GrantUse | "denied" | "no page" {
  // Step 1. Is it permitted, which page, and who uses it then? (C1 … C6)
  return "no page";
}

function unpin(readonly: boolean, use: GrantUse, entry: GrantEntry): GrantUse | null {
  // Step 2. Who is left, and what do the flags say? (C7, C8)
  return use;
}

function deliver(channel: number, cause: "sent" | "unmasked", words: EventWords): boolean {
  // Step 3. The channel's bit, its word's bit, the upcall. (C9 … C12)
  return false;
}

function take(position: RingPosition, most: number, page: RingPage): boolean {
  // Step 4. What is new, can it be, and what if nothing is? (C13 … C16)
  return true;
}

function push(position: RingPosition, answers: number, page: RingPage): boolean {
  // Step 5. Slots, index, and does the front end want to know? (C17, C18)
  return false;
}

export const component: SplitDrivers = { pin, unpin, deliver, take, push };
