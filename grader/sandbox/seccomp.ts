/**
 * A seccomp filter (Linux, Documentation/userspace-api/seccomp_filter.rst) as classic BPF bytes for `bwrap --seccomp`:
 * what namespaces and rlimits leave open. One process with threads is all that a component needs, so no second process
 * (the memory limit is one for each process), no memory outside of RLIMIT_DATA's account (memfd, System V), no sockets, and
 * no doors to parts of the kernel that Node never uses.
 */

/** System call numbers and AUDIT_ARCH (include/uapi/linux/audit.h) of each architecture. */
export const ARCHITECTURES: Partial<
  Record<NodeJS.Architecture, { audit: number; calls: Record<string, number> }>
> = {
  x64: {
    audit: 0xc000_003e,
    calls: {
      clone: 56,
      clone3: 435,
      rt_sigaction: 13,
      fork: 57,
      vfork: 58,
      ptrace: 101,
      process_vm_readv: 310,
      process_vm_writev: 311,
      pidfd_open: 434,
      unshare: 272,
      setns: 308,
      mount: 165,
      umount2: 166,
      pivot_root: 155,
      chroot: 161,
      open_by_handle_at: 304,
      socket: 41,
      socketpair: 53,
      shmget: 29,
      msgget: 68,
      semget: 64,
      mq_open: 240,
      memfd_create: 319,
      memfd_secret: 447,
      add_key: 248,
      request_key: 249,
      keyctl: 250,
      bpf: 321,
      perf_event_open: 298,
      userfaultfd: 323,
      io_uring_setup: 425,
      io_uring_enter: 426,
      io_uring_register: 427,
      personality: 135,
      kexec_load: 246,
      init_module: 175,
      finit_module: 313,
    },
  },
  arm64: {
    audit: 0xc000_00b7,
    calls: {
      clone: 220,
      clone3: 435,
      rt_sigaction: 134,
      ptrace: 117,
      process_vm_readv: 270,
      process_vm_writev: 271,
      pidfd_open: 434,
      unshare: 97,
      setns: 268,
      mount: 40,
      umount2: 39,
      pivot_root: 41,
      chroot: 51,
      open_by_handle_at: 265,
      socket: 198,
      socketpair: 199,
      shmget: 194,
      msgget: 186,
      semget: 190,
      mq_open: 180,
      memfd_create: 279,
      memfd_secret: 447,
      add_key: 217,
      request_key: 218,
      keyctl: 219,
      bpf: 280,
      perf_event_open: 241,
      userfaultfd: 282,
      io_uring_setup: 425,
      io_uring_enter: 426,
      io_uring_register: 427,
      personality: 92,
      kexec_load: 104,
      init_module: 105,
      finit_module: 273,
    },
  },
};

// Offsets in struct seccomp_data; both architectures are little-endian, so a low word comes first.
const NUMBER = 0;
const AUDIT_ARCH = 4;
const ARGUMENT_0 = 16;

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

const KILL_PROCESS = 0x8000_0000;
const ALLOW = 0x7fff_0000;
/** Errors: the number is in the low half. */
const SUCCESS = 0x0005_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;

const CLONE_THREAD = 0x1_0000;
const SIGXCPU = 24;
/** Numbers from here on are x64's second ABI (x32), which would go round every line below. */
const X32 = 0x4000_0000;

/** struct sock_filter: what to do, how many instructions to skip if true and if false, and the operand. */
type Instruction = [code: number, ifTrue: number, ifFalse: number, operand: number];

/** Undefined where the filter does not know the architecture. */
export function seccompFilter(architecture: NodeJS.Architecture = process.arch): Buffer | undefined {
  const known = ARCHITECTURES[architecture];
  if (!known) return undefined;
  const { clone, clone3, rt_sigaction, ...denied } = known.calls;
  return encode([
    [LOAD, 0, 0, AUDIT_ARCH],
    [EQUAL, 1, 0, known.audit],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, NUMBER],
    [AT_LEAST, 0, 1, X32],
    [RETURN, 0, 0, ENOSYS],
    // The flags of clone3 lie behind a pointer, where no filter can look; libc falls back to clone.
    [EQUAL, 0, 1, clone3!],
    [RETURN, 0, 0, ENOSYS],
    ...Object.values(denied).flatMap((call): Instruction[] => [
      [EQUAL, 0, 1, call],
      [RETURN, 0, 0, EPERM],
    ]),
    [EQUAL, 0, 4, clone!],
    [LOAD, 0, 0, ARGUMENT_0],
    [ANY_BIT, 1, 0, CLONE_THREAD],
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
    // A handler for SIGXCPU would make a time-out look like the kernel's SIGKILL for memory. Node insists on setting the
    // default once, so the answer is success without effect.
    [EQUAL, 0, 3, rt_sigaction!],
    [LOAD, 0, 0, ARGUMENT_0],
    [EQUAL, 0, 1, SIGXCPU],
    [RETURN, 0, 0, SUCCESS],
    [RETURN, 0, 0, ALLOW],
  ]);
}

function encode(program: Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * program.length);
  program.forEach(([code, ifTrue, ifFalse, operand], index) => {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(ifTrue, 8 * index + 2);
    bytes.writeUInt8(ifFalse, 8 * index + 3);
    bytes.writeUInt32LE(operand, 8 * index + 4);
  });
  return bytes;
}
