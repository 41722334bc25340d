# Entry of a guest: sets up the stack, calls main and exits with what it returns.
#
# All registers and all memory outside the segments are zero at the start, so there is no .bss to clear. gp stays zero:
# the linker script defines no __global_pointer$, so that no linker relaxes an access to be relative to it.

        .section .text._start, "ax", @progbits
        .globl  _start
        .type   _start, @function
_start:
#ifdef ORRERY_QEMU
        # Linux has not mapped the heap region yet: mmap(start, length, PROT_READ | PROT_WRITE,
        # MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0).
        la      s0, __heap_start
        la      a1, __heap_end
        mv      a0, s0
        sub     a1, a1, s0
        li      a2, 3
        li      a3, 0x4032
        li      a4, -1
        li      a5, 0
        li      a7, 222
        ecall
        beq     a0, s0, 1f
        ebreak
1:
#endif
        la      sp, __stack_top
        call    main
        li      a7, 93
        ecall
        .size   _start, . - _start
