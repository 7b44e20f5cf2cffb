/** A disk that is full at whatever point: it is said, nothing half-done stays, and what was there works on. */
import { expect, test } from "vitest";
import { type Image, readImage, writeImage } from "../../../../src/virt/os/image/image.ts";
import { Storage } from "../../../../src/virt/os/image/storage.ts";
import { BlobStore } from "../../../../src/virt/os/image/store.ts";
import { World } from "../../../../src/virt/os/script.ts";
import { CONFIG, listing, symlink, tarOf } from "./samples.ts";

async function image(): Promise<{ blobs: BlobStore; image: Image }> {
  const blobs = new BlobStore();
  const layers = [
    await tarOf(
      { name: "bin/", mode: 0o755 },
      { name: "bin/true", body: "!".repeat(5000) },
      symlink("l", "x".repeat(200)),
    ),
    await tarOf({ name: ".wh.l" }, { name: "etc/name", body: "1" }, { name: "etc/d/" }),
  ];
  return { blobs, image: readImage(blobs, writeImage(blobs, layers, CONFIG)) };
}

function disk(options: string) {
  const world = new World();
  for (const line of ["mkdir /disk 755", `mount none /disk tmpfs none ${options}`])
    expect(world.perform(`init: ${line}`)).toBe("ok");
  return world;
}
/** How many more names and pages there is room for. */
function room(world: World): number[] {
  const fill = (make: (i: number) => string) => {
    let i = 0;
    while (world.perform(make(i)) === "ok") i++;
    for (let gone = 0; gone <= i; gone++) world.perform(`init: unlink /disk/fill${gone}`);
    return i;
  };
  return [fill((i) => `init: create /disk/fill${i} 644`), fill((i) => `init: write /disk/fill${i} 1`)];
}

const outcome = async (call: () => unknown): Promise<string> => {
  try {
    await call();
    return "done";
  } catch (error) {
    const { name, message } = error as Error;
    return name === "DocumentError" ? message : `${name}: ${message}`;
  }
};

const sizes = Array.from({ length: 24 }, (_, i) => i + 1);
test.for([
  ["names", (i: number) => `size=100k,nr_inodes=${i}`],
  ["bytes", (i: number) => `nr_inodes=100,size=${4 * i}k`],
] as const)("full of %s", async ([, options]) => {
  const { blobs, image: one } = await image();
  const seen = new Set<string>();
  for (const size of sizes) {
    const world = disk(options(size));
    const task = world.task("init");
    let storage: Storage | undefined;
    const made = await outcome(() => {
      storage = new Storage(task, blobs, "/disk/store");
    });
    if (!storage) {
      expect(made).toMatch(
        /^\/disk\/store: no space is left in \/disk\/store \(ENOSPC\)\. Make its file system larger/,
      );
      continue;
    }
    const before = listing(task, "/disk");
    const rest = room(world);
    const pulled = await outcome(() => storage!.pull(one));
    if (pulled !== "done") {
      expect(pulled).toMatch(/^sha256:[0-9a-f]{64}.*: no space is left.*\(ENOSPC\)\. Make/);
      // Whole layers alone stay, and are not unpacked again.
      const layers = listing(task, "/disk/store/layers").filter((line) => line.split("/").length === 5);
      expect(layers).toHaveLength(storage.layers);
      if (storage.layers === 0) expect([listing(task, "/disk"), room(world)]).toEqual([before, rest]);
      seen.add(`${storage.layers} layers`);
      continue;
    }
    const unmounted = listing(task, "/disk");
    const left = room(world);
    const mounted = await outcome(() => storage!.mount("one", one));
    if (mounted === "done") storage.unmount("one");
    else expect(mounted).toMatch(/^one: no space is left in \/disk\/store/);
    expect([listing(task, "/disk"), room(world)]).toEqual([unmounted, left]);
    seen.add(mounted === "done" ? "all" : "no container");
  }
  expect([...seen]).toContain("all");
  expect([...seen]).toContain("0 layers");
});

test("a container's changes on a full disk are refused, and the image below is whole", async () => {
  const { blobs, image: one } = await image();
  const world = disk("size=100k,nr_inodes=100");
  const task = world.task("init");
  const storage = new Storage(task, blobs, "/disk/store");
  await storage.pull(one);
  const merged = storage.mount("one", one);
  for (let how = "write"; world.perform(`init: ${how} /disk/filler ${"x".repeat(4096)}`) === "ok"; )
    how = "append";
  expect(world.perform(`init: append ${merged}/bin/true more`)).toBe("ENOSPC");
  expect(world.perform(`init: stat ${merged}/bin/true`)).toContain("size=5000");
  expect(world.perform("init: unlink /disk/filler")).toBe("ok");
  expect(world.perform(`init: append ${merged}/bin/true more`)).toBe("ok");
  expect(world.perform(`init: stat ${merged}/bin/true`)).toContain("size=5004");
});

test("a name that nobody mounted", async () => {
  const { blobs } = await image();
  const storage = new Storage(disk("size=1m").task("init"), blobs, "/disk/store");
  expect(() => storage.unmount("none")).toThrow(
    "none: there is no container of this name. Name one that was mounted.",
  );
});
