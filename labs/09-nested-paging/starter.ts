import type {
  Access,
  Context,
  Entry,
  Flush,
  Host,
  Memory,
  Nested,
  NestedPaging,
  Request,
  Slot,
  Tables,
  Walked,
} from "ringlab/labs/09-nested-paging/component";

function nestedWalk(gpa: number, access: Access, ept: Tables, memory: Memory): Nested {
  // Step 1. From the root down, one digit a level: a hole, misconfigured, a page, or the next table? (C1 to C5)
  return { kind: "page", hpa: gpa, size: 16, writable: true, executable: true };
}

function walk(request: Request, guest: Tables, ept: Tables, memory: Memory): Walked {
  // Step 2. The guest's tables, whose every address goes through nestedWalk. (C6 to C10)
  return { kind: "page", hpa: request.linear, size: 16, writable: true, executable: true, user: true };
}

function lookup(entries: readonly Entry[], linear: number, now: Context): number | null {
  // Step 3. Which entry is of this address, and of this context? (C11)
  const index = entries.findIndex(({ page, size }) => linear >= page && linear < page + size);
  return index < 0 ? null : index;
}

function flush(entries: readonly Entry[], what: Flush): number[] {
  // Step 4. Which go? (C12 to C15) All of them is never stale, and never fast.
  return entries.map((_, index) => index);
}

function onViolation(
  gpa: number,
  access: Access,
  ept: Tables,
  slots: readonly Slot[],
  host: Host,
): "retry" | "emulate" {
  // Step 5. Is it memory at all? How large a page fits, and which tables are missing? (C16 to C18)
  return "emulate";
}

export const component: NestedPaging = { nestedWalk, walk, lookup, flush, onViolation };
