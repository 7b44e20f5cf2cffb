/** Layers as honest tools write them, and as somebody writes them who wants to get out. */
import { describe, expect, test } from "vitest";
import { change } from "../../../../../src/virt/os/calls/capability-sets.ts";
import { mkdir } from "../../../../../src/virt/os/calls/files.ts";
import { setDevice } from "../../../../../src/virt/os/image/layer/blocks.ts";
import { LIMITS } from "../../../../../src/virt/os/image/layer/limits.ts";
import { readEntries } from "../../../../../src/virt/os/image/layer/read.ts";
import { unpackInto } from "../../../../../src/virt/os/image/layer/unpack.ts";
import type { Task } from "../../../../../src/virt/os/task.ts";
import { host, link, listing, type Part, symlink, tarOf } from "../samples.ts";

const OUTSIDE = ["/etc directory 755", '/etc/passwd file 644 "root"'];

/** Unpacks into /layer of a host that has an /etc/passwd to lose. */
async function unpack(parts: Part[] | Uint8Array, task: Task = host(), limits = LIMITS) {
  const tar = parts instanceof Uint8Array ? parts : await tarOf(...parts);
  const entries = await readEntries(
    await tarOf({ name: "etc/", mode: 0o755 }, { name: "etc/passwd", body: "root" }),
    "host",
    LIMITS,
  );
  unpackInto(task, "/", entries, "host");
  mkdir(task, "/layer", 0o755);
  try {
    const leftOut = unpackInto(task, "/layer", await readEntries(tar, "layer", limits), "layer");
    return { task, leftOut, tree: listing(task, "/layer").map((line) => line.replace("/layer", "")) };
  } finally {
    expect(listing(task, "/").filter((line) => !line.startsWith("/layer"))).toEqual(OUTSIDE);
    expect([...task.children]).toEqual([]);
  }
}
const tree = async (...parts: Part[]) => (await unpack(parts)).tree;

test("a layer is a tree with its owners, modes and links", async () => {
  const { tree, task } = await unpack([
    { name: "./", mode: 0o711 },
    { name: "./bin/", mode: 0o755 },
    { name: "bin/su", mode: 0o4755, body: "#!" },
    { ...link("bin/also", "bin/su"), mode: 0o4755 },
    symlink("sbin", "bin"),
    { name: "fifo", type: "fifo", mode: 0o600 },
    {
      name: "home/me/note",
      mode: 0o600,
      uid: 1000,
      gid: 1000,
      body: "hi",
      pax: { "SCHILY.xattr.user.k": "v" },
    },
  ]);
  expect(tree).toEqual([
    "/bin directory 755",
    '/bin/also file 4755 "#!"',
    '/bin/su file 4755 "#!"',
    "/fifo fifo 600",
    "/home directory 755",
    "/home/me directory 755",
    '/home/me/note file 600 "hi"',
    "/sbin symlink 777 -> bin",
  ]);
  expect(listing(task, "/").find((line) => line.startsWith("/layer "))).toBe("/layer directory 711");
});

test("a hard link's owner and mode are those of the file, as engines have it", async () =>
  expect(await tree({ name: "a", mode: 0o755 }, { ...link("b", "a"), mode: 0o600 })).toEqual([
    '/a file 600 ""',
    '/b file 600 ""',
  ]));

describe("whiteouts are for the layers below", () => {
  test("one name, and a whole directory", async () =>
    expect(
      await tree(
        { name: ".wh.gone" },
        { name: "d/" },
        { name: "d/.wh..wh..opq" },
        { name: "d/new", body: "1" },
      ),
    ).toEqual(["/d directory 755 opaque", '/d/new file 644 "1"', "/gone character 0 0:0"]));
  test.for([
    ["before", [{ name: ".wh.d" }, { name: "d/x" }]],
    ["after", [{ name: "d/x" }, { name: ".wh.d" }]],
  ] as [string, Part[]][])(
    "%s the directory of the same name, which then hides what is below",
    async ([, parts]) =>
      expect(await tree(...parts)).toEqual(["/d directory 755 opaque", '/d/x file 644 ""']),
  );
  test.for([
    ["before", [{ name: ".wh.f" }, { name: "f", body: "1" }]],
    ["after", [{ name: "f", body: "1" }, { name: ".wh.f" }]],
  ] as [string, Part[]][])("%s a file of the same name, which stays", async ([, parts]) =>
    expect(await tree(...parts)).toEqual(['/f file 644 "1"']),
  );
});

