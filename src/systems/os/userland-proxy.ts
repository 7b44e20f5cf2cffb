/**
 * docker-proxy: a process of the machine's for each published TCP port, which takes connections at any of the machine's addresses and begins one
 * of its own to the container. It serves those for whom no destination is translated: who asks at 127.0.0.1, and other containers.
 */
import type { Ip } from "../../virt/io/net/address.ts";
import type { Connection } from "../../virt/io/net/host/connection.ts";
import type { Stack } from "../../virt/io/net/stack.ts";

export class UserlandProxy {
  readonly #stack: Stack;
  readonly #ports = new Set<number>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** Whether somebody else listens there already. */
  isTaken(port: number): boolean {
    const listening = this.#stack.addresses.some((address) => this.#stack.at(address).tcp.listens(port));
    return listening && !this.#ports.has(port);
  }

  /** At all addresses that the machine has now. */
  listen(port: number, to: { readonly address: Ip; readonly port: number }): void {
    this.#ports.add(port);
    for (const address of this.#stack.addresses)
      this.#stack.at(address).tcp.listen(port, (connection) => {
        const from = this.#stack.sourceFor(to.address);
        if (from === undefined) connection.abort();
        else join(connection, this.#stack.at(from).tcp.connect(to.address, to.port));
      });
  }

  close(port: number): void {
    this.#ports.delete(port);
    for (const address of this.#stack.addresses) this.#stack.at(address).tcp.close(port);
  }
}

/** What one side sends the other gets; an end that fails ends the other. */
function join(one: Connection, other: Connection): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.onData = (data) => to.write(data);
    from.onFinish = () => to.finish();
    from.onClose = (reason) => {
      if (reason !== undefined && to.state !== "closed") to.abort();
    };
  }
}
