//go:build linux && amd64 && !purego

#include "textflag.h"

// Layout of frame.
#define FRAME_EPILOGUE 144
#define FRAME_FAULT 152

// Offsets in ucontext_t of Linux on x86-64, and in siginfo_t.
#define UC_RSP 160
#define UC_RIP 168
#define SI_CODE 8

#define COPY(from, to, at) \
	MOVUPS at(from), X0    \
	MOVUPS at+16(from), X1 \
	MOVUPS X0, at(to)      \
	MOVUPS X1, at+16(to)

// func enter(f *frame, code uintptr)
//
// The code pops the address behind the call into the frame and jumps there when it
// is done, so that RSP is the same in it as here. It leaves no register as it was;
// the assembler saves BP, and callers of assembly expect no other.
TEXT ·enter(SB), 0, $256-16
	MOVQ f+0(FP), SI
	COPY(SI, SP, 0)
	COPY(SI, SP, 32)
	COPY(SI, SP, 64)
	COPY(SI, SP, 96)
	COPY(SI, SP, 128)
	COPY(SI, SP, 160)
	COPY(SI, SP, 192)
	COPY(SI, SP, 224)
	MOVQ code+8(FP), AX
	CALL AX
	MOVQ f+0(FP), DI
	COPY(SP, DI, 0)
	COPY(SP, DI, 32)
	COPY(SP, DI, 64)
	COPY(SP, DI, 96)
	COPY(SP, DI, 128)
	COPY(SP, DI, 160)
	COPY(SP, DI, 192)
	COPY(SP, DI, 224)
	RET

// onFault is called with a signal's number in DI, siginfo_t in SI and ucontext_t in
// DX, on the signal stack. Where the kernel interrupted translated code because of
// the code, it goes on in the epilogue with all registers as they are; everything
// else is for the handler that was there before, with the same arguments.
TEXT ·onFault(SB), NOSPLIT|NOFRAME, $0-0
	MOVL SI_CODE(SI), AX
	TESTL AX, AX
	JLE  other // sent by a process
	MOVQ UC_RIP(DX), AX
	MOVQ AX, CX
	SUBQ ·arenaStart(SB), CX
	CMPQ CX, ·arenaLength(SB)
	JAE  other
	MOVQ UC_RSP(DX), CX
	MOVQ AX, FRAME_FAULT(CX)
	MOVQ FRAME_EPILOGUE(CX), AX
	MOVQ AX, UC_RIP(DX)
	RET

other:
	MOVQ ·goHandler(SB), AX
	JMP  AX

// func faultHandler() uintptr
TEXT ·faultHandler(SB), NOSPLIT, $0-8
	MOVQ $·onFault(SB), AX
	MOVQ AX, ret+0(FP)
	RET
