/* probes_object.S - what goes into the kernel, as clang built it. */
    .section .rodata
    .balign 8
    .globl probes_object, probes_object_end
probes_object:
    .incbin PROBES
probes_object_end:
    .section .note.GNU-stack, "", %progbits
