/** Images between this library and podman, where it is installed: each reads what the other wrote, and sees the same tree. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readImage, writeImage } from "../../../../src/virt/os/image/image.ts";
import { LIMITS } from "../../../../src/virt/os/image/layer/limits.ts";
import { readEntries } from "../../../../src/virt/os/image/layer/read.ts";
import { Layout, layoutOf } from "../../../../src/virt/os/image/layout.ts";
import { Storage } from "../../../../src/virt/os/image/storage.ts";
import { BlobStore } from "../../../../src/virt/os/image/store.ts";
import { CONFIG, host, link, listing, type Part, symlink, tarOf } from "./samples.ts";

let folder: string;
let missing = false;
const run = (...args: string[]) => {
  const places = [
    "--root",
    join(folder, "root"),
    "--runroot",
    join(folder, "run"),
    "--storage-driver",
    "vfs",
  ];
  return spawnSync("podman", [...places, ...args], {
    // podman makes names of paths, and those have no capitals: paths begin here.
    cwd: folder,
    encoding: "buffer",
    timeout: 30_000,
    maxBuffer: 2 ** 26,
  });
};
const podman = (...args: string[]): Buffer => {
  const { status, stdout, stderr } = run(...args);
  expect(status, `podman ${args.join(" ")}: ${stderr}`).toBe(0);
  return stdout;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-podman-"));
  const { status } = run("info");
  missing = status !== 0;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function save(files: ReadonlyMap<string, Uint8Array>, to: string): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), bytes);
  }
}
const load = (from: string): Map<string, Uint8Array> =>
  new Map(
    readdirSync(from, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(from.length + 1), new Uint8Array(readFileSync(path))]),
  );

const layers = async () => [
  await tarOf(
    { name: "bin/", mode: 0o755 },
    { name: "bin/app", mode: 0o4755, body: "one" },
    link("bin/also", "bin/app"),
    symlink("sbin", "bin"),
    { name: "gone/", mode: 0o700 },
    { name: "gone/old", body: "1" },
    { name: "opaque/", mode: 0o755 },
    { name: "opaque/old", body: "1" },
    { name: "kept", mode: 0o640, uid: 1000, gid: 100, body: "k" },
  ),
  await tarOf(
    { name: ".wh.gone" },
    { name: "opaque/", mode: 0o711 },
    { name: "opaque/.wh..wh..opq" },
    { name: "opaque/new", body: "2" },
    { name: "bin/app2", mode: 0o755, body: "two" },
  ),
];

/** A union of layouts' image as "path type mode content", as the model sees it. */
async function seen(layout: Layout): Promise<string[]> {
  const task = host();
  const image = readImage(layout.blobs, layout.find());
  const storage = new Storage(task, layout.blobs, "/s");
  await storage.pull(image);
  const merged = storage.mount("c", image);
  return listing(task, merged).map((line) => line.replace(merged, ""));
}

test("podman takes an image of ours, and sees the tree that we see", { timeout: 60_000 }, async (context) => {
  if (missing) return context.skip("needs podman");
  const blobs = new BlobStore();
  const descriptor = writeImage(blobs, await layers(), CONFIG);
  const layout = layoutOf(blobs, descriptor, "small");
  save(layout.write(), join(folder, "ours"));
  const id = podman("pull", "--quiet", "oci:ours:small").toString().trim();
  expect(`sha256:${id}`).toBe(readImage(blobs, descriptor).manifest.config.digest);
  const [about] = JSON.parse(podman("image", "inspect", id).toString());
  expect(about.RootFS.Layers).toEqual(readImage(blobs, descriptor).config.rootfs.diff_ids);
  expect(about.Config.Cmd).toEqual(["/bin/true"]);

  const container = podman("create", "--network", "none", id).toString().trim();
  podman("export", "-o", join(folder, "export.tar"), container);
  const exported = await readEntries(
    new Uint8Array(readFileSync(join(folder, "export.tar"))),
    "export",
    LIMITS,
  );
  const names = exported.map(({ names }) => `/${names.join("/")}`).filter((name) => name !== "/");
  // podman adds mount points of its own.
  const own = /^\/(dev|etc|proc|run|sys)(\/|$)/;
  const tree = await seen(layout);
  expect(names.filter((name) => !own.test(name)).sort()).toEqual(
    tree.map((line) => line.split(" ")[0]).sort(),
  );
  for (const { names, type, mode, data } of exported) {
    const path = `/${names.join("/")}`;
    const line = tree.find((one) => one.startsWith(`${path} `));
    if (type === "file" && line)
      expect(line).toBe(`${path} file ${mode.toString(8)} "${new TextDecoder().decode(data)}"`);
    if (type === "directory" && line) expect(line).toBe(`${path} directory ${mode.toString(8)}`);
  }

  podman("save", "--quiet", "--format", "oci-dir", "-o", join(folder, "theirs"), id);
  expect(await seen(Layout.read(load(join(folder, "theirs"))))).toEqual(tree);
});

