/** Operating-system-level virtualization: kernels with containers, and the networks between them. */
export { bridgeRules, type Publication } from "./bridge-rules.ts";
export {
  type Bridge,
  type Container,
  ContainerHost,
  type ContainerHostOptions,
} from "./container-host.ts";
