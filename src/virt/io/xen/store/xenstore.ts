/**
 * XenStore (docs/misc/xenstore.txt): the tree in which domains tell each other where their rings are. Who writes to a node wakes everybody
 * who watches it or something above it.
 *
 *     transaction   start ──▶ works on the tree as it was then ──▶ end ──▶ nothing it looked at has changed: all of it at once
 *                                                                     └──▶ something has: EAGAIN, nothing of it
 */
import {
  absolute,
  children,
  isWithin,
  may,
  type Node,
  type Permission,
  parent,
  ROOT,
  type Tree,
} from "./tree.ts";

export type StoreError = "EACCES" | "EAGAIN" | "EBUSY" | "EEXIST" | "EINVAL" | "ENOENT" | "ENOSPC";
export type Result<T> = { readonly value: T } | { readonly error: StoreError };

export type Watch = (path: string, token: string) => void;

interface Watching {
  readonly domain: number;
  readonly path: string;
  readonly token: string;
  readonly wake: Watch;
}

interface Transaction {
  readonly domain: number;
  tree: Tree;
  /** Generation of every node it looked at, when it started; 0: there was none. */
  readonly seen: Map<string, number>;
  readonly changed: Set<string>;
}

/** What a domain without privilege may have (xenstored's defaults). */
export const QUOTA = { nodes: 1000, bytes: 2048, watches: 128, transactions: 10 } as const;

const DONE: Result<undefined> = { value: undefined };
const fails = (error: StoreError): { readonly error: StoreError } => ({ error });

export class XenStore {
  readonly #later: (domain: number, work: () => void) => void;
  #tree: Tree;
  #watches: Watching[] = [];
  readonly #transactions = new Map<number, Transaction>();
  #nextTransaction = 1;
  #generation = 1;

  /** `later` has a domain do something when it runs next. */
  constructor(later: (domain: number, work: () => void) => void) {
    this.#later = later;
    const permissions = [{ domain: 0, read: true, write: false }] as const;
    this.#tree = new Map([[ROOT, { value: "", permissions, generation: 1 }]]);
  }

  read(domain: number, path: string, transaction = 0): Result<string> {
    const found = this.#look(domain, path, transaction);
    return "error" in found ? found : { value: found.value.node.value };
  }

  directory(domain: number, path: string, transaction = 0): Result<readonly string[]> {
    const found = this.#look(domain, path, transaction);
    return "error" in found ? found : { value: children(found.value.tree, found.value.path) };
  }

  permissions(domain: number, path: string, transaction = 0): Result<readonly Permission[]> {
    const found = this.#look(domain, path, transaction);
    return "error" in found ? found : { value: found.value.node.permissions };
  }

