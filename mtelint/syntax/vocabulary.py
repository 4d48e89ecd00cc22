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

ADDRESS_SPACES = b"user kernel iomem percpu rcu force nocast private bitwise safe chk_user_ptr noderef must_hold".split()
"""Words of sparse, without their two underscores."""

ATTRIBUTE_WORDS = (
    b"init exit initdata exitdata initconst exitconst meminit memexit meminitdata cpuinit devinit devexit devinitdata "
    b"devinitconst init_or_module initdata_or_module initconst_or_module init_or_suspend init_memblock initdata_memblock "
    b"head sched ref refdata refconst read_mostly ro_after_init must_check maybe_unused always_unused unused used "
    b"always_inline flatten noreturn pure attribute_const__ attribute_const cold hot weak visible packed aligned "
    b"randomize_layout no_randomize_layout designated_init deprecated malloc noclone noinline latent_entropy "
    b"cacheline_aligned cacheline_aligned_in_smp page_aligned_data page_aligned_bss kprobes nosanitize noendbr "
    b"no_sanitize_address no_kasan_or_inline no_kcsan no_sanitize_or_inline no_sanitize_memory no_profile no_stack_protector nostackprotector "
    b"no_sanitize_undefined no_sanitize_thread no_sanitize_coverage no_kmsan_checks noscs naked nocfi cficanonical no_cfi "
    b"efi_init efiapi noinitretpoline indirect_func optimize optimize_for_size bpf_kfunc bpf_kfunc_start_defs bpf_kfunc_end_defs "
    b"bpf_hook_start bpf_hook_end diag_push diag_pop diag_ignore kcsan_checked uaccess_notrace "
    b"percpu_cold cpuidle lockfunc init_once initcall nonstring counted_by counted_by_le counted_by_be "
    b"net_init net_exit net_initdata net_exitdata net_initconst ip_vs_init no_caller_saved_registers no_kstack_erase "
    b"fallthrough_function private_extern hidden exported compiletime_error nonnull_compare data_racy "
    b"no_ubsan_overflow signed_wrap unlikely_section earlyonly safe_init gnu_inline rodata_section ptr32 ptr64 "
    b"rtl_init kgdb_init acquire_noirq preserve_most nofp intel_init vmalloc_init uml_setup start_defs end_defs "
    b"sanitize_undefined init_refok exit_refok exit_call uml_exitcall cacheline_internodealigned_in_smp "
    b"cacheline_group_aligned no_context_analysis sched_fork bootdata bootdata_preserved amode31_data amode31_ref "
    b"allocates_memory alloc_size kstack_alloc fastcall regparm3 cdecl stdcall init_rodata "
    b"nocapture nocopy text_cold text_hot pi_init nonnull ops_section lsm_ro_after_init vdso_data".split()
)
"""Attributes of the kernel, without their two underscores."""

ATTRIBUTE_CALLS = (
    b"printf scanf section aligned acquires releases must_hold acquire release cond_acquires cond_lock_attr cond_releases "
    b"attribute attribute__ alloc_size align assume_aligned copy no_sanitize counted_by counted_by_le counted_by_be "
    b"counted_by_ptr cleanup diag_push diag_ignore diag_ignore_all compiletime_error compiletime_warning nonnull realloc_size element_count "
    b"assume_ctx_lock guarded_by sized_by initialize_with error warning cond_acquires_shared acquires_shared "
    b"releases_shared must_hold_shared cacheline_group_begin_aligned guarded_by_ptr pt_guarded_by".split()
)
"""Attributes with arguments, without their two underscores."""

PLAIN_ATTRIBUTES = (
    b"asmlinkage notrace noinline noinstr inline_notrace noinline_for_stack noinline_for_tracing asmlinkage_visible "
    b"____cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp noinline_if_stackprot "
    b"nokprobe_inline fastcall INDIRECT_CALLABLE_SCOPE __sched_notrace STATIC_NOINLINE asmlinkage_protect "
    b"kprobe_inline notrace_or_inline nocf_check noendbr __indirect_func __no_kasan_or_inline ___always_inline "
    b"_noinline __bpf_prog_aux CONSTEXPR STATIC_IFN_KUNIT VISIBLE_IF_KUNIT __visible_for_testing EXPORT_FOR_KUNIT "
    b"__VDSO_PAGES ZSTD_FORCE_INLINE FORCE_INLINE_TEMPLATE MEM_STATIC HINT_INLINE ZSTDLIB_API FSE_PUBLIC_API "
    b"__nonstring CP_API ACPI_SYSTEM_XFACE ACPI_INTERNAL_VAR_XFACE UNINLINE FORCE_NOINLINE FORCE_INLINE_ATTR "
    b"LIST_HEAD_INLINE_UNUSED __ksym DECLARE_PER_CPU_ATTR BPF_KFUNC_ATTR".split()
)
"""Attributes that are spelled in another way."""

SYSCALL_HEADS = re.compile(
    rb"^[ \t]*(?:asmlinkage[ \t]+|static[ \t]+|inline[ \t]+|notrace[ \t]+|__always_inline[ \t]+)*"
    rb"((?:COMPAT_)?SYSCALL(?:32)?_DEFINE(\d)|(?:COMPAT_)?SYSCALL32_DEFINE\d|(?:NOTRACE_|NET_)?BPF_CALL_(\d)\w*|"
    rb"\w+_SYSCALL_DEFINE(\d)|BPF_PROG_?\w*|BPF_KPROBE\w*|BPF_KRETPROBE\w*)[ \t]*\(",
    re.MULTILINE,
)
