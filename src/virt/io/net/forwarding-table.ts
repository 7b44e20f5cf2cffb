/** Stations and the ports that they were seen at, so many at most. */
import type { Mac } from "./address.ts";
import type { Entry, ForwardingTable } from "./bridge.ts";

export class StationTable implements ForwardingTable {
  readonly #vlans = new Map<number, Map<Mac, Entry>>();
  readonly #capacity: number;
  #size = 0;

  /** When it is full, new stations are not learned: a flood of invented addresses does not fill the host's memory. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  find(vlan: number, mac: Mac): Entry | null {
    return this.#vlans.get(vlan)?.get(mac) ?? null;
  }

  set(vlan: number, mac: Mac, port: number, at: number): void {
    const known = this.find(vlan, mac) !== null;
    if (!known && this.#size === this.#capacity) return;
    if (!known) this.#size++;
    let stations = this.#vlans.get(vlan);
    if (!stations) {
      stations = new Map();
      this.#vlans.set(vlan, stations);
    }
    stations.set(mac, { port, at });
  }

  remove(vlan: number, mac: Mac): void {
    if (this.#vlans.get(vlan)?.delete(mac)) this.#size--;
  }

  entries() {
    return [...this.#vlans].flatMap(([vlan, stations]) =>
      [...stations].map(([mac, entry]) => ({ vlan, mac, ...entry })),
    );
  }
}
