/** The model of an operating system's kernel with policies of one's own, for labs: lines in, answers out. */
export { POLICIES, type Policies } from "../../virt/os/policies.ts";
export { World } from "../../virt/os/script.ts";
