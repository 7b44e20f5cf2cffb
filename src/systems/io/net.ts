/** Networks of virtual machines, for labs and experiments: the tables, the two policies, and two hosts on one LAN. */

export { formatIp, type Ip, ip, type Mac } from "../../virt/io/net/address.ts";
export { BRIDGING, type BridgePolicy } from "../../virt/io/net/bridge.ts";
export { StationTable } from "../../virt/io/net/forwarding-table.ts";
export { type Captured, readPcap, writePcap } from "../../virt/io/net/pcap.ts";
export { NO_SIGNALS } from "../../virt/io/net/sessions.ts";
export { type NatPolicy, type Protocol, TRANSLATING } from "../../virt/io/net/translation.ts";
export { TranslationTable } from "../../virt/io/net/translation-table.ts";
export {
  type Counts,
  microseconds,
  QUESTIONS,
  type Question,
  type Station,
  TwoHosts,
  WAYS,
  type Way,
} from "./two-hosts.ts";