test("podman refuses what is refused here", { timeout: 60_000 }, async (context) => {
  if (missing) return context.skip("needs podman");
  const blobs = new BlobStore();
  const descriptor = writeImage(blobs, [await tarOf({ name: "new", body: "new" })], CONFIG);
  const files = layoutOf(blobs, descriptor, "small").write();
  const damaged = new Map(
    [...files].map(([path, bytes]) => [
      path,
      path.endsWith(readImage(blobs, descriptor).layers[0]!.descriptor.digest.slice(7))
        ? bytes.map((byte, i) => (i === 20 ? byte ^ 1 : byte))
        : bytes,
    ]),
  );
  expect(() => Layout.read(damaged)).toThrow("its content has the digest");
  save(damaged, join(folder, "damaged"));
  const { status, stderr } = run("pull", "--quiet", "oci:damaged:small");
  expect(status).not.toBe(0);
  expect(stderr.toString()).toMatch(/checksum|digest|corrupt/i);
});

const NAME = fc.constantFrom("a", "b", "c");
const PATH = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const BELOW = fc.array(NAME, { maxLength: 2 });
const PART: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      name: PATH,
      body: fc.constantFrom("x", "yy"),
      mode: fc.constantFrom(0o644, 0o600),
    }),
  },
  { weight: 4, arbitrary: PATH.map((name) => ({ name: `${name}/`, mode: 0o711 })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(PATH, fc.constantFrom("a", "/b", "../c", "/a/b", ".."))
      .map(([name, to]) => symlink(name, to)),
  },
  { weight: 1, arbitrary: fc.tuple(PATH, PATH).map(([name, to]) => link(name, to)) },
  {
    weight: 3,
    arbitrary: fc.tuple(BELOW, NAME).map(([at, name]) => ({ name: [...at, `.wh.${name}`].join("/") })),
  },
  { weight: 1, arbitrary: BELOW.map((at) => ({ name: [...at, ".wh..wh..opq"].join("/") })) },
);
/** Marks first, from the top down: podman lets them hide what came before them in the same layer, which the standard does not. */
const order = ({ name }: Part) => (/\.wh\./.test(name) ? name.split("/").length : 10);
const LAYER = fc
  .array(PART, { minLength: 1, maxLength: 7 })
  .map((parts) => parts.sort((a, b) => order(a) - order(b)));
/** What podman takes and is refused here: a layer with two things of one name, and a link into another layer. */
const STRICTER = /is there twice|something else is there already|what it names is not in this layer/;

/** RINGLAB_OCI_ROUNDS=100 goes further. */
const ROUNDS = Number(process.env.RINGLAB_OCI_ROUNDS ?? 10);

test("random layers are the same tree there and here", {
  timeout: 60_000 + 2000 * ROUNDS,
}, async (context) => {
  if (missing) return context.skip("needs podman");
  for (const [i, parts] of fc.sample(fc.tuple(LAYER, LAYER), { numRuns: ROUNDS, seed: 8 }).entries()) {
    const blobs = new BlobStore();
    const tars = await Promise.all(parts.map((layer) => tarOf(...layer)));
    const layout = layoutOf(blobs, writeImage(blobs, tars, { ...CONFIG, author: `${i}` }), "small");
    const ours = await seen(layout).catch((error: Error) => error.message);
    if (typeof ours === "string" && STRICTER.test(ours)) continue;
    save(layout.write(), join(folder, `random${i}`));
    const { status, stdout, stderr } = run("pull", "--quiet", `oci:random${i}:small`);
    // podman puts no directory in a lower file's place, unless the layer names it.
    if (status !== 0 && /not a directory/.test(stderr.toString())) continue;
    expect(status === 0, `${JSON.stringify(parts)}: ${stderr} ${ours}`).toBe(Array.isArray(ours));
    if (status !== 0) continue;
    const container = podman("create", "--network", "none", stdout.toString().trim()).toString().trim();
    const mounted = podman("mount", container).toString().trim();
    const found = spawnSync("find", [mounted, "-mindepth", "1", "-printf", "/%P %y %m %l\n"], {
      encoding: "utf8",
    });
    podman("umount", container);
    podman("rm", container);
    const theirs = found.stdout
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => /^\/[abc]( |\/)/.test(line));
    const letters: Record<string, string> = { file: "f", directory: "d", symlink: "l" };
    const lines = (ours as string[]).map((line) => {
      const [path, type, mode, , to] = line.split(" ");
      return `${path} ${letters[type!]} ${mode}${type === "symlink" ? ` ${to}` : ""}`;
    });
    expect(lines.sort(), JSON.stringify(parts)).toEqual(theirs.sort());
  }
});
