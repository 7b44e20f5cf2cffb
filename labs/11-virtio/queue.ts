/** The simulator's own virtqueue made of a component: what every virtio device takes in the place of the reference. */
import type { Dma, QueueLayout, Virtqueue, VirtqueueFactory } from "../../src/systems/io/virtio.ts";
import type { Memory, VirtqueueDevice } from "./component.ts";

type Iova = Parameters<Dma["read"]>[0];

export function memoryOf(dma: Dma): Memory {
  return {
    read(at, bytes) {
      const into = new Uint8Array(bytes);
      if (!dma.read(at as Iova, into)) return -1;
      return into.reduceRight((sum, byte) => sum * 256 + byte, 0);
    },
    write(at, bytes, value) {
      return dma.write(
        at as Iova,
        Uint8Array.from({ length: bytes }, (_, i) => value / 2 ** (8 * i)),
      );
    },
  };
}

export function queueOf(component: VirtqueueDevice): VirtqueueFactory {
  return (layout: QueueLayout, dma: Dma, [available = 0, used = 0, told = 0] = []): Virtqueue => {
    const { size, descriptors, indirect, eventIndex } = layout;
    const queue = { size, descriptors, available: layout.driver, used: layout.device, indirect, eventIndex };
    const memory = memoryOf(dma);
    const position = { available, used, told };
    return {
      pop() {
        const head = component.next(queue, { ...position }, memory);
        if (head === null) return undefined;
        if (typeof head === "string") return { fault: head };
        const buffer = component.buffer(queue, head, memory);
        if (typeof buffer === "string") return { fault: buffer };
        position.available = (position.available + 1) & 0xffff;
        return { id: head, slots: 1, ...buffer };
      },
      push(chain, written) {
        if (!component.give(queue, { ...position }, chain.id, written, memory)) return false;
        position.used = (position.used + 1) & 0xffff;
        return true;
      },
      notify() {
        if (position.used === position.told) return false;
        const told = component.tells(queue, { ...position }, memory);
        position.told = position.used;
        return told;
      },
      listen(wanted) {
        if (eventIndex) return !wanted || memory.write(queue.used + 4 + 8 * size, 2, position.available);
        return memory.write(queue.used, 2, wanted ? 0 : 1);
      },
      position: () => [position.available, position.used, position.told, 1],
    };
  };
}
