/**
 * Wrong: takes a long chain for a loop.
 * Breaks clause: C7
 * Caught by: chain: a chain as long as the queue
 * Caught by hidden: chain: long chains
 */
import type {
  Buffer,
  Fault,
  Memory,
  Position,
  Queue,
  Segment,
  VirtqueueDevice,
} from "ringlab/labs/11-virtio/component";

function next(queue: Queue, position: Position, memory: Memory): number | Fault | null {
  const idx = memory.read(queue.available + 2, 2);
  if (idx < 0) return "outside";
  if (idx === position.available) return null;
  if (((idx - position.used) & 0xffff) > queue.size) return "index";
  if (((idx - position.available) & 0xffff) > queue.size) return "index";
  const head = memory.read(queue.available + 4 + 2 * (position.available % queue.size), 2);
  if (head < 0) return "outside";
  if (queue.eventIndex) memory.write(queue.used + 4 + 8 * queue.size, 2, (position.available + 1) & 0xffff);
  return head;
}

function buffer(queue: Queue, head: number, memory: Memory): Buffer | Fault {
  const readable: Segment[] = [];
  const writable: Segment[] = [];
  let table = queue.descriptors;
  let entries = queue.size;
  let inTable = false;
  let index = head;
  let bytes = 0;
  let count = 0;
  for (;;) {
    if (index >= entries) return "head";
    const at = table + 16 * index;
    const flags = memory.read(at + 12, 2);
    if (flags < 0) return "outside";
    const address = memory.read(at, 8);
    const length = memory.read(at + 8, 4);
    if (flags & 4) {
      if (!queue.indirect || inTable) return "indirect";
      if (flags & 1 || length === 0 || length % 16 !== 0) return "indirect";
      table = address;
      entries = length / 16;
      inTable = true;
      index = 0;
      continue;
    }
    count++;
    if (count >= queue.size) return "loop";
    bytes += length;
    if (bytes > 2 ** 32) return "length";
    if (flags & 2) writable.push({ address, length });
    else if (writable.length > 0) return "order";
    else readable.push({ address, length });
    if (!(flags & 1)) return { readable, writable };
    index = memory.read(at + 14, 2);
  }
}

function give(queue: Queue, position: Position, head: number, written: number, memory: Memory): boolean {
  const entry = queue.used + 4 + 8 * (position.used % queue.size);
  if (!memory.write(entry, 4, head)) return false;
  if (!memory.write(entry + 4, 4, written)) return false;
  return memory.write(queue.used + 2, 2, (position.used + 1) & 0xffff);
}

function tells(queue: Queue, position: Position, memory: Memory): boolean {
  if (!queue.eventIndex) return (memory.read(queue.available, 2) & 1) === 0;
  const event = memory.read(queue.available + 4 + 2 * queue.size, 2);
  const given = (position.used - position.told) & 0xffff;
  return ((position.used - event - 1) & 0xffff) < given;
}

export const component: VirtqueueDevice = { next, buffer, give, tells };
