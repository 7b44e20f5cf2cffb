import type {
  Buffer,
  Fault,
  Memory,
  Position,
  Queue,
  VirtqueueDevice,
} from "ringlab/labs/11-virtio/component";

function next(queue: Queue, position: Position, memory: Memory): number | Fault | null {
  // Step 1. Is there anything new, can it be, and where is it? (C1 … C4)
  return null;
}

function buffer(queue: Queue, head: number, memory: Memory): Buffer | Fault {
  // Step 2. From one descriptor to the next, and trust none of them. (C5 … C9)
  // Step 3. A table of descriptors somewhere else. (C10, C11)
  return "outside";
}

function give(queue: Queue, position: Position, head: number, written: number, memory: Memory): boolean {
  // Step 4. The entry first, then the index. (C12, C13)
  return true;
}

function tells(queue: Queue, position: Position, memory: Memory): boolean {
  // Step 5. Does the driver want to hear of it? (C14, C15, C16)
  return position.told > 0x7fff;
}

export const component: VirtqueueDevice = { next, buffer, give, tells };
