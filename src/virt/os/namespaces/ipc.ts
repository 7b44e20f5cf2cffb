/**
 * IPC namespaces: ipc_namespaces(7). Message queues and shared memory of System V are found by keys, and each namespace has keys of its
 * own; sysvipc(7), svipc.
 */
import { refuse } from "../errno.ts";
import type { UserNamespace } from "./user.ts";

/** Ids are kernel ids; the mode's nine bits are as a file's, without those for execution. */
export interface IpcObject {
  readonly id: number;
  readonly key: number;
  readonly creator: number;
  readonly creatorGroup: number;
  uid: number;
  gid: number;
  mode: number;
}

export interface Message {
  readonly type: number;
  readonly text: Uint8Array;
}
export interface MessageQueue extends IpcObject {
  readonly messages: Message[];
}
export interface SharedMemory extends IpcObject {
  readonly bytes: Uint8Array;
}

/** IPC_PRIVATE: nobody finds it by its key. */
export const PRIVATE_KEY = 0;
/** An id is the place in the table, and above it how often the table was gone through, so that an old id is not taken for a new one. */
const PLACE_BITS = 15;
const PLACES = 1 << PLACE_BITS;
/** Places are taken in turn among this many at least, or half again as many as are in use. */
const LEAST_CYCLE = 64;

export class IpcTable<T extends IpcObject> {
  private readonly places = new Map<number, T>();
  private last = -1;
  private round = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** With the id that it must have. */
  add(make: (id: number) => T): T {
    if (this.places.size >= this.most) refuse("ENOSPC");
    const cycle = Math.min(PLACES, Math.max(LEAST_CYCLE, Math.floor(((this.places.size + 1) * 3) / 2)));
    let place = (this.last + 1) % cycle;
    while (this.places.has(place)) place = (place + 1) % cycle;
    const round = place <= this.last ? (this.round + 1) % PLACES : this.round;
    const object = make((round << PLACE_BITS) | place);
    [this.last, this.round] = [place, round];
    this.places.set(place, object);
    return object;
  }
  find(key: number): T | undefined {
    if (key === PRIVATE_KEY) return undefined;
    return [...this.places.values()].find((object) => object.key === key);
  }
  get(id: number): T {
    const object = this.places.get(id & (PLACES - 1));
    return object?.id === id ? object : refuse("EINVAL");
  }
  remove({ id }: T): void {
    this.places.delete(id & (PLACES - 1));
  }
}

export class IpcNamespace {
  readonly kind = "ipc";
  readonly userNamespace: UserNamespace;
  /** /proc/sys/kernel/msgmni and shmmni. */
  readonly queues = new IpcTable<MessageQueue>(32_000);
  readonly memory = new IpcTable<SharedMemory>(4096);

  constructor(userNamespace: UserNamespace) {
    this.userNamespace = userNamespace;
  }
}
