; Numbers of the system calls; arguments and results stand at each one in the kernel.
SYS_getpid     equ 0
SYS_exit       equ 1
SYS_fork       equ 2
SYS_wait       equ 3
SYS_exec       equ 4
SYS_yield      equ 5
SYS_sleep      equ 6
SYS_ticks      equ 7
SYS_print      equ 8
SYS_pipe       equ 9
SYS_read       equ 10
SYS_write      equ 11
SYS_close      equ 12
SYS_mmap       equ 13
SYS_munmap     equ 14
SYS_mprotect   equ 15
SYS_on_fault   equ 16
SYS_disk_read  equ 17
SYS_mark       equ 18
; Of a kernel that is built with DEVICES.
SYS_disk_write equ 19
SYS_net_send   equ 20
SYS_net_receive equ 21
