// One network namespace of the real kernel: answers at ports, then asks; what it heard goes to a file. Argument: the folder, then the name.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

const [folder, name] = process.argv.slice(2);
const { stations, proxy, questions } = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
const PATIENCE = 700;
const MEANINGS = { ECONNREFUSED: "refused", EHOSTUNREACH: "unreachable", ENETUNREACH: "unreachable" };

const listen = (port, onConnection) =>
  new Promise((done) => createServer(onConnection).listen(port, "0.0.0.0", done));
const all = async (kind) => {
  while (!stations.every((one) => existsSync(join(folder, `${kind}-${one}`))))
    await new Promise((done) => setTimeout(done, 10));
};

await listen(80, (socket) => socket.end(`${name} sees ${socket.remoteAddress}`));
if (name === "host")
  await listen(proxy.outside, (socket) => {
    const other = connect(proxy.to.port, proxy.to.address);
    for (const end of [socket, other]) end.on("error", () => {});
    socket.pipe(other);
    other.pipe(socket);
  });
writeFileSync(join(folder, `ready-${name}`), "");
await all("ready");

const ask = ({ to, port }) =>
  new Promise((done) => {
    let heard = "";
    const socket = connect(port, to);
    socket.setTimeout(PATIENCE, () => done("silence"));
    socket.on("data", (data) => {
      heard += data;
    });
    socket.on("error", ({ code }) => done(MEANINGS[code] ?? code));
    socket.on("end", () => done(heard));
  });
const answers = await Promise.all(questions.filter(({ from }) => from === name).map(ask));
writeFileSync(join(folder, `answers-${name}`), JSON.stringify(answers));
await all("answers");
process.exit();
