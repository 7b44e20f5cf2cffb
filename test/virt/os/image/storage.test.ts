/** Images from a layout to a root file system, and back. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { unlink } from "../../../../src/virt/os/calls/files.ts";
import { type Descriptor, digestOf, MEDIA } from "../../../../src/virt/os/image/descriptor.ts";
import { commit, layerTar, readImage, writeImage } from "../../../../src/virt/os/image/image.ts";
import { inflate } from "../../../../src/virt/os/image/layer/inflate.ts";
import { LIMITS } from "../../../../src/virt/os/image/layer/limits.ts";
import { Layout, layoutOf, toJson } from "../../../../src/virt/os/image/layout.ts";
import { Storage } from "../../../../src/virt/os/image/storage.ts";
import { BlobStore } from "../../../../src/virt/os/image/store.ts";
import { CONFIG, host, listing, symlink, tarOf } from "./samples.ts";

const base = () =>
  tarOf(
    { name: "bin/", mode: 0o755 },
    { name: "bin/true", mode: 0o755, body: "!" },
    { name: "old", body: "1" },
  );
const second = () => tarOf({ name: ".wh.old" }, { name: "new", body: "2" });

async function image() {
  const blobs = new BlobStore();
  const descriptor = writeImage(blobs, [await base(), await second()], CONFIG);
  return { blobs, descriptor, layout: layoutOf(blobs, descriptor, "small:1") };
}

test("a layout that was written is read again", async () => {
  const { layout, descriptor } = await image();
  const files = layout.write();
  expect(files.size).toBe(2 + 4);
  const read = Layout.read(files);
  expect(read.find()).toMatchObject(descriptor);
  expect(read.find({ name: "small:1" }).digest).toBe(descriptor.digest);
  expect(readImage(read.blobs, read.find()).config).toMatchObject(CONFIG);
  expect(() => read.find({ name: "large" })).toThrow(
    "index.json: no manifest is what was asked for. There are: small:1.",
  );
});

test("layers are a union; each is kept once, and a container's changes are one more", async () => {
  const { blobs, descriptor } = await image();
  const task = host();
  const storage = new Storage(task, blobs, "/store");
  const first = readImage(blobs, descriptor);
  await storage.pull(first);
  const merged = storage.mount("one", first);
  expect(listing(task, merged).map((line) => line.replace(merged, ""))).toEqual([
    "/bin directory 755",
    '/bin/true file 755 "!"',
    '/new file 644 "2"',
  ]);
  unlink(task, `${merged}/bin/true`);
  const next = readImage(blobs, commit(blobs, first, await storage.diff("one"), "rm /bin/true"));
  const other = readImage(blobs, writeImage(blobs, [await base()], { ...CONFIG, author: "somebody" }));
  await storage.pull(next);
  await storage.pull(other);
  expect(storage.layers).toBe(3);
  const again = storage.mount("two", next);
  expect(listing(task, again).map((line) => line.replace(again, ""))).toEqual([
    "/bin directory 755",
    '/new file 644 "2"',
  ]);
  expect(next.config.history).toEqual([{ created_by: "rm /bin/true" }]);
  storage.unmount("one");
  storage.unmount("two");
  expect(listing(task, "/store/containers")).toEqual([]);
});

describe("a layer on what it stands on", () => {
  const shows = async (...layers: Parameters<typeof tarOf>[]) => {
    const blobs = new BlobStore();
    const tars = await Promise.all(layers.map((parts) => tarOf(...parts)));
    const image = readImage(blobs, writeImage(blobs, tars, CONFIG));
    const task = host();
    const storage = new Storage(task, blobs, "/store");
    await storage.pull(image);
    const merged = storage.mount("one", image);
    return listing(task, merged).map((line) => line.replace(merged, ""));
  };
  test("a directory that it does not name stays as it was", async () =>
    expect(await shows([{ name: "d/", mode: 0o700 }], [{ name: "d/f", body: "1" }])).toEqual([
      "/d directory 700",
      '/d/f file 644 "1"',
    ]));
  test("a whiteout of what is not there leaves no trace", async () =>
    expect(await shows([{ name: "d/.wh.x" }], [{ name: "e/.wh.y" }])).toEqual([
      "/d directory 755",
      "/e directory 755",
    ]));
  test("a whiteout in a directory that hides all leaves none either", async () =>
    expect(
      await shows(
        [{ name: "d/x" }, { name: "d/e/y" }],
        [{ name: "d/e/.wh.y" }, { name: "d/.wh.x" }, { name: "d/.wh..wh..opq" }],
      ),
    ).toEqual(["/d directory 755", "/d/e directory 755"]));
  test("the top can hide all below", async () =>
    expect(
      await shows(
        [{ name: "d/x" }, { name: "gone" }],
        [{ name: ".wh..wh..opq" }, { name: "d/new" }, { name: "f" }],
      ),
    ).toEqual(["/d directory 755", '/d/new file 644 ""', '/f file 644 ""']));
});

test("what is refused half-way leaves nothing of its layer", async () => {
  const blobs = new BlobStore();
  const bad = await tarOf({ name: "a/b" }, symlink("a/c", "x"), { name: "a/c/d" });
  const task = host();
  const storage = new Storage(task, blobs, "/store");
  await expect(
    storage.pull(readImage(blobs, writeImage(blobs, [await base(), bad], CONFIG))),
  ).rejects.toThrow("/a/c/d");
  expect(storage.layers).toBe(1);
  expect(listing(task, "/store/layers").filter((line) => line.split("/").length === 4)).toHaveLength(1);
});

describe("blobs and documents that are not what they should be", () => {
  const json = (value: unknown) => toJson(value);
  const described = (mediaType: string, bytes: Uint8Array): Descriptor => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });

  test("a blob under another's name", async () => {
    const files = (await image()).layout.write();
    const path = [...files.keys()].find((one) => one.startsWith("blobs/"))!;
    files.set(path, json("other"));
    expect(() => Layout.read(files)).toThrow(
      /^blobs\/sha256\/[0-9a-f]{64}: its content has the digest sha256:.* copy it again\.$/,
    );
  });
  test("a size that lies, and a blob that is missing", async () => {
    const { blobs, descriptor } = await image();
    expect(() => readImage(blobs, { ...descriptor, size: 5 })).toThrow(/is said to have 5 bytes and has \d+/);
    const nowhere = described(MEDIA.manifest, json("nowhere"));
    expect(() => readImage(blobs, nowhere)).toThrow(`no blob ${nowhere.digest}`);
  });
  test.for<[string, (files: Map<string, Uint8Array>) => void, string | RegExp]>([
    ["no oci-layout", (files) => files.delete("oci-layout"), "oci-layout: no such file"],
    [
      "another version",
      (files) => files.set("oci-layout", json({ imageLayoutVersion: "2.0.0" })),
      'imageLayoutVersion: this reads image layouts of version "1.0.0"',
    ],
    ["no JSON", (files) => files.set("index.json", new TextEncoder().encode("{")), "index.json: not JSON"],
    ["no UTF-8", (files) => files.set("index.json", new Uint8Array([0xff])), "index.json: not UTF-8"],
    [
      "schema version 1",
      (files) => files.set("index.json", json({ schemaVersion: 1, manifests: [] })),
      "index.json: schemaVersion: must be 2",
    ],
    [
      "a digest that leads up",
      (files) =>
        files.set(
          "index.json",
          json({
            schemaVersion: 2,
            manifests: [{ mediaType: MEDIA.manifest, digest: "sha256:../../etc/passwd", size: 1 }],
          }),
        ),
      'index.json: manifests[0].digest: a digest must be "sha256:"',
    ],
    [
      "a size below zero",
      (files) =>
        files.set(
          "index.json",
          json({
            schemaVersion: 2,
            manifests: [{ mediaType: MEDIA.manifest, digest: `sha256:${"0".repeat(64)}`, size: -1 }],
          }),
        ),
      "index.json: manifests[0].size",
    ],
    [
      "no media type",
      (files) =>
        files.set(
          "index.json",
          json({
            schemaVersion: 2,
            manifests: [{ mediaType: "tar", digest: `sha256:${"0".repeat(64)}`, size: 1 }],
          }),
        ),
      "manifests[0].mediaType: not a media type",
    ],
  ])("%s", async ([, change, message]) => {
    const files = (await image()).layout.write();
    change(files);
    expect(() => Layout.read(files)).toThrow(message);
  });
  test("more layers than the config knows", async () => {
    const { blobs, descriptor } = await image();
    const { manifest } = readImage(blobs, descriptor);
    const more = blobs.add(
      MEDIA.manifest,
      json({ ...manifest, layers: [...manifest.layers, manifest.layers[0]] }),
    );
    expect(() => readImage(blobs, more)).toThrow("rootfs.diff_ids has 2 layers and the manifest 3");
  });
  test("another layer than the config means", async () => {
    const { blobs, descriptor } = await image();
    const { layers } = readImage(blobs, descriptor);
    expect(() => layerTar(blobs, { ...layers[0]!, diffId: layers[1]!.diffId })).toThrow(
      /unpacked it has the digest/,
    );
  });
  test("indexes that go on", () => {
    const blobs = new BlobStore();
    let at = blobs.add(MEDIA.index, json({ schemaVersion: 2, manifests: [] }));
    for (let i = 0; i < 6; i++) at = blobs.add(MEDIA.index, json({ schemaVersion: 2, manifests: [at] }));
    expect(() => new Layout({ schemaVersion: 2, manifests: [at] }, blobs).find()).toThrow(
      "indexes lie more than 4 deep",
    );
  });

  const zeros = new Uint8Array(2 ** 20);
  test.for<[string, string, Uint8Array, string]>([
    [
      "zstd by its type",
      "application/vnd.oci.image.layer.v1.tar+zstd",
      zeros,
      "compressed with zstd, which this does not read. Copy the image",
    ],
    [
      "zstd by its content",
      MEDIA.layerGzip,
      new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0]),
      "compressed with zstd",
    ],
    ["Docker's own type", "application/vnd.docker.image.rootfs.diff.tar.gzip", zeros, "in the OCI format"],
    [
      "gzip that is said to be none",
      MEDIA.layer,
      gzipSync(zeros),
      "compressed, and its media type says that it is not",
    ],
    ["none that is said to be gzip", MEDIA.layerGzip, zeros, "not gzip, and its media type says so"],
    [
      "a bomb",
      MEDIA.layerGzip,
      gzipSync(zeros),
      "more than 1000000 bytes once unpacked. Raise limits.inflated",
    ],
    ["a large archive", MEDIA.layer, zeros, "more than 1000000 bytes"],
    [
      "half a gzip",
      MEDIA.layerGzip,
      gzipSync(zeros).subarray(0, 500),
      "damaged gzip (unexpected end of file)",
    ],
  ])("%s", ([, mediaType, bytes, message]) => {
    expect(() => inflate(bytes, described(mediaType, bytes), { ...LIMITS, inflated: 1_000_000 })).toThrow(
      message,
    );
  });
});
