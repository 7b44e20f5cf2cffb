/** A container's changes as a layer, and the layer as changes again. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mkdir } from "../../../../../src/virt/os/calls/files.ts";
import type { Inode } from "../../../../../src/virt/os/fs/inode.ts";
import { isWhiteout, makeOpaque, TRUSTED, WHITEOUT } from "../../../../../src/virt/os/fs/overlay/layer.ts";
import { resolve } from "../../../../../src/virt/os/fs/path.ts";
import { Tmpfs } from "../../../../../src/virt/os/fs/tmpfs.ts";
import { packLayer } from "../../../../../src/virt/os/image/layer/diff.ts";
import { LIMITS } from "../../../../../src/virt/os/image/layer/limits.ts";
import { readEntries } from "../../../../../src/virt/os/image/layer/read.ts";
import { unpackInto } from "../../../../../src/virt/os/image/layer/unpack.ts";
import { UserNamespace } from "../../../../../src/virt/os/namespaces/user.ts";
import { World } from "../../../../../src/virt/os/script.ts";
import { host } from "../samples.ts";

const USER = new UserNamespace();
const root = () => new Tmpfs(USER, { mode: 0o755, uid: 0, gid: 0 }).root;

/** A tree as text, hard links as the first name of their inode. */
function text(directory: Inode, at = "", seen = new Map<Inode, string>()): string[] {
  return [...directory.names()].sort().flatMap((name) => {
    const inode = directory.lookup(name)!;
    const path = `${at}/${name}`;
    const first = seen.get(inode);
    if (first) return [`${path} = ${first}`];
    seen.set(inode, path);
    if (isWhiteout(inode)) return [`${path} whiteout`];
    const { type, attributes, device } = inode;
    const content =
      type === "file" ? [...inode.read(0, inode.size)] : type === "symlink" ? inode.target : (device ?? "");
    const xattrs = inode.listXattrs().map((key) => `${key}=${inode.getXattr(key)}`);
    const line = [path, type, attributes.mode, attributes.uid, attributes.gid, content, xattrs].join(" ");
    return type === "directory" ? [line, ...text(inode, path, seen)] : [line];
  });
}

async function again(upper: Inode): Promise<Inode> {
  const task = host();
  mkdir(task, "/l", 0o755);
  const entries = await readEntries(await packLayer(upper, USER), "layer", LIMITS);
  expect(unpackInto(task, "/l", entries, "layer")).toEqual([]);
  return resolve(task, "/l").inode;
}

type Step = { kind: number; at: number; name: string; id: number; bytes: Uint8Array };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(7),
  at: fc.nat(20),
  name: fc.oneof(
    fc.constantFrom("a", "b", "ä", " ", "x".repeat(255), "-", "a b", "\n"),
    fc
      .string({ minLength: 1, maxLength: 8, unit: "binary-ascii" })
      .filter((name) => !/[/\0\ufffd]|^\.{1,2}$|^\.wh\./.test(name)),
  ),
  id: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
  bytes: fc.uint8Array({ maxLength: 1500 }),
});

function build(steps: readonly Step[]): Inode {
  const top = root();
  const directories = [top];
  const files: Inode[] = [];
  for (const { kind, at, name, id, bytes } of steps) {
    const parent = directories[at % directories.length]!;
    if (parent.lookup(name)) continue;
    const owner = { mode: id & 0o7777, uid: id, gid: (id >>> 3) % 70_000 };
    if (kind <= 1) {
      const made = parent.make(name, { ...owner, type: "directory" });
      if (kind === 1) makeOpaque(TRUSTED, made);
      directories.push(made);
    } else if (kind === 2) parent.make(name, WHITEOUT);
    else if (kind === 3) parent.make(name, { ...owner, mode: 0o777, type: "symlink", target: `../${name}` });
    else if (kind === 4)
      parent.make(name, { ...owner, type: "block", device: [(id % 4095) + 1, id & 0xfffff] });
    else if (kind === 5 && files.length > 0) parent.link(name, files[at % files.length]!);
    else {
      const made = parent.make(name, { ...owner, type: "file" });
      made.write(0, bytes);
      if (kind === 6) made.setXattr(`user.${"k".repeat(1 + (at % 3))}`, new TextEncoder().encode(name));
      files.push(made);
    }
  }
  return top;
}

test("there and back it is the same tree, and the same bytes", () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const upper = build(steps);
      const copy = await again(upper);
      expect(text(copy)).toEqual(text(upper));
      expect(await packLayer(copy, USER)).toEqual(await packLayer(upper, USER));
    }),
    { numRuns: 25, seed: 8 },
  ));

test("what a union did shows through its layer again", async () => {
  const world = new World();
  const lines = [
    "mkdir /low 755",
    "mkdir /low/d 755",
    "write /low/d/old 1",
    "write /low/gone 2",
    "write /low/kept 3",
    "mkdir /up 755",
    "mkdir /work 755",
    "mkdir /m 755",
    "mount none /m overlay none lowerdir=/low,upperdir=/up,workdir=/work",
    "unlink /m/gone",
    "unlink /m/d/old",
    "rmdir /m/d",
    "mkdir /m/d 755",
    "write /m/d/new 4",
    "append /m/kept 5",
  ];
  for (const line of lines) expect(`${line}: ${world.perform(`init: ${line}`)}`).toBe(`${line}: ok`);
  const upper = resolve(world.task("init"), "/up").inode;
  const names = (await readEntries(await packLayer(upper, USER), "layer", LIMITS)).map((entry) =>
    entry.names.join("/"),
  );
  expect(names).toEqual(["d", "d/.wh..wh..opq", "d/new", ".wh.gone", "kept"]);
});

describe("what a layer cannot say", () => {
  test("a name that is a whiteout's", async () => {
    const upper = root();
    upper.make(".wh.a", { type: "file", mode: 0o644, uid: 0, gid: 0 });
    await expect(packLayer(upper, USER)).rejects.toThrow("/.wh.a: a layer cannot have this name");
  });
  test("an owner without a name", async () => {
    const upper = root();
    upper.make("a", { type: "file", mode: 0o644, uid: 5, gid: 0 });
    const inner = new UserNamespace(USER, { euid: 0, egid: 0, effective: new Set(), userNamespace: USER });
    await expect(packLayer(upper, inner)).rejects.toThrow("/a: it belongs to somebody who has no name here");
  });
});
