; For a domain builder: what this is made for, where linear addresses begin, the first instruction, and where memory is free from.
        align   4
        db      "xen-3.0", 0
        dd      0, IMAGE
image_end:                              ; the builder fills it in
        dd      0