describe("nothing gets out: it is inside or refused", () => {
  test("an absolute path begins at the layer's top", async () =>
    expect(await tree({ name: "/etc/passwd", body: "evil" })).toEqual([
      "/etc directory 755",
      '/etc/passwd file 644 "evil"',
    ]));
  test.for(["/etc", "../../../etc", "/../etc"])("through a symbolic link to %s", async (target) =>
    expect(
      await tree({ name: "etc/" }, symlink("out", target), { name: "out/passwd", body: "evil" }),
    ).toEqual(["/etc directory 755", '/etc/passwd file 644 "evil"', `/out symlink 777 -> ${target}`]),
  );
  test.for<[string, Part[], string | RegExp]>([
    ["a path that leads up", [{ name: "../etc/passwd", body: "evil" }], /"..\/etc\/passwd" leads up/],
    ["one that leads up on the way", [{ name: "a/../../etc/passwd" }], /leads up/],
    ["a hard link that leads up", [link("pw", "../etc/passwd")], /leads up/],
    ["a hard link to outside", [link("pw", "/etc/passwd")], /\/pw: what it names is not in this layer/],
    [
      "a hard link through a symbolic link",
      [symlink("e", "/etc"), link("pw", "e/passwd")],
      /not in this layer/,
    ],
    ["a hard link to a directory", [{ name: "d/" }, link("e", "d")], /\/e: one must not make it \(EPERM\)/],
    [
      "a hard link to a whiteout",
      [{ name: ".wh.a" }, link("b", "a")],
      /a hard link to \/a, which this layer removes/,
    ],
    [
      "a symbolic link that is written through",
      [symlink("f", "/etc/passwd"), { name: "f", body: "x" }],
      /\/f is there twice/,
    ],
    [
      "the same by another name",
      [{ name: "d/" }, symlink("e", "d"), symlink("d/f", "/x"), { name: "e/f", body: "x" }],
      /\/e\/f: something else is there already/,
    ],
    [
      "links in circles",
      [symlink("a", "b"), symlink("b", "a"), { name: "a/x" }],
      /go round in circles|something else/,
    ],
    ["links to nothing", [symlink("a", "nowhere"), { name: "a/x" }], /something else is there already/],
    [
      "a file where a directory was",
      [{ name: "a/b" }, { name: "a", body: "x" }],
      /something else is there already/,
    ],
    ["a directory below a file", [{ name: "a", body: "x" }, { name: "a/b" }], /not a directory/],
    ["a path twice", [{ name: "a" }, { name: "./a" }], /\/a is there twice/],
    ["a whiteout of the parent", [{ name: "d/.wh..." }], /whiteout of nothing/],
    ["a whiteout of itself", [{ name: "d/.wh.." }], /whiteout of nothing/],
    ["a whiteout without a name", [{ name: ".wh." }], /whiteout of nothing/],
    ["a whiteout of a mark", [{ name: ".wh..wh.aufs" }], /whiteout of nothing/],
    ["a whiteout with content", [{ name: ".wh.a", body: "x" }], /is none \(an empty file\)/],
    ["a whiteout that is a link", [symlink(".wh.a", "/etc")], /is none/],
    ["a directory with a whiteout's name", [{ name: ".wh.a/b" }], /is none/],
    [
      "a mark of the union's own",
      [{ name: "d/", pax: { "SCHILY.xattr.trusted.overlay.redirect": "/etc" } }],
      /trusted.overlay.redirect/,
    ],
    ["the device that is a mark", [{ name: "w", type: "character-device" }], /the device 0:0/],
    ["a path in a pax header", [{ name: "a", pax: { path: "../../etc/passwd" } }], /leads up/],
    [
      "a link's target in a pax header",
      [{ ...link("a", "b"), pax: { linkpath: "../etc/passwd" } }],
      /leads up/,
    ],
    ["a name with a zero", [{ name: "a", pax: { path: "etc/passwd\0.txt" } }], /not a name in UTF-8/],
    ["no name", [{ name: "" }], /an entry without a name/],
    ["the top as a link", [symlink("./", "/etc")], /is no name/],
    ["an owner that is nobody", [{ name: "a", pax: { uid: "-1" } }], /belongs to -1/],
    ["a name that is too long", [{ name: "n".repeat(256) }], /its name or its path is too long/],
    ["a sparse file", [{ name: "a", pax: { "GNU.sparse.major": "1" } }], /sparse/],
  ])("%s", async ([, parts, message]) => {
    await expect(unpack(parts)).rejects.toThrow(message);
  });
});

describe("devices", () => {
  const device = async () => {
    const tar = await tarOf({ name: "null", type: "character-device", mode: 0o666 });
    setDevice(tar.subarray(0, 512), [1, 3]);
    return tar;
  };
  test("have their numbers", async () =>
    expect((await unpack(await device())).tree).toEqual(["/null character 666 1:3"]));
  test("need CAP_MKNOD", async () => {
    const task = host();
    change(task, "MKNOD", false, ["effective", "permitted"]);
    await expect(unpack(await device(), task)).rejects.toThrow(
      "layer: /null: one must not make it (EPERM). Unpack as",
    );
  });
});

describe("limits", () => {
  const limited = async (parts: Part[] | Uint8Array, limits: Partial<typeof LIMITS>) =>
    unpack(parts, host(), { ...LIMITS, ...limits });
  test("entries", async () => {
    const parts = Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` }));
    await expect(limited(parts, { entries: 10 })).rejects.toThrow(
      "more than 10 entries. Raise limits.entries",
    );
    expect((await limited(parts, { entries: 11 })).tree).toHaveLength(11);
  });
  test("depth", async () => {
    await expect(limited([{ name: "a/b/c/d" }], { depth: 3 })).rejects.toThrow("lies more than 3 deep");
  });
  test("a size that lies", async () => {
    const tar = await tarOf({ name: "a", body: "x".repeat(600) });
    await expect(unpack(tar.slice(0, 1024))).rejects.toThrow("damaged tar (Tar archive is truncated.)");
  });
  test("a damaged header", async () => {
    const tar = await tarOf({ name: "a" });
    tar[0] = 0x62;
    await expect(unpack(tar)).rejects.toThrow("checksum");
  });
  test("a type that nobody knows", async () => {
    const tar = await tarOf({ name: "a" });
    tar[156] = "S".charCodeAt(0);
    setDevice(tar.subarray(0, 512), [0, 0]);
    await expect(unpack(tar)).rejects.toThrow('"a" is of a type that a layer has no use for ("S")');
  });
});
