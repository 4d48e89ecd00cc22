"""Names of kernel macros by what they do to the grammar; families are patterns, so that new names are known too."""

import re

C_KEYWORDS = frozenset(
    b"auto break case char const continue default do double else enum extern float for goto if int long register "
    b"return short signed sizeof static struct switch typedef union unsigned void volatile while inline".split()
)

NOT_A_MACRO = C_KEYWORDS | frozenset(
    b"defined typeof __typeof__ __typeof asm __asm__ __asm __attribute__ _Static_assert static_assert alignof "
    b"_Alignof __alignof__ offsetof _Generic _Pragma asm_inline __extension__".split()
)
"""Words before a parenthesis that are no macro and no call."""

LOOP_NAME = re.compile(
    rb"(?:\w*(?:for_?each|FOR_?EACH|ForEach)\w*|(?:__?)?\w*(?:_for|_foreach|_FOREACH|_loop|_LOOP)|"
    rb"for_[a-z]\w*|while_\w+|\w+_walk|ata_qc_for\w*|hlist_\w*entry\w*|"
    rb"\w*_for_(?:every|all|range|children|parents|descendants)\w*|SPLIT_LOOP\w*|every_\w+)\Z"
)
"""Names of loop macros, beyond what their place in the text tells."""

DO_NAME = re.compile(rb"do_(?:for_)?each_\w+\Z")
WHILE_EACH_NAME = re.compile(rb"while_(?:for_)?each_\w+\Z")
ONCE_NAME = re.compile(rb"(?:scoped_guard|scoped_with_\w+|\w*_scoped_guard|scoped_\w+|with_\w+)\Z")
"""Blocks that run exactly once."""
COND_GUARD_NAME = re.compile(rb"(?:scoped_cond_guard)\Z")
IF_NAME = re.compile(rb"(?:if_\w+|IF_\w+|\w+_if|\w+_IF|elif_\w+|unless_\w+)\Z")
"""Blocks that run once or not at all."""

ADDRESS_SPACES = b"bitwise chk_user_ptr force iomem kernel nocast noderef percpu private rcu safe user".split()
"""Words of sparse, without their two underscores."""

ATTRIBUTE_WORDS = (
    b"aligned alloc_size always_inline always_unused amode31_data amode31_ref attribute_const__ bootdata "
    b"bootdata_preserved bpf_hook_end bpf_hook_start bpf_kfunc bpf_kfunc_end_defs bpf_kfunc_start_defs "
    b"cacheline_aligned cacheline_aligned_in_smp cdecl cold compiletime_error counted_by counted_by_be "
    b"counted_by_le cpuidle cpuinit data_racy deprecated designated_init devexit devinit devinitdata "
    b"diag_ignore diag_pop diag_push efiapi exit exitdata flatten gnu_inline head hot init init_memblock "
    b"init_or_module init_refok init_rodata initcall initconst initconst_or_module initdata initdata_memblock "
    b"initdata_or_module ip_vs_init kprobes latent_entropy lockfunc lsm_ro_after_init malloc maybe_unused "
    b"meminit meminitdata must_check naked net_exit net_init net_initconst net_initdata "
    b"no_caller_saved_registers no_context_analysis no_kasan_or_inline no_kcsan no_kmsan_checks no_kstack_erase "
    b"no_profile no_randomize_layout no_sanitize_address no_sanitize_coverage no_sanitize_memory "
    b"no_sanitize_or_inline no_sanitize_thread no_sanitize_undefined no_stack_protector nocfi noclone noendbr "
    b"noinline nonnull nonstring noreturn noscs packed page_aligned_bss page_aligned_data preserve_most pure "
    b"randomize_layout read_mostly ref refconst refdata ro_after_init sched sched_fork signed_wrap uml_exitcall "
    b"exception_irq_entry force_data function_aligned irq_entry noipa notrace_funcgraph softirq_entry "
    b"uml_setup unused used vdso_data visible weak".split()
)
"""Attributes of the kernel, without their two underscores."""

ATTRIBUTE_CALLS = (
    b"acquire acquires acquires_shared align aligned alloc_size assume_aligned attribute attribute__ "
    b"cacheline_group_begin_aligned cleanup compiletime_error compiletime_warning diagnose_as cond_acquires "
    b"cond_acquires_shared cond_releases copy counted_by counted_by_be counted_by_le counted_by_ptr diag_ignore "
    b"diag_ignore_all diag_push error guarded_by must_hold must_hold_shared nonnull printf pt_guarded_by "
    b"realloc_size release releases releases_shared scanf section".split()
)
"""Attributes with arguments, without their two underscores."""

PLAIN_ATTRIBUTES = (
    b"ACPI_INTERNAL_VAR_XFACE ACPI_SYSTEM_XFACE FORCE_INLINE_ATTR FORCE_INLINE_TEMPLATE FORCE_NOINLINE "
    b"HINT_INLINE INDIRECT_CALLABLE_SCOPE MEM_STATIC VISIBLE_IF_KUNIT ZSTDLIB_API ____cacheline_aligned "
    b"__EXTERN_INLINE __FORTIFY_INLINE ____cacheline_aligned_in_smp "
    b"____cacheline_internodealigned_in_smp __ksym __no_kasan_or_inline "
    b"__nonstring asmlinkage nocf_check noendbr noinline noinline_for_stack noinstr nokprobe_inline notrace".split()
)
"""Attributes that are spelled in another way."""

SYSCALL_DEFINITIONS = re.compile(
    rb"\n[ \t]*(?:asmlinkage[ \t]+|static[ \t]+|inline[ \t]+|notrace[ \t]+|__always_inline[ \t]+)*"
    rb"((?:COMPAT_)?SYSCALL(?:32)?_DEFINE(\d)|(?:COMPAT_)?SYSCALL32_DEFINE\d|(?:NOTRACE_|NET_)?BPF_CALL_(\d)\w*|"
    rb"\w+_SYSCALL_DEFINE(\d)|BPF_PROG_?\w*|BPF_KPROBE\w*|BPF_KRETPROBE\w*)[ \t]*\("
)
