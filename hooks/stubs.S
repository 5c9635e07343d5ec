/* SPDX-License-Identifier: MIT */
/*
 * stubs.S - what C cannot say: the slots with their first-call stubs, and hooks
 * that leave every register and the caller's stack arguments as they came.
 */
#include "thunks.h"

#define HOOK(name, slot, family, version, class, entry) rd_slot slot

	.macro rd_slot slot
	.data
	.balign 8
	.globl	rd_next_\slot
	.hidden	rd_next_\slot
	.type	rd_next_\slot, @object
	.size	rd_next_\slot, 8
rd_next_\slot:
	.quad	rd_stub_\slot
	.text
	.globl	rd_stub_\slot
	.hidden	rd_stub_\slot
	.type	rd_stub_\slot, @function
rd_stub_\slot:
	.cfi_startproc
	leaq	rd_next_\slot(%rip), %r11
	jmp	rd_find
	.cfi_endproc
	.size	rd_stub_\slot, . - rd_stub_\slot
	.endm

	.text
	.hidden	rd_find_slot
	.type	rd_find, @function
	.balign 16
rd_find:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq	%rax
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	pushq	%r10
	subq	$128, %rsp
	movups	%xmm0, (%rsp)
	movups	%xmm1, 16(%rsp)
	movups	%xmm2, 32(%rsp)
	movups	%xmm3, 48(%rsp)
	movups	%xmm4, 64(%rsp)
	movups	%xmm5, 80(%rsp)
	movups	%xmm6, 96(%rsp)
	movups	%xmm7, 112(%rsp)
	movq	%r11, %rdi
	movq	8(%rbp), %rsi
	call	rd_find_slot
	movq	%rax, %r11
	movups	(%rsp), %xmm0
	movups	16(%rsp), %xmm1
	movups	32(%rsp), %xmm2
	movups	48(%rsp), %xmm3
	movups	64(%rsp), %xmm4
	movups	80(%rsp), %xmm5
	movups	96(%rsp), %xmm6
	movups	112(%rsp), %xmm7
	addq	$128, %rsp
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	popq	%rax
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	jmp	*%r11
	.cfi_endproc
	.size	rd_find, . - rd_find

/* The slots lie in a row, in the table's order. */
	.data
	.balign 8
	.globl	rd_slots
	.hidden	rd_slots
rd_slots:
#include "hooks.def"

/*
 * What the kernel calls in place of the program's handlers: each tells its number behind the three arguments of
 * a handler. hooks/signal.c says which is which.
 */
	.text
	.globl	rd_thunks
	.hidden	rd_thunks
	.type	rd_thunks, @function
	.hidden	rd_run_handler
	.balign 16
rd_thunks:
	.cfi_startproc
	.set	thunk, 0
	.rept	RD_THUNKS
	.balign RD_THUNK_SIZE
	movl	$thunk, %ecx
	jmp	rd_run_handler
	.set	thunk, thunk + 1
	.endr
	.balign RD_THUNK_SIZE
	.cfi_endproc
	.size	rd_thunks, . - rd_thunks

/* Only passed on, with any number of arguments. */
	.macro rd_pass name
	.text
	.globl	\name
	.type	\name, @function
	.balign 16
\name:
	.cfi_startproc
	jmp	*rd_next_\name(%rip)
	.cfi_endproc
	.size	\name, . - \name
	.endm

	rd_pass	kfree
	rd_pass	kvfree
	rd_pass	vfree
	rd_pass	kmem_cache_create
	rd_pass	kmem_cache_destroy
	rd_pass	kmem_cache_free
	rd_pass	free_pages

/* Told of with its return address and the stack pointer that it returns to; then it never was here. */
	.macro rd_loader_hook name, file, flags
	.text
	.globl	\name
	.type	\name, @function
	.balign 16
\name:
	.cfi_startproc
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	pushq	%rsi
	.cfi_adjust_cfa_offset 8
	pushq	%rdx
	.cfi_adjust_cfa_offset 8
	movq	%\file, %rdi
	movl	%\flags, %esi
	movq	24(%rsp), %rdx
	leaq	32(%rsp), %rcx
	call	rd_loader_call
	popq	%rdx
	.cfi_adjust_cfa_offset -8
	popq	%rsi
	.cfi_adjust_cfa_offset -8
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	jmp	*rd_next_\name(%rip)
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.hidden	rd_loader_call
	rd_loader_hook	dlopen, rdi, esi
	rd_loader_hook	dlmopen, rsi, edx

/*
 * Calls the function in rdi from a frame that hears of an exception, or of the thread's end, that
 * leaves it: a personality routine, since code of this object has no clean-ups.
 */
	.macro rd_watched name, left
	.globl	\name
	.hidden	\name
	.type	\name, @function
	.hidden	\left
	.balign 16
\name:
	.cfi_startproc
	.cfi_personality 0x1b, \left
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	*%rdi
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size	\name, . - \name
	.endm

	rd_watched rd_call_watched, rd_call_left
	rd_watched rd_call_once_watched, rd_once_unwound

/*
 * vfork: the child returns into the caller on this very stack and overwrites what
 * lies below, so the return address crosses the system call in a register. Only the
 * parent, back in its own time, may call anything.
 */
	.globl	vfork
	.type	vfork, @function
	.hidden	rd_vfork_prepare
	.hidden	rd_vfork_parent
	.hidden	rd_vfork_failed
	.balign 16
vfork:
	.cfi_startproc
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	rd_vfork_prepare
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	movl	$58, %eax
	syscall
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	testq	%rax, %rax
	jz	1f
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	call	rd_vfork_parent
	popq	%rax
	.cfi_adjust_cfa_offset -8
	testq	%rax, %rax
	js	2f
1:	ret
2:	movl	%eax, %edi
	jmp	rd_vfork_failed
	.cfi_endproc
	.size	vfork, . - vfork

	.section .note.GNU-stack, "", @progbits
