/**
 * Plain data: what crosses the boundary between a component and the simulator. Numbers, strings, booleans, bigints, null,
 * undefined, lists, records and typed arrays; nothing that has behaviour. A copy reads everything once, so that what was
 * looked at is what is used, whatever a getter or a proxy would say the second time.
 */

/** Deeper data is taken for a circle. */
const DEPTH = 64;

/** The value is not plain data; the message says what it has instead. */
export class NotPlain extends Error {
  override name = "NotPlain";
}

/** @throws NotPlain */
export const copy = <T>(value: T): T => copied(value, false, 0) as T;

/** The same, and writing to it throws. Elements of typed arrays can be written: the language cannot freeze them. */
export const frozenCopy = <T>(value: T): T => copied(value, true, 0) as T;

function copied(value: unknown, freeze: boolean, depth: number): unknown {
  if (typeof value === "function") throw new NotPlain("a function");
  if (typeof value === "symbol") throw new NotPlain("a symbol");
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH) throw new NotPlain(`data more than ${DEPTH} levels deep, or that contains itself`);
  const result = Array.isArray(value) ? items(value, freeze, depth) : members(value, freeze, depth);
  return freeze && !ArrayBuffer.isView(result) ? Object.freeze(result) : result;
}

function items(value: readonly unknown[], freeze: boolean, depth: number): unknown[] {
  const { length } = value;
  const result: unknown[] = [];
  for (let index = 0; index < length; index++) result.push(copied(value[index], freeze, depth + 1));
  return result;
}

/** Typed arrays by the name in their tag, which tells them from what only looks like one. */
const VIEWS = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
} as const;
export type ViewName = keyof typeof VIEWS;
export type View = InstanceType<(typeof VIEWS)[ViewName]>;

const tagOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

export const isViewName = (name: unknown): name is ViewName =>
  typeof name === "string" && Object.hasOwn(VIEWS, name);

/** The name of a typed array's class; undefined for everything else. */
export const viewName = (value: object): ViewName | undefined => {
  const name: unknown = tagOf.call(value);
  return isViewName(name) ? name : undefined;
};

export const viewOf = (name: ViewName, bytes: Uint8Array): View =>
  new VIEWS[name](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);

function members(value: object, freeze: boolean, depth: number): object {
  if (ArrayBuffer.isView(value)) {
    const name = viewName(value);
    if (!name) throw new NotPlain("a view of memory of an unusual kind");
    return new VIEWS[name](value as never);
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new NotPlain(`an object of the class ${nameOf(prototype)}`);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    setMember(result, key, copied((value as Record<string, unknown>)[key], freeze, depth + 1));
  }
  return result;
}

/** A key "__proto__" becomes a member as every other one. */
export function setMember(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(record, key, { value, enumerable: true });
  else record[key] = value;
}

/** What a component is handed of an argument with methods: its data as a frozen copy, and the methods given here. */
export function frozenPort(port: object, methods: Readonly<Record<string, unknown>>): object {
  const data = Object.entries(port).filter(([, item]) => typeof item !== "function");
  if (data.length === 0) return Object.isFrozen(methods) ? methods : Object.freeze({ ...methods });
  return Object.freeze({ ...(frozenCopy(Object.fromEntries(data)) as object), ...methods });
}

function nameOf(prototype: { constructor?: { name?: unknown } }): string {
  const name = prototype.constructor?.name;
  return typeof name === "string" && /^[\w$]{1,40}$/.test(name) ? name : "without a name";
}