  /** Makes the node, and those above it, with the permissions of the nearest one that there is. */
  write(domain: number, path: string, value: string, transaction = 0): Result<undefined> {
    if (domain !== 0 && value.length > QUOTA.bytes) return fails("ENOSPC");
    return this.#change(domain, path, transaction, (tree, full) => {
      const missing: string[] = [];
      let nearest = full;
      for (; !tree.has(nearest); nearest = parent(nearest)) missing.push(nearest);
      const above = tree.get(nearest) as Node;
      if (!may(above, domain, "write")) return "EACCES";
      if (domain !== 0 && missing.length > 0 && owned(tree, domain) + missing.length > QUOTA.nodes)
        return "ENOSPC";
      const [first, ...others] = above.permissions;
      const owner = domain === 0 ? first.domain : domain;
      for (const one of missing)
        tree.set(one, {
          value: "",
          permissions: [{ ...first, domain: owner }, ...others],
          generation: ++this.#generation,
        });
      if (missing.length > 0) tree.set(nearest, { ...above, generation: ++this.#generation });
      tree.set(full, { ...(tree.get(full) as Node), value, generation: ++this.#generation });
      return [...missing, nearest, full];
    });
  }

  /** With all that is below it. */
  remove(domain: number, path: string, transaction = 0): Result<undefined> {
    return this.#change(domain, path, transaction, (tree, full) => {
      const node = tree.get(full);
      if (node === undefined) return "ENOENT";
      if (full === ROOT) return "EINVAL";
      if (!may(node, domain, "write")) return "EACCES";
      const gone = [...tree.keys()].filter((one) => isWithin(one, full));
      for (const one of gone) tree.delete(one);
      const above = tree.get(parent(full)) as Node;
      tree.set(parent(full), { ...above, generation: ++this.#generation });
      return [...gone, parent(full)];
    });
  }

  /** Only its owner, or Domain 0, says who may; nobody but Domain 0 gives a node away. */
  setPermissions(
    domain: number,
    path: string,
    permissions: readonly [Permission, ...Permission[]],
    transaction = 0,
  ): Result<undefined> {
    return this.#change(domain, path, transaction, (tree, full) => {
      const node = tree.get(full);
      if (node === undefined) return "ENOENT";
      const owner = node.permissions[0].domain;
      if (domain !== 0 && (owner !== domain || permissions[0].domain !== owner)) return "EACCES";
      tree.set(full, { ...node, permissions, generation: ++this.#generation });
      return [full];
    });
  }

  /** Fires once at once, then with every change at the path or below it. Who may not read a node is not told of it. */
  watch(domain: number, path: string, token: string, wake: Watch): Result<undefined> {
    const full = absolute(path, domain);
    if (full === undefined) return fails("EINVAL");
    const own = this.#watches.filter((one) => one.domain === domain);
    if (own.some((one) => one.path === full && one.token === token)) return fails("EEXIST");
    if (domain !== 0 && own.length >= QUOTA.watches) return fails("ENOSPC");
    const watching = { domain, path: full, token, wake };
    this.#watches.push(watching);
    this.#fire(watching, full);
    return DONE;
  }

  unwatch(domain: number, path: string, token: string): Result<undefined> {
    const full = absolute(path, domain);
    const kept = this.#watches.filter(
      (one) => one.domain !== domain || one.path !== full || one.token !== token,
    );
    if (kept.length === this.#watches.length) return fails("ENOENT");
    this.#watches = kept;
    return DONE;
  }

  start(domain: number): Result<number> {
    const running = [...this.#transactions.values()].filter((one) => one.domain === domain);
    if (domain !== 0 && running.length >= QUOTA.transactions) return fails("EBUSY");
    const id = this.#nextTransaction++;
    this.#transactions.set(id, { domain, tree: this.#tree, seen: new Map(), changed: new Set() });
    return { value: id };
  }

  end(domain: number, id: number, commit: boolean): Result<undefined> {
    const transaction = this.#transactions.get(id);
    if (transaction?.domain !== domain) return fails("ENOENT");
    this.#transactions.delete(id);
    if (!commit) return DONE;
    const { tree, seen, changed } = transaction;
    for (const [path, generation] of seen)
      if ((this.#tree.get(path)?.generation ?? 0) !== generation) return fails("EAGAIN");
    const merged = new Map(this.#tree);
    for (const path of changed) {
      const node = tree.get(path);
      if (node === undefined) merged.delete(path);
      else merged.set(path, node);
    }
    this.#publish(merged, changed, this.#tree);
    return DONE;
  }

  /** A domain is gone: its watches and transactions go, its nodes are the toolstack's to remove. */
  forget(domain: number): void {
    this.#watches = this.#watches.filter((one) => one.domain !== domain);
    for (const [id, transaction] of this.#transactions)
      if (transaction.domain === domain) this.#transactions.delete(id);
  }

  #look(domain: number, path: string, id: number): Result<{ tree: Tree; path: string; node: Node }> {
    const full = absolute(path, domain);
    if (full === undefined) return fails("EINVAL");
    const transaction = this.#transactions.get(id);
    if (id !== 0 && transaction?.domain !== domain) return fails("ENOENT");
    const tree = transaction?.tree ?? this.#tree;
    if (transaction !== undefined) this.#see(transaction, full);
    const node = tree.get(full);
    if (node === undefined) return fails("ENOENT");
    return may(node, domain, "read") ? { value: { tree, path: full, node } } : fails("EACCES");
  }

  #change(
    domain: number,
    path: string,
    id: number,
    act: (tree: Map<string, Node>, full: string) => StoreError | readonly string[],
  ): Result<undefined> {
    const full = absolute(path, domain);
    if (full === undefined) return fails("EINVAL");
    const transaction = this.#transactions.get(id);
    if (id !== 0 && transaction?.domain !== domain) return fails("ENOENT");
    const before = transaction?.tree ?? this.#tree;
    const tree = new Map(before);
    const touched = act(tree, full);
    if (typeof touched === "string") return fails(touched);
    if (transaction === undefined) this.#publish(tree, [full], before);
    else {
      for (const one of touched) {
        this.#see(transaction, one);
        transaction.changed.add(one);
      }
      transaction.tree = tree;
    }
    return DONE;
  }

  /** What it looks at for the first time is as it was at the start, or its own work already. */
  #see({ seen, changed, tree }: Transaction, path: string): void {
    if (!seen.has(path) && !changed.has(path)) seen.set(path, tree.get(path)?.generation ?? 0);
  }

  #publish(tree: Tree, changed: Iterable<string>, before: Tree): void {
    this.#tree = tree;
    for (const path of changed)
      for (const watching of this.#watches) {
        // A directory that goes takes with it what is watched below.
        const reached = isWithin(path, watching.path)
          ? path
          : !tree.has(path) && isWithin(watching.path, path) && watching.path;
        if (reached === false) continue;
        const node = tree.get(reached) ?? before.get(reached);
        if (node !== undefined && may(node, watching.domain, "read")) this.#fire(watching, reached);
      }
  }

  #fire(watching: Watching, path: string): void {
    this.#later(watching.domain, () => {
      if (this.#watches.includes(watching)) watching.wake(path, watching.token);
    });
  }
}

function owned(tree: Tree, domain: number): number {
  let nodes = 0;
  for (const { permissions } of tree.values()) if (permissions[0].domain === domain) nodes++;
  return nodes;
}
