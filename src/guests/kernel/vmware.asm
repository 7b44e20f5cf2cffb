; The VMware-like back end. A monitor that translates binaries runs the native operations well enough; what it is spared is
; waiting for devices that are never slow.

vmware_init:
        mov     dword [pv_io_delay], nothing
        ret
